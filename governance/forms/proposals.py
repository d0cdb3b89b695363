"""Input for proposals beside the gates, and for conditions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.choices import DecisionKind, ProposalReason
from governance.forms.gates import long_text, password_field
from governance.forms.measures import DayField
from governance.forms.refusal import DeedForm
from measures.models import Measure
from measures.queries import visible_measures
from portfolio.models import User


class ProposeForm(DeedForm):
    """Why, and what else this kind of proposal needs. The reasons are those of the policy."""

    reason_code = forms.ChoiceField(label=_("Reason"))
    reason = long_text(_("In your own words"), required=False)
    field_of = {
        "reason_code_unknown": "reason_code",
        "reason_text_missing": "reason",
        "review_wrong": "review_on",
        "review_passed": "review_on",
        "superseded_by_missing": "superseded_by",
    }
    use_required_attribute = False

    def __init__(self, *args: Any, kind: DecisionKind, codes: Sequence[str], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["reason_code"].choices = [  # type: ignore[attr-defined]
            (code, ProposalReason(code).label) for code in codes
        ]
        if kind == DecisionKind.HOLD:
            self.fields["review_on"] = DayField(
                label=_("Review on"),
                required=False,
                help_text=_("Within 90 days. Nothing happens by itself then; you are reminded to decide."),
            )
        if kind == DecisionKind.CANCEL:
            self.fields["superseded_by"] = forms.CharField(
                label=_("Superseded by"),
                required=False,
                help_text=_("Code of the measure, when that is the reason."),
            )

    def clean_superseded_by(self) -> Measure | None:
        code = self.cleaned_data["superseded_by"].strip()
        if not code:
            return None
        found = visible_measures(self.user).filter(code=code).first()
        if found is None:
            raise forms.ValidationError(_("There is no measure of this code that you may see."))
        return found


class AnswerForm(DeedForm):
    """A word on a proposal; for the committee with those present."""

    reason = long_text(_("Reason"), required=False, help_text=_("Needed to decline; everybody involved reads it."))
    field_of = {
        "reason_missing": "reason",
        "quorum_missing": "present",
        "reauthentication_missing": "password",
        "password_wrong": "password",
        "too_many_passwords": "password",
    }
    use_required_attribute = False

    def __init__(self, *args: Any, bench: Sequence[User] = (), ask_password: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bench = {str(user.pk): user for user in bench}
        if bench:
            self.fields["present"] = forms.MultipleChoiceField(
                label=_("Present"),
                required=False,
                initial=[str(bench[0].pk)],
                widget=forms.CheckboxSelectMultiple,
                choices=[(pk, str(user)) for pk, user in self.bench.items()],
            )
            self.fields["present"].asked_by_rules = True  # type: ignore[attr-defined]
        if ask_password:
            self.fields["password"] = password_field()

    @property
    def sitting(self) -> list[User]:
        return [self.bench[pk] for pk in self.cleaned_data.get("present", ())]


class ConditionForm(DeedForm):
    """What the owner of a condition, or whoever accepts it, says."""

    note = long_text(_("Note"), required=False)
    field_of = {"condition_note_missing": "note", "reason_missing": "note"}
    use_required_attribute = False
