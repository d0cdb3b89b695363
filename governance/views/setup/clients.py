"""A person's clients: the list, a new one, how ready one is, and handing it over."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.actions.clients import found_client, hand_over, hand_over_objections
from governance.forms.setup import ClientForm, HandOverForm
from governance.queries.clients import clients_of
from governance.queries.readiness import readiness
from governance.setup.built_in import built_in
from governance.setup.document import Document, read_blueprint
from governance.setup.parsing import LARGEST_BYTES
from governance.views.measure_frame import attempt
from governance.views.page import one_time_key, page, url
from governance.views.setup.frame import open_setup, setup_page, setup_url
from portfolio.actions.members import is_consultant
from portfolio.errors import DomainError, NotAllowed, Objection
from portfolio.middleware import organizations_of

MAY_NOT = Objection("may_not_found", _("You may not found organizations. Whoever runs this server grants that."))


@login_required
def clients(request: Any) -> HttpResponse:
    """The organizations where the person is consultant or administrator, with what each publishes."""
    found = clients_of(request.user, organizations_of(request.user.pk), now=timezone.now())
    return render(request, "governance/setup/clients.html", {"clients": found, "may_found": request.user.may_found})


@login_required
def client_found(request: Any) -> HttpResponse:
    """A new client, set up by a blueprint. Sent twice it is refused, because the address is taken by then."""
    if not request.user.may_found:
        raise NotAllowed(MAY_NOT)
    form = ClientForm(request.POST or None, request.FILES or None, initial={"built_in": "standard"})
    if request.method == "POST" and form.is_valid():
        try:
            organization = _found(request, form)
        except NotAllowed:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(
                request, _("%(name)s was founded. Its administrator comes next.") % {"name": organization.name}
            )
            return redirect(reverse("setup:client", args=[organization.slug]))
    status = 422 if form.errors else 200
    return render(request, "governance/setup/client_found.html", {"form": form}, status=status)


def _found(request: Any, form: ClientForm) -> Any:
    values = dict(form.cleaned_data)
    file, key = values.pop("file"), values.pop("built_in")
    currency = values["currency"] = values["currency"].strip().upper()
    document: Document | None = built_in().get(key)
    if file is not None:
        document = read_blueprint(file.read(LARGEST_BYTES + 1), currency=currency)
    return found_client(**values, blueprint=document, by=request.user, now=timezone.now())


@page
def client(request: Any) -> HttpResponse:
    """What the organization still lacks, and where that is mended."""
    open_setup(request)
    gaps = [(gap, _place(request, gap.where)) for gap in readiness(on=request.on, now=timezone.now())]
    return setup_page(request, "client", "client", gaps=gaps, consulting=is_consultant(request.user))


def _place(request: Any, where: str) -> str:
    return setup_url(request, where) if where in ("committees", "money") else url(request, where)


@page
def client_hand_over(request: Any) -> HttpResponse:
    """The consultant leaves, now or on a day."""
    open_setup(request)
    form = HandOverForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = attempt(form, lambda: _hand_over(request, form)) if form.is_valid() else 422
        if not status:
            messages.success(request, _("%(name)s is handed over.") % {"name": request.organization.name})
            return redirect("setup:clients")
    if not is_consultant(request.user):
        raise NotAllowed(Objection("not_a_consultant", _("You are no consultant of this organization.")))
    context = {"form": form, "objections": hand_over_objections(request.user)}
    return setup_page(request, "client", "hand_over", status=status, **context)


def _hand_over(request: Any, form: HandOverForm) -> None:
    hand_over(by=request.user, on=request.on, ends_on=form.cleaned_data["ends_on"], key=one_time_key(request))
