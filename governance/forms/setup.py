"""Forms of the set-up: each fills one part of a blueprint, whose rules judge it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from governance.choices import Published
from governance.forms.refusal import DeedForm
from governance.gates import ADDABLE
from governance.setup.built_in import built_in
from governance.setup.checking import as_mapping
from governance.setup.errors import bare_sentence
from governance.setup.gate_policy import BY_NAME
from governance.setup.numbers import NUMBERS, PROBABILITIES, Acts, Unit
from governance.setup.sections import CATEGORIES
from governance.setup.thresholds import most_of
from governance.setup.words import WORDS
from measures.choices import DoI
from portfolio.choices import VotingRule
from portfolio.errors import DomainError

Sections = dict[str, Any]

WEEKDAYS = [
    (1, gettext_lazy("Monday")),
    (2, gettext_lazy("Tuesday")),
    (3, gettext_lazy("Wednesday")),
    (4, gettext_lazy("Thursday")),
    (5, gettext_lazy("Friday")),
    (6, gettext_lazy("Saturday")),
    (7, gettext_lazy("Sunday")),
]
MONTHS = [
    (number, name)
    for number, name in enumerate(
        (
            gettext_lazy("January"),
            gettext_lazy("February"),
            gettext_lazy("March"),
            gettext_lazy("April"),
            pgettext_lazy("month", "May"),
            gettext_lazy("June"),
            gettext_lazy("July"),
            gettext_lazy("August"),
            gettext_lazy("September"),
            gettext_lazy("October"),
            gettext_lazy("November"),
            gettext_lazy("December"),
        ),
        1,
    )
]


class SectionForm(DeedForm):
    """A part of the blueprint. `standing` are the sections as they are."""

    def __init__(self, *args: Any, standing: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing = standing
        self.build()

    def build(self) -> None:
        """Adds the fields."""

    def sections(self) -> Sections:
        """What the form asks for; nothing by itself."""
        return {}

    def field_at(self, path: str) -> str | None:
        """The field that fills this place of the document."""
        name = path.replace(".", "__")
        return name if name in self.fields else None

    def refuse(self, error: DomainError) -> None:
        """Every finding at the field that fills its place, without the place."""
        for objection in error.objections:
            place = str(objection.params.get("path", ""))
            field = self.field_at(place) if place else None
            self.add_error(field, bare_sentence(objection) if field else objection.sentence)

    def under(self, prefix: str) -> Iterator[BoundField]:
        return (self[name] for name in self.fields if name.startswith(prefix))


class LabelsForm(SectionForm):
    """Words of the organization in place of ours; blank keeps ours."""

    def build(self) -> None:
        for group, words in WORDS.items():
            for key, ours in words.items():
                self.fields[f"labels__{group}__{key}"] = forms.CharField(
                    label=ours,
                    required=False,
                    initial=self.standing["labels"][group][key],
                    widget=forms.TextInput(attrs={"placeholder": ours}),
                )

    def levels(self) -> Iterator[BoundField]:
        return self.under("labels__levels__")

    def offices(self) -> Iterator[BoundField]:
        return self.under("labels__offices__")

    def sections(self) -> Sections:
        values = self.cleaned_data
        return {
            "labels": {
                group: {key: values[f"labels__{group}__{key}"] for key in words} for group, words in WORDS.items()
            }
        }


class NumbersForm(SectionForm):
    """Every number, with its default, its bounds and where it acts."""

    def build(self) -> None:
        currency = self.standing["currencies"]["organization"]
        for name, number in NUMBERS.items():
            bounds = {"default": number.default, "least": number.least, "most": most_of(number, currency)}
            unit = currency if number.unit == Unit.AMOUNT else number.unit.label
            self.fields[f"numbers__{name}"] = forms.CharField(
                label=number.label,
                initial=self.standing["numbers"][name],
                help_text=_("%(unit)s; default %(default)s; %(least)s to %(most)s") % {**bounds, "unit": unit},
                widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}),
            )
        for stage in DoI:
            name = stage.name.lower()
            self.fields[f"probabilities__{name}"] = forms.CharField(
                label=stage.label,
                initial=self.standing["probabilities"][name],
                help_text=_("default %(default)s") % {"default": PROBABILITIES[name]},
                widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}),
            )

    def groups(self) -> list[tuple[Acts, list[BoundField]]]:
        return [(acts, [self[f"numbers__{one.name}"] for one in NUMBERS.values() if one.acts == acts]) for acts in Acts]

    def probabilities(self) -> Iterator[BoundField]:
        return self.under("probabilities__")

    def sections(self) -> Sections:
        values = {name: text.strip().replace(",", ".") for name, text in self.cleaned_data.items()}
        return {
            "numbers": {name: values[f"numbers__{name}"] for name in NUMBERS},
            "probabilities": {name: values[f"probabilities__{name}"] for name in PROBABILITIES},
        }


class GatesForm(SectionForm):
    """For each gate what blocks instead of being waived, and what is asked beyond the policy."""

    def build(self) -> None:
        for name, gate in BY_NAME.items():
            for key, rules in (("hard", gate.soft), ("added", ADDABLE[gate.to])):
                self.fields[f"gates__{name}__{key}"] = forms.MultipleChoiceField(
                    label=_("Blocks instead of needing a waiver") if key == "hard" else _("Asked as well"),
                    required=False,
                    choices=[(rule.code, rule.policy) for rule in rules],
                    initial=self.standing["gates"][name][key],
                    widget=forms.CheckboxSelectMultiple,
                )

    def gates(self) -> list[tuple[Any, BoundField | None, BoundField]]:
        """Each gate with its two fields; a gate without SOFT criteria has only one."""
        return [
            (gate, self[f"gates__{name}__hard"] if gate.soft else None, self[f"gates__{name}__added"])
            for name, gate in BY_NAME.items()
        ]

    def sections(self) -> Sections:
        values = self.cleaned_data
        return {
            "gates": {name: {key: values[f"gates__{name}__{key}"] for key in ("hard", "added")} for name in BY_NAME}
        }


class MoneyForm(SectionForm):
    """The fiscal calendar and the plan rates."""

    fiscal_year__start = forms.TypedChoiceField(
        label=gettext_lazy("First month of the fiscal year"),
        help_text=gettext_lazy("Fixed once there is a measure."),
        choices=MONTHS,
        coerce=int,
    )
    fiscal_year__closing_day = forms.IntegerField(
        label=gettext_lazy("Working day on which a month closes"),
        help_text=gettext_lazy("Default 8; 1 to 20. A month that is closed stays closed."),
    )
    rates = forms.CharField(
        label=gettext_lazy("Plan rates"),
        help_text=gettext_lazy(
            "One per line: currency, fiscal year, rate to the organization's currency. USD 2027 0.92"
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def build(self) -> None:
        self.fields["fiscal_year__start"].initial = self.standing["fiscal_year"]["start"]
        self.fields["fiscal_year__closing_day"].initial = self.standing["fiscal_year"]["closing_day"]
        rates = self.standing["currencies"]["plan_rates"]
        lines = [f"{code} {year} {rate}" for code, years in rates.items() for year, rate in years.items()]
        self.fields["rates"].initial = "\n".join(lines)

    def clean_rates(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for line in self.cleaned_data["rates"].splitlines():
            words = line.replace(";", " ").split()
            if words and len(words) != 3:
                raise ValidationError(_("“%(line)s” is not: currency, fiscal year, rate.") % {"line": line[:60]})
            if words:
                found.setdefault(words[0], {})[words[1]] = words[2].replace(",", ".")
        return found

    def field_at(self, path: str) -> str | None:
        return "rates" if path.startswith("currencies.") else super().field_at(path)

    def refuse(self, error: DomainError) -> None:
        """Rates stand in one field, so the place says which is meant."""
        for objection in error.objections:
            field = self.field_at(str(objection.params.get("path", "")))
            self.add_error(field, objection.sentence if field in (None, "rates") else bare_sentence(objection))

    def sections(self) -> Sections:
        values = self.cleaned_data
        return {
            "fiscal_year": {key: values[f"fiscal_year__{key}"] for key in ("start", "closing_day")},
            "currencies": {"plan_rates": values["rates"]},
        }


class CategoriesForm(SectionForm):
    """Master data by kind, one entry per line, as pasted from a spreadsheet."""

    def build(self) -> None:
        for kind in CATEGORIES:
            rows = [f"{one['code']}\t{one['name']}" for one in self.standing["categories"][kind]]
            self.fields[kind] = forms.CharField(
                label=str(KIND_WORDS[kind]),
                required=False,
                initial="\n".join(rows),
                strip=False,
                widget=forms.Textarea(attrs={"rows": 6}),
            )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        return {kind: self._entries(kind, str(text)) for kind, text in values.items()}

    def _entries(self, kind: str, text: str) -> list[dict[str, str]]:
        found = []
        for line in text.splitlines():
            code, separator, name = line.partition("\t" if "\t" in line else ";")
            if line.strip() and not (separator and code.strip() and name.strip()):
                self.add_error(kind, _("“%(line)s” is not: code, tab or semicolon, name.") % {"line": line[:60]})
            elif line.strip():
                found.append({"code": code.strip(), "name": name.strip()})
        return found

    def field_at(self, path: str) -> str | None:
        kind = path.removeprefix("categories.").split("[")[0]
        return kind if kind in self.fields else None

    def sections(self) -> Sections:
        return {"categories": {kind: self.cleaned_data[kind] for kind in CATEGORIES}}


KIND_WORDS = {
    "legal_entity": gettext_lazy("Legal entities"),
    "business_unit": gettext_lazy("Business units"),
    "function": gettext_lazy("Functions"),
    "cost_centre": gettext_lazy("Cost centres"),
    "gl_account": gettext_lazy("GL accounts"),
    "pnl_line": gettext_lazy("P&L lines"),
}


class CommitteesForm(SectionForm):
    """Quorum and voting rule of each committee, and room for new ones."""

    BLANK_ROWS = 2

    def build(self) -> None:
        known = self.standing["committees"]
        self.rows = [*known, *[{}] * self.BLANK_ROWS]
        for number, row in enumerate(self.rows):
            name = forms.CharField(
                label=gettext_lazy("Committee"), required=False, initial=row.get("name", ""), max_length=200
            )
            if row:
                name.disabled = True
            self.fields[f"{number}__name"] = name
            self.fields[f"{number}__quorum"] = forms.IntegerField(
                label=gettext_lazy("Quorum"), initial=row.get("quorum", 2), required=False
            )
            self.fields[f"{number}__voting_rule"] = forms.ChoiceField(
                label=gettext_lazy("Voting rule"),
                choices=VotingRule.choices,
                initial=row.get("voting_rule", VotingRule.MAJORITY),
                required=False,
            )

    def lines(self) -> list[dict[str, Any]]:
        keys = ("name", "quorum", "voting_rule")
        return [
            {"meant": row, **{key: self[f"{number}__{key}"] for key in keys}} for number, row in enumerate(self.rows)
        ]

    def field_at(self, path: str) -> str | None:
        number, _dot, key = path.removeprefix("committees[").partition("].")
        return f"{self.given[int(number)]}__{key}" if number.isdecimal() else None

    def sections(self) -> Sections:
        values = self.cleaned_data
        self.given = [number for number in range(len(self.rows)) if values[f"{number}__name"].strip()]
        keys = ("name", "quorum", "voting_rule")
        return {"committees": [{key: values[f"{number}__{key}"] for key in keys} for number in self.given]}


class DigestsForm(SectionForm):
    """When digests go out unless a committee says otherwise."""

    digests__weekday = forms.TypedChoiceField(label=gettext_lazy("Weekday"), choices=WEEKDAYS, coerce=int)
    digests__hour = forms.IntegerField(
        label=gettext_lazy("Hour"), help_text=gettext_lazy("0 to 23, in the organization's time zone.")
    )

    def build(self) -> None:
        for key, value in as_mapping(self.standing["digests"]).items():
            self.fields[f"digests__{key}"].initial = value

    def sections(self) -> Sections:
        return {"digests": {key: self.cleaned_data[f"digests__{key}"] for key in ("weekday", "hour")}}


class PublishedForm(DeedForm):
    figures = forms.MultipleChoiceField(
        label=gettext_lazy("Consultants see in their list of clients"),
        choices=Published.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class BlueprintForm(DeedForm):
    """A blueprint that comes with the product, or one from a file."""

    built_in = forms.ChoiceField(label=gettext_lazy("Blueprint"), required=False)
    file = forms.FileField(
        label=gettext_lazy("Or your own, as a JSON file"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, document.name) for key, document in built_in().items()]
        self.fields["built_in"].choices = [("", _("none")), *choices]  # type: ignore[attr-defined]

    def refuse(self, error: DomainError) -> None:
        for objection in error.objections:
            self.add_error("file" if "path" in objection.params else None, objection.sentence)


class ClientForm(BlueprintForm):
    """A new client."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    slug = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=40,
        help_text=gettext_lazy("Small letters, digits and hyphens; it stands in every link and does not change."),
    )
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3, initial="EUR")
    time_zone = forms.CharField(label=gettext_lazy("Time zone"), max_length=50, initial="Europe/Berlin")
    days = forms.IntegerField(
        label=gettext_lazy("Days as consultant"), initial=90, help_text=gettext_lazy("1 to 180; your role then ends.")
    )
    field_order = ("name", "slug", "currency", "time_zone", "days", "built_in", "file")
    field_of = {
        "slug_taken": "slug",
        "slug_invalid": "slug",
        "currency_invalid": "currency",
        "currency_fixed": "currency",
        "time_zone_unknown": "time_zone",
        "consulting_too_long": "days",
    }

    def refuse(self, error: DomainError) -> None:
        for objection in error.objections:
            field = "file" if "path" in objection.params else self.field_of.get(objection.code)
            self.add_error(field, objection.sentence)


class HandOverForm(DeedForm):
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Blank: now, and you are out at once."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    field_of = {"end_not_earlier": "ends_on"}
