"""A running program that another tool had kept: a handful of measures, taken over by workbook half-way."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from finance.actions.actuals import claim_actual
from finance.choices import Hardness, Nature
from finance.models import Effect
from finance.money import CENT
from finance.rules.periods import period_name
from governance.actions.take_over_decisions import ratify_take_over
from governance.actions.takeover import take_over_program
from governance.demo.catalogue import Idea
from governance.demo.choices import Turn
from governance.demo.effects import FULL_MONTHS, RAMP, THOUSAND, Line, lines_of
from governance.demo.founding import Package
from governance.demo.lives import Life
from governance.demo.scene import Scene, dice
from governance.demo.scripts import SCRIPTS
from governance.demo.words import MILESTONES, PROBLEMS
from governance.takeover.source import content_sha256
from governance.workbook.reading import open_workbook
from measures.actions.measures import inherited_roles
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from portfolio.models import Node

# Months before the last closed one in which the program was taken over.
TAKEN_OVER = -3
LIFECYCLES = {Turn.HELD: Lifecycle.ON_HOLD, Turn.CANCELLED: Lifecycle.CANCELLED}

MEASURES = (
    *("code", "portfolio", "program", "project", "package", "name", "description", "owner", "controller", "sponsor"),
    *("committee", "business_unit", "function", "legal_entity", "stage", "lifecycle", "currency", "problem"),
    *("likely_potential", "due_implemented", "due_closed"),
)
MILESTONE = ("measure", "name", "critical", "weight", "baseline_on", "forecast_on", "actual_on")
EFFECT = ("measure", "effect", "nature", "recurrence", "hardness", "pnl_line", "gl_account", "cost_centre", "scenario")


@dataclass(frozen=True)
class Found:
    """One measure of the old tool."""

    code: str
    package: Package
    place: int
    idea: Idea
    lines: list[Line]


def take_over(scene: Scene, chosen: Sequence[tuple[Package, int, Idea]]) -> list[Life]:
    """The measures stand taken over; the active ones live on."""
    found = [_found(number, *one) for number, one in enumerate(chosen, 301)]
    office, on = scene.person("office"), scene.clock.day(TAKEN_OVER, 16)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "old-tool"
        path.mkdir()
        _write(path, scene, found)
        scene.act(
            take_over_program,
            open_workbook(path),
            by=office,
            on=on,
            today=scene.clock.today,
            name=path.name,
            sha256=content_sha256(path),
        )
    return [_life(scene, one) for one in found]


def _found(number: int, package: Package, place: int, idea: Idea) -> Found:
    lines = lines_of(idea, SCRIPTS[idea.turn], dice(f"{package.key}:{idea.name}"))
    return Found(f"OLD-{number}", package, place, idea, lines)


def _life(scene: Scene, found: Found) -> Life:
    measure = Measure.objects.get(code=found.code)
    life = Life(scene, found.package, found.place, found.idea, measure, measure.owner, dice(found.code))
    life.refresh()
    effects = {effect.name: effect for effect in Effect.objects.filter(measure=measure).select_related("measure")}
    life.effects = [(line, effects[line.name]) for line in found.lines]
    return life


def _write(path: Path, scene: Scene, found: Sequence[Found]) -> None:
    _table(path / "measures.csv", MEASURES, (_measure(scene, one) for one in found))
    _table(path / "milestones.csv", MILESTONE, (row for one in found for row in _milestones(scene, one)))
    months = range(min(m for one in found for line in one.lines for m in line.plan), 1 + _last(found))
    head = (*EFFECT, *(period_name(scene.clock.month(m)) for m in months))
    _table(path / "effects.csv", head, (row for one in found for row in _effects(scene, one, months)))


def _last(found: Sequence[Found]) -> int:
    return max(SCRIPTS[one.idea.turn].starts + RAMP + FULL_MONTHS for one in found)


def _table(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


def _measure(scene: Scene, one: Found) -> tuple[Any, ...]:
    script, idea, day = SCRIPTS[one.idea.turn], one.idea, scene.clock.day
    owner = scene.person(one.package.owners[one.place % len(one.package.owners)])
    return (
        *(one.code, *one.package.path, idea.name, "Came from the tool used before.", owner.email),
        *_offices(one.package.node),
        *(script.stage.name.lower(), LIFECYCLES.get(idea.turn, Lifecycle.ACTIVE).value),
        idea.currency or one.package.currency,
        PROBLEMS[idea.kind].format(place=one.package.node.name, name=idea.name),
        idea.thousands * THOUSAND * 12,
        *(day(4, 25), day(8, 25)),
    )


def _offices(node: Node) -> tuple[str, ...]:
    """Controller, sponsor, committee and units, written out: the old tool knew no inheritance."""
    roles = inherited_roles(node)
    people = (roles["controller"].email, roles["sponsor"].email)
    return (*people, *(roles[name].name for name in ("committee", "business_unit", "function", "legal_entity")))


def _milestones(scene: Scene, one: Found) -> Iterator[tuple[Any, ...]]:
    script, day = SCRIPTS[one.idea.turn], scene.clock.day
    taken_over = day(TAKEN_OVER, 16)
    last = script.starts + 3 if script.stage == DoI.IMPLEMENTED else 2
    where = ((script.starts - 2, 20), (script.starts - 1, 10), (script.starts, 8), (last, 15))
    for (name, critical), (month, dom) in zip(MILESTONES[one.idea.kind], where, strict=True):
        planned = day(month, dom)
        done = planned if planned <= taken_over else ""
        yield one.code, name, "yes" if critical else "no", 2 if critical else 1, planned, planned, done


def _effects(scene: Scene, one: Found, months: range) -> Iterator[tuple[Any, ...]]:
    names = scene.names
    for line in one.lines:
        addressed = line.is_ebitda or line.is_cost
        accounts = names.gl_accounts[one.idea.line]
        head = (
            *(one.code, line.name, line.nature.value, line.recurrence.value, line.hardness or Hardness.BOTTOM_LINE),
            names.pnl_lines[one.idea.line].name if addressed else "",
            accounts[(one.place + line.account) % len(accounts)].name if addressed else "",
            names.cost_centres[one.package.key].name if addressed else "",
        )
        yield (*head, "plan", *(line.plan.get(m, "") for m in months))
        yield (*head, "forecast", *(_expected(line, m) for m in months))
        if line.nature != Nature.HEADCOUNT:
            yield (*head, "actual", *(_achieved(line, m) for m in months))


def _expected(line: Line, month: int) -> Decimal | str:
    amount = line.plan.get(month)
    return "" if amount is None else (amount * Decimal("0.98")).quantize(CENT)


def _achieved(line: Line, month: int) -> Decimal | str:
    amount = line.plan.get(month)
    return "" if amount is None or month >= TAKEN_OVER else (amount * Decimal("0.99")).quantize(CENT)


def live_on(life: Life) -> None:
    """What was taken over active is kept up like any other measure; the committee has ratified the first of them."""
    scene = life.scene
    if life.measure.lifecycle != Lifecycle.ACTIVE:
        return
    for line, effect in life.effects:
        if not line.is_ebitda:
            continue
        for month in range(TAKEN_OVER, 1):
            amount = _achieved_later(life, line, month)
            on = scene.clock.past(month + 1, 4)
            scene.act(claim_actual, effect, scene.clock.month(month), amount, by=life.owner, on=on)
    if life.script.stage == DoI.IMPLEMENTED and life.package.key == "warehouse":
        reason, on = "Seen in the minutes of the old program.", scene.clock.ago(40)
        scene.act(ratify_take_over, [life.measure], by=scene.person("chair"), on=on, reason=reason)


def _achieved_later(life: Life, line: Line, month: int) -> Decimal:
    return (line.plan.get(month, Decimal(0)) * Decimal(life.chance.randint(960, 1020)) / 1000).quantize(CENT)
