"""Input for taking over a running program."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.forms.closure import ManyFilesField, ManyFilesInput
from governance.forms.refusal import DeedForm
from governance.workbook.limits import DEFAULT, MEGABYTE


class WorkbookForm(DeedForm):
    """One .xlsx or several .csv files, and the day of the take-over."""

    workbook = ManyFilesField(
        label=gettext_lazy("Workbook"),
        help_text=gettext_lazy("One .xlsx file, or the tables as .csv files in UTF-8, chosen together."),
        widget=ManyFilesInput(attrs={"accept": ".xlsx,.csv"}),
    )
    on = forms.DateField(
        label=gettext_lazy("Day of the take-over"),
        help_text=gettext_lazy("Decisions, baselines and plan rates count from this day; today or earlier."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    field_of = {"day_in_future": "on"}

    def clean_workbook(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["workbook"]
        kinds = {PurePath(file.name).suffix.lower() for file in files}
        names = [file.name.casefold() for file in files]
        if not files:
            raise ValidationError(_("Choose a file."))
        if not (kinds == {".csv"} or (kinds == {".xlsx"} and len(files) == 1)):
            raise ValidationError(_("Choose either one .xlsx file or only .csv files."))
        if len(set(names)) < len(names):
            raise ValidationError(_("Two files have the same name; each table comes once."))
        if sum(file.size for file in files) > DEFAULT.packed_bytes:
            raise ValidationError(
                _("More than %(limit)s MB; larger programs are taken over with the command import_workbook.")
                % {"limit": DEFAULT.packed_bytes // MEGABYTE}
            )
        return files
