"""`/mail/`: the mails that the demo would have sent. Part of the local addresses only, never of production's."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from config.local.maildrop import Kept, kept_mails, read_mail

PER_PAGE = 50
# What a mail may do in this page: wear its own styles and show the pictures it brought. No script, form or frame,
# nothing from elsewhere, and links open in a window of their own.
BODY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@require_GET
def mail_list(request: HttpRequest) -> HttpResponse:
    """All mails, the newest first."""
    page = Paginator(kept_mails(), PER_PAGE).get_page(request.GET.get("page"))
    mails = [mail for name in page.object_list if (mail := read_mail(name)) is not None]
    return render(request, "local/mails.html", {"page": page, "mails": mails})


@require_GET
@csp_replace({"frame-src": ["'self'"]})  # type: ignore[arg-type]
def mail_read(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: its head, its HTML in a frame of its own, its plain text."""
    return render(request, "local/mail.html", {"mail": _mail(name)})


@require_GET
@xframe_options_sameorigin
def mail_body(_request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of one mail and nothing else, under a policy of its own."""
    html = _mail(name).html.replace("<head>", '<head><base target="_blank">', 1)
    response = HttpResponse(html)
    response.headers["Content-Security-Policy"] = BODY_POLICY
    return response


def _mail(name: str) -> Kept:
    mail = read_mail(name)
    if mail is None:
        raise Http404
    return mail
