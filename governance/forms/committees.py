"""Input about committees: their officers and rules, and who sits on them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.forms.measures import DayField
from governance.forms.refusal import DeedForm
from portfolio.access import active_people
from portfolio.choices import VotingRule
from portfolio.models import User


class PersonField(forms.ModelChoiceField):
    """One active member of the organization."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), label=label, empty_label=_("Please choose"), **kwargs)


LAST_DAY = _("The first day on which the person no longer serves.")


class CommitteeForm(DeedForm):
    """Name, officers, quorum and voting rule."""

    name = forms.CharField(label=_("Name"), max_length=200)
    chair = PersonField(_("Chair"))
    deputy = PersonField(_("Deputy chair"))
    secretary = PersonField(
        _("Secretary"), required=False, help_text=_("Keeps agenda and record; need not be a member.")
    )
    quorum = forms.IntegerField(
        label=_("Quorum"), min_value=1, max_value=100, help_text=_("How many of those who may vote must be there.")
    )
    voting_rule = forms.ChoiceField(
        label=_("Voting rule"),
        choices=VotingRule.choices,
        help_text=_("Of the members present who may vote; with a majority the chair decides a tie."),
    )
    field_of = {
        "name_missing": "name",
        "name_taken": "name",
        "deputy_is_chair": "deputy",
        "quorum_unreachable": "quorum",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("chair", "deputy", "secretary"):
            self.fields[name].queryset = active_people()  # type: ignore[attr-defined]


class SeatForm(DeedForm):
    """Somebody takes a seat."""

    user = PersonField(_("Person"))
    since = DayField(label=_("From"))
    until = DayField(label=_("Until"), required=False, help_text=LAST_DAY)
    field_of = {"seated_already": "user", "not_a_member": "user", "term_ends_early": "until"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = active_people()  # type: ignore[attr-defined]


class TermForm(DeedForm):
    """Until when somebody serves."""

    until = DayField(label=_("Until"), required=False, help_text=LAST_DAY)
    field_of = {"term_ends_early": "until", "officer_leaves": "until", "quorum_unreachable": "until"}
