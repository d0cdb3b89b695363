"""The living style guide: each component in each state, with example data of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portfolio.choices import Office
from portfolio.errors import Objection


@dataclass(frozen=True)
class Item:
    """An entry of the sidebar."""

    key: str
    label: str | Promise
    url: str
    icon: str
    count: int | None = None


@dataclass(frozen=True)
class Row:
    """A row of the example tree; amounts in euros."""

    path: str
    kind: str
    name: str
    code: str
    owner: str
    stage: int | None
    implementation: str
    potential: str
    committed: Decimal
    forecast: Decimal
    progress: int
    reasons: tuple[str, ...] = ()
    hollow: bool = False

    @property
    def level(self) -> int:
        return self.path.count(".") + 1

    @property
    def delta(self) -> Decimal:
        return self.forecast - self.committed

    @property
    def spark(self) -> str:
        """Points of the forecast line: twelve months that end at the attained share of the plan."""
        share = float(self.forecast / self.committed) if self.committed else 0.0
        return " ".join(f"{2 + x * 7},{20 - 16 * share * (x / 11) ** 1.6:.1f}" for x in range(12))


REASONS = {
    "price": ("The new resin specification removes 31% of the committed effect.", "No actual for July."),
    "late": ("“Line 2 qualified” is forecast 24 days after its baseline.",),
    "site": ("Two critical milestones are overdue.", "The gate to Implemented has been due for 66 days."),
    "": (),
}

# path | kind | name | code | owner | stage | implementation | potential | committed k | forecast k | done % | reasons
TABLE = """
1|PF|Fit for Growth 2027|FFG|Board||amber|amber|48600|43900|52|late
1.1|PRG|Operational excellence|P1|Mara Keller||amber|green|29400|28900|61|
1.1.1|PRJ|Procurement savings|P1.1|Sola Okafor||green|red|14800|11200|70|price
1.1.1.1|PKG|Direct materials|P1.1.A|Lena Brandt||green|red|9200|6300|78|price
1.1.1.1.1|M|Resin dual sourcing, EMEA plants|M-1042|Lena Brandt|4|green|red|3400|2300|100|price
1.1.1.1.2|M|Steel index contract renegotiation|M-1043|Lena Brandt|5|green|green|3100|3400|100|
1.1.1.1.3|M|Packaging harmonisation (12 → 4 formats)|M-1051|Jan Wójcik|3|amber|green|2700|2800|45|late
1.1.1.2|PKG|Indirect spend|P1.1.B|Ana Duarte||amber|green|5600|5700|58|late
1.1.1.2.1|M|Travel policy and demand management|M-1060|Ana Duarte|4|green|amber|1600|1200|100|
1.1.1.2.2|M|Contingent labour vendor consolidation|M-1064|Nour Haddad|2|red|green|4000|4500|30|site
1.1.2|PRJ|Footprint and network|P1.2|Tove Lindqvist||red|amber|14600|13300|48|site
1.1.2.1|PKG|Warehouse consolidation|P1.2.A|Tove Lindqvist||red|amber|14600|13300|48|site
1.1.2.1.1|M|Close Lyon DC, move to Milan hub|M-1101|Tove Lindqvist|3|red|red|6200|4400|35|site
1.1.2.1.2|M|3PL tender Iberia|M-1102|Claire Moreau|1|grey|amber|2800|2400|20|
1.2|PRG|Commercial growth|P2|Ravi Anand||amber|red|19200|15000|41|price
1.2.1|PRJ|Pricing|P2.1|Ravi Anand||amber|red|19200|15000|41|price
1.2.1.1|PKG|Order fees|P2.1.A|Ravi Anand||grey|grey|5400|5000|10|
1.2.1.1.1|M|Surcharge automation, small orders|M-1203|Ivo Novak|0|grey|grey|5400|5000|10|
"""


def _row(line: str) -> Row:
    path, kind, name, code, owner, stage, implementation, potential, committed, forecast, done, reasons = line.split(
        "|"
    )
    return Row(
        path=path,
        kind=kind,
        name=name,
        code=code,
        owner=owner,
        stage=int(stage) if stage else None,
        implementation=implementation,
        potential=potential,
        committed=Decimal(committed) * 1000,
        forecast=Decimal(forecast) * 1000,
        progress=int(done),
        reasons=REASONS[reasons],
        hollow=stage != "" and int(stage) < 3,
    )


ROWS = [_row(line) for line in TABLE.strip().splitlines()]

NAV = [
    Item("work", _("My work"), "#work", "inbox", 5),
    Item("portfolio", _("Portfolio"), "#portfolio", "tree"),
    Item("measures", _("Measures"), "#measures", "measure"),
    Item("month_end", _("Month end"), "#month-end", "calendar", 12),
    Item("update", _("My update"), "#update", "edit", 3),
    Item("divergences", _("Divergences"), "#divergences", "diverge", 7),
    Item("import", _("Import"), "#import", "upload"),
    Item("administration", _("Administration"), "#administration", "gear"),
]

SPRITE = Path(__file__).parents[1] / "static" / "icons.svg"
ICONS = re.findall(r'symbol id="([a-z-]+)"', SPRITE.read_text(encoding="utf-8"))


class ExampleForm(forms.Form):
    """One field of each kind; bound with gaps so that help and errors can be seen."""

    name = forms.CharField(label=_("Name"), help_text=_("One line that says what will be different."))
    owner = forms.ChoiceField(label=_("Owner"), choices=[("", "–"), ("1", "Lena Brandt")])
    due = forms.DateField(label=_("Due"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    amount = forms.DecimalField(
        label=_("Amount in €"),
        help_text=_("Improvement is positive."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}),
    )
    problem = forms.CharField(label=_("Problem and outcome"), widget=forms.Textarea, required=False)
    recurrence = forms.ChoiceField(
        label=_("Recurrence"),
        widget=forms.RadioSelect,
        choices=[("recurring", _("Recurring")), ("one_off", _("One-off"))],
    )
    evidence = forms.FileField(label=_("Evidence"), required=False)
    final = forms.BooleanField(label=_("One-off costs are final"))


def _bridge() -> list[dict[str, Any]]:
    """Bars of the example bridge: running total in tenths of a million, drawn at 0.78 px each from 150 down."""
    words = ["Committed", "Timing", "Scope", "Specif.", "Price", "Volume", "FX", "Forecast"]
    steps = [486, -12, 21, -38, -24, 14, -8, 439]
    bars, level = [], 0
    for index, (word, step) in enumerate(zip(words, steps, strict=True)):
        total = index in (0, len(steps) - 1)
        low, high = (380, step) if total else sorted((level, level + step))
        level = step if total else level + step
        bars.append(_bar(index, word, step, (low, high), "total" if total else "up" if step > 0 else "down"))
    return bars


def _bar(index: int, word: str, step: int, span: tuple[int, int], css: str) -> dict[str, Any]:
    low, high = (round(150 - (value - 380) * 1.05, 1) for value in span)
    x = 14 + index * 53
    label = f"{Decimal(step) / 10:+}".replace("-", "−") if css != "total" else str(Decimal(step) / 10)
    return {
        "x": x,
        "mid": x + 17,
        "y": high,
        "h": low - high,
        "css": css,
        "word": word,
        "label": label,
        "above": high - 6,
    }


FUNNEL = [(34, "18.2"), (27, "14.9"), (22, "12.4"), (18, "11.8"), (31, "22.6"), (12, "9.3")]


def _context() -> dict[str, Any]:
    return {
        "organization": {"name": "Nordlicht AG"},
        "organizations": [
            {"name": "Nordlicht AG", "url": "#", "current": True},
            {"name": "US HHS IT portfolio", "url": "#", "current": False},
        ],
        "nav": NAV,
        "active_nav": "portfolio",
        "search_url": "#search",
        "saved_views": [
            {"name": "Off track above €2 m", "url": "#", "colour": "red"},
            {"name": "My measures", "url": "#", "colour": "accent"},
            {"name": "Steering committee, March", "url": "#", "colour": "green"},
        ],
        "rows": ROWS,
        "bridge": _bridge(),
        "funnel": [
            {"stage": stage, "count": count, "amount": Decimal(millions) * 1_000_000}
            for stage, (count, millions) in enumerate(FUNNEL)
        ],
        "months": [date(2027, month, 1) for month in range(1, 13)],
        "today": date(2027, 8, 31),
        "now": datetime(2027, 8, 31, 14, 5, tzinfo=UTC),
        "amount": Decimal("-4712345.67"),
        "icons": ICONS,
        "stages": range(6),
        "colours": ["green", "amber", "red", "grey"],
        "reasons": list(REASONS["price"]),
    }


def index(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    context = _context() | {
        "form": ExampleForm(),
        "refused": ExampleForm({"name": "", "amount": "12,x", "owner": "1"}),
        "page": Paginator(range(144), 50).page(2),
        "objections": [
            Objection("no_source", _("The reference base has no source."), cleared_by=(Office.OWNER,)),
            Objection("stale", _("The plan was validated 34 days ago."), cleared_by=(Office.CONTROLLER,)),
        ],
    }
    return render(request, "styleguide/index.html", context)


def cockpit(request: HttpRequest) -> HttpResponse:
    """A whole page put together from the components."""
    return render(request, "styleguide/cockpit.html", _context())
