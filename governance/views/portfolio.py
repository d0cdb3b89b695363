"""The portfolio tree, its other cuts, and changing the hierarchy."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from finance.rules.periods import fiscal_year_of
from governance.choices import Cut
from governance.forms.structure import NodeForm, NodeMoveForm
from governance.queries.tree import cut_rows, headline, tree, visible_root
from governance.views.measure_frame import once
from governance.views.page import expected_version, one_time_key, page, url
from measures.queries import visible_measures
from portfolio.access import fetch_node_for, fetch_or_404, rights_on
from portfolio.actions.structure import archive_node, create_node, move_node, rename_node
from portfolio.choices import NodeKind, Right
from portfolio.errors import DomainError, NotAllowed
from portfolio.models import Node, OrganizationSettings


def _frame(request: Any) -> dict[str, Any]:
    """Currency and present fiscal year of the organization."""
    settings = OrganizationSettings.objects.get()
    month = request.on.year * 12 + request.on.month - 1
    return {
        "currency": settings.currency,
        "fiscal_year": fiscal_year_of(month, settings.fiscal_year_start),
        "active_nav": "portfolio",
        "labels": settings.labels,
    }


@page
def portfolio(request: Any) -> HttpResponse:
    """The whole tree, or what the person may see of it."""
    return _tree_page(request, visible_root(request.user), below=None)


@page
def node(request: Any, code: str) -> HttpResponse:
    """The tree below one node."""
    top = fetch_node_for(request.user, Right.VIEW, code=code)
    return _tree_page(request, top, below=top)


def _tree_page(request: Any, top: Node | None, *, below: Node | None) -> HttpResponse:
    opened = frozenset(int(pk) for pk in request.GET.get("open", "").split(",") if pk.isdecimal())
    rights = rights_on(request.user, top.pk) if top else frozenset()
    frame = _frame(request)
    context = {
        **frame,
        "node": top if below is not None else None,
        "crumbs": _crumbs(below),
        "headline": headline(top, frame["fiscal_year"]) if top else None,
        "rows": tree(request.user, on=request.on, below=below, opened=opened),
        "cuts": _cuts(request) if below is None and top else [],
        "can_edit": Right.EDIT_STRUCTURE in rights,
        "can_create": Right.CREATE_MEASURE in rights and below is not None and below.kind == NodeKind.PACKAGE,
    }
    return render(request, "governance/portfolio.html", context)


def _crumbs(node: Node | None) -> list[Node]:
    if node is None:
        return []
    above = Node.objects.filter(below__descendant=node, below__depth__gt=0).exclude(kind=NodeKind.ORGANIZATION)
    return list(above.order_by("-below__depth"))


def _cuts(request: Any) -> list[tuple[str, str, str]]:
    here = [("", str(Cut.NODE.label), url(request, "portfolio"))]
    return here + [(c.value, str(c.label), url(request, "cut", c.value)) for c in Cut if c != Cut.NODE]


@page
def cut(request: Any, cut: str) -> HttpResponse:
    """The same measures added up by business unit, legal entity, function or controller."""
    if cut not in Cut.values or cut == Cut.NODE:
        raise Http404
    root = fetch_node_for(request.user, Right.VIEW, kind=NodeKind.ORGANIZATION)
    frame = _frame(request)
    context = {
        **frame,
        "cut": Cut(cut),
        "cuts": _cuts(request),
        "rows": cut_rows(Cut(cut)),
        "headline": headline(root, frame["fiscal_year"]),
    }
    return render(request, "governance/cut.html", context)


@page
def root_edit(request: Any) -> HttpResponse:
    """The organization itself: a new portfolio."""
    return _edit_page(request, fetch_node_for(request.user, Right.EDIT_STRUCTURE, kind=NodeKind.ORGANIZATION))


@page
def worst(request: Any, kind: str, pk: int) -> HttpResponse:
    """Leads to the worst child that a roll-up named."""
    if kind == "measure":
        measure = fetch_or_404(visible_measures(request.user), pk=pk)
        return redirect(url(request, "measure", measure.code))
    found = fetch_node_for(request.user, Right.VIEW, pk=pk)
    return redirect(url(request, "node", found.code))


@page
def node_edit(request: Any, code: str) -> HttpResponse:
    """What may be done with a node: a lower one, another name, another place, the archive."""
    node = fetch_node_for(request.user, Right.EDIT_STRUCTURE, code=code)
    return _edit_page(request, node)


def _edit_page(request: Any, node: Node, **forms: Any) -> HttpResponse:
    context = {
        "node": node,
        "crumbs": _crumbs(node),
        "rename_form": NodeForm(initial={"name": node.name}, auto_id="rename_%s"),
        "create_form": NodeForm(auto_id="create_%s") if node.kind != NodeKind.PACKAGE else None,
        "move_form": NodeMoveForm(node=node) if node.kind not in (NodeKind.ORGANIZATION, NodeKind.PORTFOLIO) else None,
        "key": one_time_key(request) or uuid.uuid4(),
        "active_nav": "portfolio",
        **forms,
    }
    status = 422 if forms else 200
    return render(request, "governance/node_edit.html", context, status=status)


@require_POST
@page
def node_create(request: Any, code: str) -> HttpResponse:
    parent = fetch_node_for(request.user, Right.EDIT_STRUCTURE, code=code)
    form = NodeForm(request.POST, auto_id="create_%s")
    if form.is_valid():
        try:
            with once(request, "node_created", parent, to=url(request, "node_edit", code)):
                new = create_node(parent, by=request.user, **form.cleaned_data)
        except NotAllowed:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(name)s was created.") % {"name": new.name})
            return redirect(url(request, "node", new.code))
    return _edit_page(request, parent, create_form=form)


@require_POST
@page
def node_rename(request: Any, code: str) -> HttpResponse:
    node = fetch_node_for(request.user, Right.EDIT_STRUCTURE, code=code)
    form = NodeForm(request.POST, auto_id="rename_%s")
    if form.is_valid():
        try:
            rename_node(
                node, name=form.cleaned_data["name"], by=request.user, expected_version=expected_version(request)
            )
        except NotAllowed:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The name was changed."))
            return redirect(url(request, "node_edit", node.code))
    return _edit_page(request, node, rename_form=form)


@require_POST
@page
def node_move(request: Any, code: str) -> HttpResponse:
    node = fetch_node_for(request.user, Right.EDIT_STRUCTURE, code=code)
    form = NodeMoveForm(request.POST, node=node)
    if form.is_valid():
        move_node(node, to=form.cleaned_data["to"], by=request.user)
        messages.success(request, _("%(name)s was moved.") % {"name": node.name})
        return redirect(url(request, "node", node.code))
    return _edit_page(request, node, move_form=form)


@require_POST
@page
def node_archive(request: Any, code: str) -> HttpResponse:
    node = fetch_node_for(request.user, Right.EDIT_STRUCTURE, code=code)
    archive_node(node, by=request.user, archived=not node.archived)
    messages.success(request, _("The archive was changed."))
    return redirect(url(request, "node_edit", node.code))
