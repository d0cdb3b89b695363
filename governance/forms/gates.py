"""Input for submitting and deciding gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.actions.conditions import ConditionTerms
from governance.forms.measures import DayField
from governance.forms.refusal import DeedForm
from governance.queries.objections import CriterionState
from governance.sentences import sentence
from portfolio.access import active_people
from portfolio.models import User

WAIVER = "waiver_"


def long_text(label: Any, *, rows: int = 3, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def password_field() -> forms.CharField:
    """Not required by the form, so that its absence is said together with every other objection."""
    field = forms.CharField(
        label=_("Your password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("This decision needs your password, given within the last five minutes."),
    )
    field.asked_by_rules = True  # type: ignore[attr-defined]
    return field


class SubmitForm(DeedForm):
    """A note, and a reason for each expected criterion that is not met."""

    note = long_text(_("Note to the deciders"), required=False)
    # The browser would stop at the first field; the answer names all.
    use_required_attribute = False

    def __init__(self, *args: Any, to_waive: Sequence[CriterionState], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.field_of = {}
        for state in to_waive:
            if state.objection is None:
                continue
            name = f"{WAIVER}{state.criterion}"
            self.fields[name] = long_text(
                state.objection.sentence,
                rows=2,
                error_messages={"required": sentence("waiver_missing", {"sentence": state.objection.sentence})},
                help_text=_("Why the gate may be passed without it. The deciders read this; it stays on record."),
            )
            self.field_of[state.objection.code] = name

    @property
    def waivers(self) -> dict[str, str]:
        """What was written, by criterion."""
        given = self.cleaned_data.items()
        return {name.removeprefix(WAIVER): text for name, text in given if name.startswith(WAIVER) and text}

    @property
    def waiver_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(WAIVER)]


class DecideForm(DeedForm):
    """A word on a submission; for the committee with those present, and the reason to overrule a veto."""

    reason = long_text(
        _("Reason"), required=False, help_text=_("Needed to return or to veto; the owner and the others read it.")
    )
    field_of = {
        "reason_missing": "reason",
        "quorum_missing": "present",
        "vetoed": "overrule_reason",
        "no_veto": "overrule_reason",
        "reauthentication_missing": "password",
        "password_wrong": "password",
        "too_many_passwords": "password",
        "condition_text_missing": "condition_text",
        "condition_due_wrong": "condition_due_on",
        "condition_for_oneself": "condition_owner",
        "condition_owner_unknown": "condition_owner",
    }
    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        bench: Sequence[User] = (),
        alone: bool = False,
        vetoed: bool = False,
        ask_password: bool = False,
        may_condition: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.bench = {str(user.pk): user for user in bench}
        if bench:
            self.fields["present"] = forms.MultipleChoiceField(
                label=_("Present"),
                required=not alone,
                initial=[str(bench[0].pk)],
                error_messages={"required": _("Say who was present.")},
                widget=forms.CheckboxSelectMultiple,
                choices=[(pk, str(user)) for pk, user in self.bench.items()],
            )
        if bench and vetoed:
            self.fields["overrule_reason"] = long_text(
                _("Why the committee overrules the veto"),
                required=False,
                help_text=_("Needed to decide against the veto; it stays visible beside the decision."),
            )
        if ask_password:
            self.fields["password"] = password_field()
        if may_condition:
            self._ask_condition()

    def _ask_condition(self) -> None:
        self.fields["condition_text"] = long_text(
            _("Condition"),
            rows=2,
            required=False,
            help_text=_("Leave it blank to approve without one. The measure advances all the same."),
        )
        self.fields["condition_owner"] = forms.ModelChoiceField(
            active_people(), label=_("Who fulfils it"), required=False
        )
        self.fields["condition_due_on"] = DayField(
            label=_("Until"), required=False, help_text=_("At most 60 days from now.")
        )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        parts = [values.get(f"condition_{name}") for name in ("text", "owner", "due_on")]
        if any(parts) and not all(parts):
            self.add_error("condition_text", _("A condition has a text, an owner and a due day."))
        return values

    @property
    def condition(self) -> ConditionTerms | None:
        """The condition that was written, if any."""
        values = self.cleaned_data
        if not values.get("condition_text"):
            return None
        return ConditionTerms(values["condition_text"], values["condition_owner"], values["condition_due_on"])

    @property
    def sitting(self) -> list[User]:
        return [self.bench[pk] for pk in self.cleaned_data.get("present", ())]
