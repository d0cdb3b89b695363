"""Which errors mean that the database is away; the page itself is seen in the journeys."""

from __future__ import annotations

import psycopg
import pytest
from django.db import InterfaceError, OperationalError
from django.test import RequestFactory
from psycopg_pool import PoolTimeout

from config.outage import RETRY_AFTER, database_is_away, failure


def as_django_says(cause: Exception, kind: type[Exception] = OperationalError) -> Exception:
    error = kind(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "cause",
    [
        psycopg.errors.AdminShutdown("terminating connection due to administrator command"),
        psycopg.errors.CannotConnectNow("the database system is starting up"),
        psycopg.errors.TooManyConnections("sorry, too many clients already"),
        psycopg.errors.ConnectionFailure("broken"),
        PoolTimeout("couldn't get a connection after 3.00 sec"),
    ],
)
def test_a_lost_connection_is_an_absent_database(cause: Exception) -> None:
    assert database_is_away(as_django_says(cause))


def test_a_refused_connection_is_an_absent_database() -> None:
    with pytest.raises(psycopg.OperationalError) as refusal:
        psycopg.connect("postgresql://somebody@127.0.0.1:1/nothing")
    assert database_is_away(as_django_says(refusal.value))


def test_a_closed_connection_is_an_absent_database_also_behind_a_later_error() -> None:
    later = RuntimeError("while the page was rendered")
    later.__context__ = InterfaceError("connection already closed")
    assert database_is_away(later)


@pytest.mark.parametrize("cause", [psycopg.errors.DeadlockDetected("x"), psycopg.errors.QueryCanceled("x")])
def test_a_conflict_between_two_is_no_absent_database(cause: Exception) -> None:
    assert not database_is_away(as_django_says(cause))


def test_any_other_error_is_no_absent_database() -> None:
    assert not database_is_away(ValueError("a mistake"))
    assert not database_is_away(None)


def test_the_page_says_so_and_when_to_come_again() -> None:
    request = RequestFactory().get("/")
    try:
        raise as_django_says(psycopg.errors.AdminShutdown("gone"))
    except OperationalError:
        answer = failure(request)
    assert (answer.status_code, answer["Retry-After"]) == (503, RETRY_AFTER)
    assert "The database cannot be reached at the moment" in answer.content.decode()


def test_the_page_of_a_mistake_is_another() -> None:
    try:
        raise ValueError("a mistake")
    except ValueError:
        answer = failure(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()
