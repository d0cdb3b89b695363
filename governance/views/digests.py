"""The digest of a committee: when it is sent, and how it would look to any of its readers on any day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from csp.decorators import csp_replace
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from governance.actions.digests import (
    before,
    committee_letter,
    may_set_digest,
    readers_of_committee,
    schedule_of,
    send_test,
    set_digest,
    settable_digests,
)
from governance.forms.digests import DigestForm, PreviewForm
from governance.models import CommitteeDigest
from governance.queries.digests import CommitteeContent, committee_content, committee_measures
from governance.rules.schedule import Schedule, moment_of, next_due
from governance.sentences import objection
from governance.views.page import expected_version, one_time_key, page, url
from portfolio.access import fetch_or_404
from portfolio.errors import DomainError, NotAllowed
from portfolio.models import SteeringCommittee, User

# The body of a mail wears its own styles and nothing else: no script, no form, nothing from elsewhere.
BODY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
# As long as nothing is set the preview shows a week.
WEEKLY = Schedule(0, None, 7, "UTC")


@require_GET
@page
def digest_list(request: Any) -> HttpResponse:
    """The committees whose digest the person may set, with when it comes."""
    digests = {row.committee_id: row for row in CommitteeDigest.objects.all()}
    mine = settable_digests(request.user)
    if not mine:
        raise NotAllowed(objection("digest_not_yours"))
    rows = [(one, digests.get(one.pk), _next(digests.get(one.pk))) for one in mine]
    return render(request, "governance/digests.html", {"rows": rows, "active_nav": "inbox"})


def _next(digest: CommitteeDigest | None) -> datetime | None:
    if digest is None or not digest.active:
        return None
    schedule = schedule_of(digest)
    return moment_of(schedule, next_due(schedule, timezone.now()))


def _committee(request: Any, pk: int) -> SteeringCommittee:
    committee = fetch_or_404(SteeringCommittee.objects.all(), pk=pk)
    if not may_set_digest(request.user, committee):
        raise NotAllowed(objection("digest_not_yours"))
    return committee


@page
def digest_set(request: Any, pk: int) -> HttpResponse:
    """Weekday or day of the month, hour, time zone and language of one committee's digest."""
    committee = _committee(request, pk)
    digest = CommitteeDigest.objects.filter(committee=committee).first()
    start = DigestForm.start(digest, request.organization.time_zone)
    form = DigestForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            set_digest(
                committee,
                by=request.user,
                at=timezone.now(),
                terms=form.cleaned_data,
                expected_version=expected_version(request),
                key=one_time_key(request),
            )
        except NotAllowed:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The digest was set."))
            return redirect(url(request, "digests"))
    context = {"form": form, "committee": committee, "digest": digest, "key": uuid4(), "active_nav": "inbox"}
    return render(request, "governance/digest_set.html", context, status=422 if form.errors else 200)


@csp_replace({"frame-src": ["'self'"]})
@page
def digest_preview(request: Any, pk: int) -> HttpResponse:
    """The digest as one reader would get it on a day; a POST sends it to the person who looks at it."""
    committee = _committee(request, pk)
    form, reader, on, content, language = _drawn(request, committee)
    if request.method == "POST":
        key = one_time_key(request) or uuid4()
        send_test(content, to=request.user, language=language, now=timezone.now(), key=key)
        messages.success(request, _("A test is on its way to %(address)s.") % {"address": request.user.email})
        return redirect(f"{url(request, 'digest_preview', committee.pk)}?{request.GET.urlencode()}")
    letter = committee_letter(content, reader, language=language)
    hidden = len(committee_measures(committee, reader)) - len(committee_measures(committee, reader, request.user))
    context = {
        "form": form,
        "committee": committee,
        "reader": reader,
        "on": on,
        "letter": letter,
        "hidden": hidden,
        "key": uuid4(),
        "body_url": f"{url(request, 'digest_body', committee.pk)}?{request.GET.urlencode()}",
        "active_nav": "inbox",
    }
    return render(request, "governance/digest_preview.html", context)


@require_GET
@page
@xframe_options_sameorigin
def digest_body(request: Any, pk: int) -> HttpResponse:
    """The HTML of the preview and nothing else, under a policy of its own."""
    _form, reader, _on, content, language = _drawn(request, _committee(request, pk))
    response = HttpResponse(committee_letter(content, reader, language=language).page)
    response.headers["Content-Security-Policy"] = BODY_POLICY
    return response


def _drawn(request: Any, committee: SteeringCommittee) -> tuple[PreviewForm, User, date, CommitteeContent, str]:
    """What both may see of it: nobody learns from a preview what a page would not show."""
    form = PreviewForm(readers_of_committee(committee, request.on), request.GET)
    reader, on = form.chosen(request.user, request.on)
    digest = CommitteeDigest.objects.filter(committee=committee).first()
    at = _end_of(on, request)
    measures = committee_measures(committee, reader, request.user)
    since = before(schedule_of(digest) if digest else WEEKLY, at)
    content = committee_content(committee, measures, since=since, at=at, on=on)
    return form, reader, on, content, digest.language if digest else ""


def _end_of(on: date, request: Any) -> datetime:
    """Now for today, the end of the day for a day gone by."""
    if on >= request.on:
        return timezone.now()
    return datetime.combine(on + timedelta(days=1), time(), tzinfo=ZoneInfo(request.organization.time_zone))
