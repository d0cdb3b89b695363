"""Input of a committee's digest and of its preview."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from governance.forms.refusal import DeedForm
from governance.models import CommitteeDigest
from portfolio.models import User

HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]


class DigestForm(DeedForm):
    """When and in which language; one of weekday and day of the month."""

    weekday = forms.TypedChoiceField(
        label=_("Weekday"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("None")), *WEEKDAYS.items()],
        help_text=_("Every week on this day, or choose a day of the month instead."),
    )
    day = forms.IntegerField(
        label=_("Day of the month"),
        required=False,
        min_value=1,
        max_value=31,
        help_text=_("A month without that day has it on its last one."),
    )
    hour = forms.TypedChoiceField(label=_("Hour"), coerce=int, choices=HOURS)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=lambda: [(name, name) for name in sorted(available_timezones())]
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("Each reader's own")), *settings.LANGUAGES]
    )
    active = forms.BooleanField(label=_("The digest is sent"), required=False)

    @staticmethod
    def start(digest: CommitteeDigest | None, time_zone: str) -> dict[str, Any]:
        """What stands in the form at first: what is set, else Monday morning in the organization's zone."""
        if digest is None:
            return {"weekday": 0, "hour": 7, "time_zone": time_zone, "active": True}
        names = ("weekday", "day", "hour", "time_zone", "language", "active")
        return {name: getattr(digest, name) for name in names}


class PreviewForm(forms.Form):
    """As whom and as of which day; without a choice as oneself, today."""

    reader = forms.ModelChoiceField(label=_("As"), queryset=User.objects.none(), required=False)
    on = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, readers: list[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reader"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=[reader.pk for reader in readers]).order_by("name")

    def chosen(self, user: User, today: date) -> tuple[User, date]:
        """The valid choices; a day to come counts as today."""
        if not self.is_valid():
            return user, today
        return self.cleaned_data["reader"] or user, min(self.cleaned_data["on"] or today, today)
