"""Input for the controller-backed closure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from finance.actions.confirmations import ConfirmationTerms
from finance.choices import ClosureOutcome, ConfirmationMethod, Hardness, LeakageReason
from finance.money import ZERO
from governance.forms.amounts import AmountField, NoNumber, parse_amount
from governance.forms.gates import long_text, password_field
from governance.forms.refusal import DeedForm
from governance.sentences import SENTENCES
from portfolio.models import CostCentre

PASSWORD_CODES = dict.fromkeys(("reauthentication_missing", "password_wrong", "too_many_passwords"), "password")


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of files at once."""

    widget = ManyFilesInput
    asked_by_rules = True

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(ManyFilesField, self).clean(one, initial) for one in files]


@dataclass(frozen=True)
class LeakageLine:
    """One reason with its two fields."""

    reason: LeakageReason
    amount: forms.BoundField
    note: forms.BoundField


def outcome_field(outcomes: Iterable[ClosureOutcome]) -> forms.ChoiceField:
    allowed = [(one.value, one.label) for one in outcomes if one != ClosureOutcome.REJECT]
    return forms.ChoiceField(label=_("Outcome"), choices=allowed, widget=forms.RadioSelect)


class ClosureForm(DeedForm):
    """What the controller confirms. Amounts in the organization's currency; improvement positive, cost negative."""

    run_rate = AmountField(
        label=_("Confirmed run-rate"), help_text=_("Proposed: the mean of the three months, times twelve.")
    )
    final_one_off_cost = AmountField(label=_("Final one-off cost"))
    hardness = forms.ChoiceField(label=_("Hardness"), choices=Hardness.choices)
    method = forms.ChoiceField(
        label=_("Method"),
        choices=ConfirmationMethod.choices,
        help_text=_("A price list is volume × rate. Contract, price list or headcount may replace the three months."),
    )
    statement = long_text(_("Statement"), help_text=_("What you confirm, and how you checked it."))
    overrun_reason = long_text(
        _("Why more than was committed"),
        rows=2,
        required=False,
        help_text=_("One sentence, when more than 105 % of the commitment is confirmed."),
    )
    embedded = forms.ChoiceField(
        label=_("Next budget"),
        choices=[("yes", _("The next budget is reduced")), ("no", _("Not embedded"))],
        widget=forms.RadioSelect,
    )
    budget_amount = AmountField(label=_("Reduced by"), required=False)
    budget_cost_centre = forms.ModelChoiceField(
        label=_("Cost centre"), queryset=CostCentre.objects.none(), required=False
    )
    budget_year = forms.IntegerField(
        label=_("Fiscal year"),
        required=False,
        min_value=2000,
        max_value=2200,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    added = ManyFilesField(
        label=_("Add evidence"), required=False, help_text=_("PDF, picture, spreadsheet, document, mail or text.")
    )
    field_of = {
        "below_baseline": "outcome",
        "no_shortfall": "outcome",
        "confirms_less_than_proven": "run_rate",
        "hardness_differs": "hardness",
        "avoidance_only": "outcome",
        "not_for_avoidance": "outcome",
        "overrun_unexplained": "overrun_reason",
        "statement_missing": "statement",
        "budget_incomplete": "embedded",
        "evidence_missing": "added",
        "file_empty": "added",
        "file_too_large": "added",
        "file_kind": "added",
        "file_content": "added",
        "file_rejected": "added",
        "headcount_only": "method",
        "value_proven": "method",
        **PASSWORD_CODES,
    }

    def __init__(self, *args: Any, outcomes: Sequence[ClosureOutcome], ask_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"] = outcome_field(outcomes)
        for reason in LeakageReason:
            name = str(reason.label)
            self.fields[f"leak_{reason}"] = AmountField(label=name, required=False)
            self.fields[f"note_{reason}"] = forms.CharField(
                label=_("Note on: %(reason)s") % {"reason": name}, required=False, max_length=500
            )
        self.fields["budget_cost_centre"].queryset = CostCentre.objects.filter(  # type: ignore[attr-defined]
            archived=False
        ).order_by("sort_key")
        if ask_password:
            self.fields["password"] = password_field()

    @property
    def leakage_lines(self) -> list[LeakageLine]:
        return [LeakageLine(reason, self[f"leak_{reason}"], self[f"note_{reason}"]) for reason in LeakageReason]

    def rest(self, committed: Decimal) -> Decimal | None:
        """Committed − confirmed that no reason explains yet, from what is in the fields; None while unreadable."""
        texts = [self[f"leak_{reason}"].value() for reason in LeakageReason]
        try:
            confirmed, *explained = (_amount(text) for text in (self["run_rate"].value(), *texts))
        except NoNumber:
            return None
        return committed - confirmed - sum(explained, ZERO)

    @property
    def terms(self) -> ConfirmationTerms:
        """The cleaned input as the deed takes it."""
        data = self.cleaned_data
        return ConfirmationTerms(
            outcome=ClosureOutcome(data["outcome"]),
            run_rate=data["run_rate"] or ZERO,
            final_one_off_cost=data["final_one_off_cost"] or ZERO,
            hardness=Hardness(data["hardness"]),
            method=ConfirmationMethod(data["method"]),
            statement=data["statement"],
            overrun_reason=data["overrun_reason"],
            embedded=data["embedded"] == "yes",
            budget_amount=data["budget_amount"],
            budget_cost_centre=data["budget_cost_centre"],
            budget_year=data["budget_year"],
            leakages=self._leakages(),
        )

    def _leakages(self) -> tuple[tuple[LeakageReason, Decimal, str], ...]:
        lines = ((reason, self.cleaned_data[f"leak_{reason}"]) for reason in LeakageReason)
        return tuple((reason, amount, self.cleaned_data[f"note_{reason}"]) for reason, amount in lines if amount)


def _amount(value: Any) -> Decimal:
    if value is None or isinstance(value, Decimal):
        return value or ZERO
    return parse_amount(str(value)) or ZERO


class ConsentForm(DeedForm):
    """The second controller's word on an outcome and a value."""

    run_rate = AmountField(label=_("Confirmed run-rate"))
    field_of = PASSWORD_CODES

    def __init__(self, *args: Any, outcomes: Sequence[ClosureOutcome], ask_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"] = outcome_field(outcomes)
        if ask_password:
            self.fields["password"] = password_field()


class RejectForm(DeedForm):
    """The findings with which a closure goes back."""

    findings = long_text(
        _("Findings"),
        help_text=_("What must be corrected before the value can be confirmed."),
        error_messages={"required": SENTENCES["findings_missing"]},
    )
    field_of = {"findings_missing": "findings", "reason_missing": "findings"}
