"""Input about milestones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.forms.measures import Choice, DayField, LongText, TenantForm, value_of
from measures.actions.milestones import FROZEN_FIELDS
from measures.choices import DoI
from measures.models import Measure, Milestone
from portfolio.models import User


class MilestoneForm(TenantForm):
    """A new milestone, or one that is edited; what was decided stays and is shown so."""

    name = forms.CharField(label=_("Name"), max_length=200)
    baseline_on = DayField(label=_("Baseline date"))
    forecast_on = DayField(label=_("Forecast date"), required=False, help_text=_("Blank: the baseline date."))
    weight = forms.DecimalField(label=_("Weight"), max_digits=9, decimal_places=4, min_value=0, initial=Decimal(1))
    is_critical = forms.BooleanField(label=_("Critical"), required=False)
    owner = Choice(User, label=_("Owner"), required=False, help_text=_("Blank: the owner of the measure."))
    field_of = {"weight_negative": "weight"}

    def __init__(self, *args: Any, measure: Measure, milestone: Milestone | None = None, **kwargs: Any) -> None:
        if milestone is not None:
            kwargs["initial"] = {name: value_of(milestone, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        if milestone is not None and measure.stage >= DoI.DECIDED:
            for name in FROZEN_FIELDS:
                self.fields[name].disabled = True
                self.fields[name].help_text = _("Part of what was decided.")
        elif milestone is None and measure.stage >= DoI.DECIDED:
            del self.fields["weight"]
        if milestone is not None and milestone.actual_on is not None:
            self.fields["forecast_on"].disabled = True


class MilestoneDoneForm(TenantForm):
    """The day a milestone was done, and what proves it."""

    actual_on = DayField(label=_("Done on"))
    evidence_note = LongText(label=_("What proves it"), required=False)
    evidence_file = forms.FileField(label=_("Evidence file"), required=False)
    field_of = {
        "actual_in_future": "actual_on",
        "file_empty": "evidence_file",
        "file_too_large": "evidence_file",
        "file_kind": "evidence_file",
        "file_content": "evidence_file",
        "file_rejected": "evidence_file",
    }


class ReopenForm(TenantForm):
    reason = LongText(label=_("Reason"), required=False)
    field_of = {"reason_missing": "reason"}
