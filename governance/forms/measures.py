"""Input about a measure, its effects, disputes, risks and dependencies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from finance.choices import Hardness, Nature, Recurrence
from finance.models import Effect
from governance.forms.amounts import AmountField
from governance.forms.refusal import DeedForm
from measures.actions.measures import FROZEN_FIELDS
from measures.choices import DoI
from measures.models import Measure, Milestone
from portfolio.access import active_people
from portfolio.models import (
    BusinessUnit,
    CostCentre,
    Function,
    GLAccount,
    LegalEntity,
    PnlLine,
    SteeringCommittee,
    User,
)

MISSING = _("Please choose")


class DayField(forms.DateField):
    """A day in the browser's own date field, which always speaks ISO."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **kwargs)


class LongText(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **kwargs)


class Choice(forms.ModelChoiceField):
    """Rows filled when the form is made, inside the tenant; no statement at import."""

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        super().__init__(queryset=model._default_manager.none(), **kwargs)


def committees() -> QuerySet[Any, Any]:
    return SteeringCommittee.objects.order_by("sort_key")


def master_data(model: Any) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = model.objects.filter(archived=False).order_by("sort_key")
    return rows


class TenantForm(DeedForm):
    """Fills every choice among people, committees and master data from the active tenant."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, Choice):
                model = field.queryset.model  # type: ignore[union-attr]
                if model is User:
                    field.queryset = active_people()
                elif model is SteeringCommittee:
                    field.queryset = committees()
                elif hasattr(model, "archived"):
                    field.queryset = master_data(model)


class MeasureCreateForm(TenantForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    owner = Choice(User, label=_("Owner"), empty_label=MISSING)
    problem = LongText(
        label=_("Problem and outcome"), required=False, help_text=_("What is wrong today, and what will be better?")
    )
    likely_potential = AmountField(label=_("Likely potential a year"), required=False)
    currency = forms.CharField(
        label=_("Currency"), max_length=3, required=False, help_text=_("Blank: the organization's own.")
    )
    code = forms.CharField(label=_("Code"), max_length=40, required=False, help_text=_("Blank: the next free one."))
    field_of = {"name_missing": "name", "name_too_long": "name", "code_taken": "code", "currency_invalid": "currency"}

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


class MeasureForm(TenantForm):
    """The description of a measure; what was decided is shown but no longer open."""

    name = forms.CharField(label=_("Name"), max_length=200)
    problem = LongText(label=_("Problem and outcome"), required=False)
    description = LongText(label=_("Description"), required=False)
    likely_potential = AmountField(label=_("Likely potential a year"), required=False)
    low_potential = AmountField(label=_("Low"), required=False, help_text=_("Usually 30 % below."))
    high_potential = AmountField(label=_("High"), required=False, help_text=_("Usually 30 % above."))
    reference_base = AmountField(
        label=_("Reference base"), required=False, help_text=_("Spend or revenue before the measure.")
    )
    reference_source = forms.CharField(label=_("Its source"), max_length=200, required=False)
    reference_period = forms.CharField(label=_("Its period"), max_length=50, required=False)
    budget_name = forms.CharField(label=_("Budget of the one-off cost"), max_length=200, required=False)
    line_owner = Choice(User, label=_("Line owner"), required=False, help_text=_("Keeps the effect alive afterwards."))
    business_unit = Choice(BusinessUnit, label=_("Business unit"), required=False)
    function = Choice(Function, label=_("Function"), required=False)
    legal_entity = Choice(LegalEntity, label=_("Legal entity"), required=False)
    due_identified = DayField(label=_("Identified by"), required=False)
    due_detailed = DayField(label=_("Detailed by"), required=False)
    due_decided = DayField(label=_("Decided by"), required=False)
    due_implemented = DayField(label=_("Implemented by"), required=False)
    due_closed = DayField(label=_("Closed by"), required=False)
    effect_start_confirmed = forms.BooleanField(
        label=_("The effect starts in the future, which I confirm"), required=False
    )
    lessons_learned = LongText(label=_("Lessons learned"), required=False)
    field_of = {"name_missing": "name", "name_too_long": "name", "potential_order": "high_potential"}

    TEXT = ("name", "problem", "description")
    MONEY = (
        "likely_potential",
        "low_potential",
        "high_potential",
        "reference_base",
        "reference_source",
        "reference_period",
        "budget_name",
    )
    PLACE = ("line_owner", "business_unit", "function", "legal_entity")
    DATES = ("due_identified", "due_detailed", "due_decided", "due_implemented", "due_closed")
    LATE = ("effect_start_confirmed", "lessons_learned")

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        super().__init__(*args, initial={name: value_of(measure, name) for name in self.base_fields}, **kwargs)
        if measure.stage >= DoI.DECIDED:
            for name in FROZEN_FIELDS:
                self.fields[name].disabled = True
                self.fields[name].help_text = _("Part of what was decided.")

    def sections(self) -> list[tuple[Any, list[Any]]]:
        """Headings with their fields, as the page shows them."""
        named = (
            (_("What"), self.TEXT),
            (_("Potential and reference"), self.MONEY),
            (_("Where it belongs"), self.PLACE),
            (_("Target dates of the gates"), self.DATES),
            (_("Implementation"), self.LATE),
        )
        return [(title, [self[name] for name in names]) for title, names in named]


def value_of(row: Model, name: str) -> Any:
    value = getattr(row, name)
    return value.pk if isinstance(value, Model) else value


class OfficeForm(TenantForm):
    """Who takes over an office, and why: a decision that is logged."""

    to = Choice(User, label=_("New holder"), empty_label=MISSING)
    reason = LongText(label=_("Reason"), required=False)
    field_of = {
        "reason_missing": "reason",
        "not_a_member": "to",
        "owner_is_controller": "to",
        "controller_is_sponsor": "to",
    }


class BodyForm(TenantForm):
    """The sponsor, or the committee, of a measure."""

    sponsor = Choice(User, label=_("Sponsor"), required=False)
    committee = Choice(SteeringCommittee, label=_("Steering committee"), required=False)
    field_of = {"controller_is_sponsor": "sponsor"}

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        super().__init__(*args, initial={name: value_of(measure, name) for name in self.base_fields}, **kwargs)


class EffectForm(TenantForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    nature = forms.ChoiceField(label=_("Nature"), choices=Nature.choices)
    recurrence = forms.ChoiceField(label=_("Recurrence"), choices=Recurrence.choices)
    hardness = forms.ChoiceField(
        label=_("Hardness"),
        choices=[("", "–"), *Hardness.choices],
        required=False,
        help_text=_("Only bottom line enters EBITDA; the others stand beside."),
    )
    pnl_line = Choice(PnlLine, label=_("P&L line"), required=False)
    gl_account = Choice(GLAccount, label=_("GL account"), required=False)
    cost_centre = Choice(CostCentre, label=_("Cost centre"), required=False)
    ends_on = DayField(
        label=_("Ends on"), required=False, help_text=_("Blank: a recurring effect goes on beyond its last month.")
    )
    field_of = {"effect_name_taken": "name", "cost_recurs": "recurrence"}

    def __init__(self, *args: Any, effect: Effect | None = None, **kwargs: Any) -> None:
        if effect is not None:
            kwargs["initial"] = {name: value_of(effect, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)


class DisputeForm(DeedForm):
    amount = AmountField(label=_("Amount in doubt"))
    reason = LongText(label=_("What is in doubt, and why"), required=False)
    field_of = {"reason_missing": "reason", "amount_invalid_here": "amount"}


class DisputeAnswerForm(DeedForm):
    answer = LongText(label=_("Answer"), required=False)
    field_of = {"answer_missing": "answer"}


class DisputeOutcomeForm(DeedForm):
    outcome = LongText(label=_("How it ended"), required=False)
    field_of = {"outcome_missing": "outcome"}


SCORES = [(n, str(n)) for n in range(1, 6)]


class RiskForm(TenantForm):
    text = LongText(label=_("What may go wrong"))
    probability = forms.TypedChoiceField(label=_("Probability"), choices=SCORES, coerce=int, initial=3)
    impact = forms.TypedChoiceField(label=_("Impact"), choices=SCORES, coerce=int, initial=3)
    response = LongText(label=_("Response"), required=False)
    closed = forms.BooleanField(label=_("No longer a risk"), required=False)

    def __init__(self, *args: Any, risk: Model | None = None, **kwargs: Any) -> None:
        if risk is not None:
            kwargs["initial"] = {name: value_of(risk, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        if risk is None:
            del self.fields["closed"]


class DependencyForm(DeedForm):
    """By code, because measures are many; the milestone by its name."""

    code = forms.CharField(label=_("Code of the measure it waits for"), max_length=40)
    milestone = forms.CharField(
        label=_("Milestone"), max_length=200, required=False, help_text=_("Blank: the measure as a whole.")
    )
    note = LongText(label=_("Note"), required=False)
    field_of = {"waits_for_itself": "code", "dependency_known": "code"}

    def __init__(self, *args: Any, visible: QuerySet[Measure, Measure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visible = visible

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        found = self.visible.filter(code__iexact=values.get("code", "").strip()).first()
        if found is None:
            self.add_error("code", _("You see no measure with this code."))
            return values
        values["on_measure"], values["on_milestone"] = found, None
        if name := values.get("milestone", "").strip():
            values["on_milestone"] = Milestone.objects.filter(measure=found, name__iexact=name).first()
            if values["on_milestone"] is None:
                self.add_error("milestone", _("That measure has no such milestone."))
        return values
