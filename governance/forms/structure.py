"""Input about nodes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.forms.refusal import DeedForm
from portfolio.actions.structure import LEVELS
from portfolio.choices import NodeKind
from portfolio.models import Node


class NodeForm(DeedForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    field_of = {"name_missing": "name"}


class NodeMoveForm(DeedForm):
    """The places one level above the node's own."""

    to = forms.ModelChoiceField(queryset=Node.objects.none(), label=_("New place"))

    def __init__(self, *args: Any, node: Node, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = LEVELS[LEVELS.index(NodeKind(node.kind)) - 1]
        places = Node.objects.filter(kind=above, archived=False).exclude(pk=node.parent_id or 0)
        self.fields["to"].queryset = places.order_by("sort_key")  # type: ignore[attr-defined]
