"""What a person sees while the database is away: a sentence, never a stack trace."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import psycopg
from django.db import InterfaceError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

# Connection exceptions, a server that shuts down, has crashed or still starts, and one without room for more.
AWAY = ("08", "57P", "53300")
RETRY_AFTER = "10"


def failure(request: HttpRequest) -> HttpResponse:
    """The page of an error that nothing has caught: 503 while the database is away, else 500."""
    if not database_is_away(sys.exc_info()[1]):
        return server_error(request)
    # Rendered without the request, because whose page this is stands in the database.
    page = render_to_string("503.html")
    return HttpResponse(page, status=503, headers={"Retry-After": RETRY_AFTER})


def database_is_away(error: BaseException | None) -> bool:
    """True when this error, or one that led to it, says that no connection could be had or that it was lost."""
    return any(_says_so(one) for one in _chain(error))


def _says_so(error: BaseException) -> bool:
    if isinstance(error, psycopg.OperationalError):
        return error.sqlstate is None or error.sqlstate.startswith(AWAY)
    return isinstance(error, (psycopg.InterfaceError, InterfaceError))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
