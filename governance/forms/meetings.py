"""Input about meetings: when and where, the agenda, the record, the confirmation."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.actions.votes import ItemTerms, Record
from governance.choices import Presence, VoteChoice
from governance.forms.gates import long_text, password_field
from governance.forms.refusal import DeedForm
from governance.meeting_calendar import moment_in
from governance.queries.meetings import Line, MeetingPage
from governance.sentences import SENTENCES

# Zones people choose from; every other known zone is accepted too.
COMMON = (
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Paris",
    "Europe/Zurich",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
)


class WallField(forms.DateTimeField):
    """Date and time as a clock on the wall shows them; the zone stands beside."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(label=label, widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value

    def to_python(self, value: Any) -> datetime | None:
        found: datetime | None = super().to_python(value)
        return found.replace(tzinfo=None) if found is not None else None


class ZonedForm(DeedForm):
    """A moment, made of what the clock shows and the zone it hangs in."""

    wall: str = "starts"
    zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, home: str = "UTC", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = available_timezones()
        chosen = [home, *(self.data.getlist("zone") if hasattr(self.data, "getlist") else [])]
        zones = dict.fromkeys([*(zone for zone in chosen if zone in known), *COMMON])
        self.fields["zone"].choices = [(zone, zone) for zone in zones]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get(self.wall) and values.get("zone"):
            values["moment"] = moment_in(values[self.wall], values["zone"])
            if values["moment"] is None:
                self.add_error(self.wall, str(SENTENCES["time_missing"]))
        return values


class MeetingForm(ZonedForm):
    starts = WallField(_("Begins"))
    zone = forms.ChoiceField(label=_("Time zone"))
    minutes = forms.IntegerField(label=_("Duration in minutes"), min_value=5, max_value=1440, initial=60)
    place = forms.CharField(label=_("Place or link"), max_length=200, required=False)
    field_of = {"meeting_in_past": "starts", "zone_unknown": "zone", "duration_unlikely": "minutes"}

    def clean_place(self) -> str:
        """One line, whatever was pasted."""
        return " ".join(self.cleaned_data["place"].split())


class OpenVoteForm(ZonedForm):
    wall = "closes"
    closes = WallField(_("Members vote until"))
    zone = forms.ChoiceField(label=_("Time zone"))
    field_of = {"vote_end_early": "closes"}


class ReasonForm(DeedForm):
    reason = long_text(_("Reason"), required=False, help_text=_("Everybody who was invited reads it."))
    field_of = {"reason_missing": "reason"}


class VoteForm(DeedForm):
    """A member's own word."""

    choice = forms.ChoiceField(label=_("Your vote"), choices=VoteChoice.choices, widget=forms.RadioSelect)
    note = long_text(_("Remark"), required=False, rows=2, help_text=_("The other members read it."))


class ConfirmForm(DeedForm):
    """The chair's confirmation; the reason stands for items that carry no note of their own."""

    reason = long_text(
        _("Reason"),
        required=False,
        rows=2,
        help_text=_("Recorded with every item that has no note; needed for what goes back to its owner."),
    )
    field_of = dict.fromkeys(("reauthentication_missing", "password_wrong", "too_many_passwords"), "password")
    use_required_attribute = False

    def __init__(self, *args: Any, ask_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if ask_password:
            self.fields["password"] = password_field()


BESIDE = ("note", "consent", "deferred", "overrule")
WORDS = [("", _("–")), *VoteChoice.choices]


class RecordForm(DeedForm):
    """Attendance of every member, and for each open item note, consent, deferral and votes."""

    def __init__(self, *args: Any, page: MeetingPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        self.open = [line for line in page.lines if line.is_open]
        for user in page.seats.members:
            row = page.attendance.get(user.pk)
            self.fields[f"there_{user.pk}"] = forms.ChoiceField(
                label=user.name, choices=Presence.choices, initial=row.presence if row else Presence.PRESENT
            )
        for line in self.open:
            self._add(line)

    def _add(self, line: Line) -> None:
        pk, item = line.item.pk, line.item
        self.fields[f"note_{pk}"] = long_text(_("Note"), required=False, rows=2, initial=item.note)
        if not line.is_voted:
            return
        self.fields[f"consent_{pk}"] = _tick(_("By consent, without a vote"), item.consent)
        self.fields[f"deferred_{pk}"] = _tick(_("Deferred to the next meeting"), item.deferred)
        if line.veto is not None:
            self.fields[f"overrule_{pk}"] = long_text(
                _("Why the committee overrules the veto"), required=False, rows=2, initial=item.overrule_reason
            )
        for user in line.voters(self.page.seats):
            vote = line.votes.get(user.pk)
            field = forms.ChoiceField(
                label=user.name, choices=WORDS, required=False, initial=vote.choice if vote else ""
            )
            # Silence counts as an abstention; "optional" beside each name would only make noise.
            field.asked_by_rules = True  # type: ignore[attr-defined]
            self.fields[f"vote_{pk}_{user.pk}"] = field

    @property
    def there(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("there_")]

    @property
    def blocks(self) -> list[tuple[Line, dict[str, forms.BoundField], list[forms.BoundField]]]:
        """Each open item with its fields by name, and the votes."""
        found = []
        for line in self.open:
            pk = line.item.pk
            named = {
                n: self[f"{n}_{pk}"] for n in ("note", "consent", "deferred", "overrule") if f"{n}_{pk}" in self.fields
            }
            found.append((line, named, [self[name] for name in self.fields if name.startswith(f"vote_{pk}_")]))
        return found

    @property
    def record(self) -> Record:
        values = self.cleaned_data
        items = {
            line.item.pk: ItemTerms(
                note=values.get(f"note_{line.item.pk}", ""),
                consent=values.get(f"consent_{line.item.pk}", False),
                deferred=values.get(f"deferred_{line.item.pk}", False),
                overrule_reason=values.get(f"overrule_{line.item.pk}", ""),
            )
            for line in self.open
        }
        attendance = {int(n.removeprefix("there_")): v for n, v in values.items() if n.startswith("there_")}
        votes = ((n.split("_"), v) for n, v in values.items() if n.startswith("vote_") and v)
        return Record(attendance, items, {(int(parts[1]), int(parts[2])): word for parts, word in votes})


def _tick(label: Any, initial: bool) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, initial=initial)
