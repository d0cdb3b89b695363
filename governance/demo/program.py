"""Playing all measures of the demo until today, and keeping them up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from finance.actions.disputes import answer_dispute, open_dispute
from finance.actions.forecasts import confirm_forecast_unchanged
from governance.demo.catalogue import CATALOGUE, Catalogue, Idea
from governance.demo.choices import Turn
from governance.demo.delivery import book, close_all, expect, implement, validate_months, work
from governance.demo.founding import Package
from governance.demo.lives import Life, begin, decide, detail, identify, plan, wait_for, wait_today
from governance.demo.people import CARELESS
from governance.demo.running import live_on, take_over
from governance.demo.scene import Say, Scene
from governance.demo.scripts import SCRIPTS
from measures.actions.measures import change_controller, change_owner
from measures.actions.milestones import confirm_milestones_unchanged
from measures.choices import DoI, Lifecycle
from portfolio.actions.structure import reserve_numbers
from portfolio.models import User

FIRST_MONTH = -13


@dataclass(frozen=True)
class Part:
    """A measure that is to live: where, what, and under which code; the old tool gave its own codes."""

    package: Package
    place: int
    idea: Idea
    code: str = ""


def cast_parts(scene: Scene, packages: Sequence[Package], catalogue: Catalogue = CATALOGUE) -> list[Part]:
    """All measures of the catalogue with their codes, which are the same in every run, whoever comes first."""
    parts = [
        Part(package, place, idea) for package in packages for place, idea in enumerate(catalogue.get(package.key, ()))
    ]
    with scene.opened():
        first = reserve_numbers("measure", len(parts))
    return [replace(part, code=f"M-{first + number}") for number, part in enumerate(parts)]


def play(scene: Scene, parts: Sequence[Part], say: Say) -> list[Life]:
    """Every measure stands where its script leads; figures, lights and divergences are left to reconciliation.

    Measures of one package belong into one play. What the old tool had kept is taken over as one workbook.
    """
    lives = _live_all(scene, [part for part in parts if not _is_taken_over(part)], say)
    old = [part for part in parts if _is_taken_over(part)]
    if old:
        say("  the program of the old tool")
        with scene.opened():
            lives += _taken_over(scene, old)
    say("  month ends and closures")
    validate_months(scene, lives, FIRST_MONTH)
    close_all(lives)
    with scene.opened():
        _contradict(lives)
        _keep_up(scene, lives)
    return lives


def _is_taken_over(part: Part) -> bool:
    return SCRIPTS[part.idea.turn].taken_over


def shares_of(parts: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """The parts in two halves that never wait for each other: package by package, the old tool in one of them."""
    keys = list(dict.fromkeys(part.package.key for part in parts if not _is_taken_over(part)))
    first = set(keys[::2])
    mine = [part for part in parts if part.package.key in first and not _is_taken_over(part)]
    others = [part for part in parts if part.package.key not in first or _is_taken_over(part)]
    return mine, others


def _live_all(scene: Scene, parts: Sequence[Part], say: Say) -> list[Life]:
    lives: list[Life] = []
    for path, together in groupby(parts, key=lambda part: part.package.path):
        say(f"  {' / '.join(path)}")
        for part in together:
            with scene.opened():
                lives.append(_live(scene, part, lives))
    return lives


def _live(scene: Scene, part: Part, before: Sequence[Life]) -> Life:
    life = begin(scene, part.package, part.place, part.idea, code=part.code)
    for step in _steps(life, before):
        step(life)
    return life


def _steps(life: Life, before: Sequence[Life]) -> Iterator[Callable[[Life], None]]:
    script = life.script
    if script.stage >= DoI.IDENTIFIED:
        yield identify
    if script.stage > DoI.IDENTIFIED or (script.stage == DoI.IDENTIFIED and _is_planned(life)):
        yield plan
    if life.idea.shares_account:
        yield lambda one: wait_for(one, next(other for other in before[::-1] if other.place == 1))
    if script.stage >= DoI.DETAILED:
        yield detail
    if script.stage >= DoI.DECIDED:
        yield from (decide, expect, work, book)
    elif life.idea.turn == Turn.EARLY:
        yield from (work, book)
    elif life.idea.turn == Turn.SHRINKING:
        yield expect
    if script.implemented is not None:
        yield implement
    if script.waits and script.stage != DoI.IMPLEMENTED:
        yield wait_today


def _is_planned(life: Life) -> bool:
    """Some plan before anybody asks; who waits for the next gate must have."""
    return life.script.waits or life.chance.random() < 0.6


def _taken_over(scene: Scene, parts: Sequence[Part]) -> list[Life]:
    lives = take_over(scene, [(part.package, part.place, part.idea) for part in parts])
    for life in lives:
        live_on(life)
    return lives


def _contradict(lives: Sequence[Life]) -> None:
    """What the controllers and sponsors have done lately."""
    for life in lives:
        if life.idea.turn == Turn.DISPUTED:
            _dispute(life)
        if life.idea.turn == Turn.CONFLICTED:
            _swap(life)
        if life.idea.turn == Turn.AWAITING_CLOSURE:
            wait_today(life)


def _dispute(life: Life) -> None:
    scene, (_line, effect) = life.scene, life.effects[0]
    dispute = scene.act(
        open_dispute,
        effect,
        amount=Decimal(35_000),
        reason="Half of the people of the rework cell work in the inspection now.",
        by=life.controller,
        on=scene.clock.ago(12),
    )
    scene.act(answer_dispute, dispute, answer="Two of eight; the list of names follows this week.", by=life.owner)


def _swap(life: Life) -> None:
    """The owner of yesterday becomes the controller of today: allowed in a pinch, and a divergence."""
    scene, before = life.scene, life.owner
    successor = scene.person("aylin.demir")
    reason, on = "Katrin Albers is on leave; nobody else knows the cell.", scene.clock.ago(9)
    scene.act(change_owner, life.refresh(), to=successor, by=life.sponsor, reason=reason, on=on)
    scene.act(change_controller, life.refresh(), to=before, by=life.sponsor, reason=reason, on=on)
    life.owner = successor
    life.refresh()


def _keep_up(scene: Scene, lives: Sequence[Life]) -> None:
    """The owners' monthly round: milestones and forecasts confirmed as they stand, by all who look after them."""
    by_owner: dict[User, list[Life]] = defaultdict(list)
    for life in lives:
        running = life.script.stage in (DoI.DETAILED, DoI.DECIDED, DoI.IMPLEMENTED)
        if running and life.refresh().lifecycle == Lifecycle.ACTIVE:
            by_owner[life.measure.owner].append(life)
    for owner, theirs in by_owner.items():
        measures = [life.measure for life in theirs]
        on = scene.clock.ago(60 if owner == scene.person(CARELESS) else 11)
        scene.act(confirm_milestones_unchanged, measures, by=owner, on=on)
        kept = [life.measure for life in theirs if life.script.kept]
        scene.act(confirm_forecast_unchanged, kept, by=owner, on=on)
