"""The life of one measure from the first idea to where it stands today, deed by deed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from finance.actions.effects import add_effect
from finance.actions.plans import set_plan, validate_plan
from finance.models import Effect
from governance.actions.gates import approve, decide_as_committee, submit, veto
from governance.demo.catalogue import Idea
from governance.demo.choices import Turn
from governance.demo.effects import FULL_MONTHS, THOUSAND, Line, lines_of
from governance.demo.founding import Package
from governance.demo.scene import Scene, dice
from governance.demo.scripts import SCRIPTS, Script
from governance.demo.words import MILESTONES, PROBLEMS, RISKS, WAIVERS
from governance.models import GateSubmission
from measures.actions.measures import create_measure, edit_measure
from measures.actions.milestones import add_milestone
from measures.actions.risks import add_dependency, add_risk
from measures.choices import DoI
from measures.models import Measure, Milestone
from portfolio.choices import Office
from portfolio.models import User


@dataclass
class Life:
    """A measure being played: its data, its people, its effects with their plans and its milestones."""

    scene: Scene
    package: Package
    place: int
    idea: Idea
    measure: Measure
    owner: User
    chance: Random
    effects: list[tuple[Line, Effect]] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)

    @property
    def script(self) -> Script:
        return SCRIPTS[self.idea.turn]

    @property
    def controller(self) -> User:
        return _known(self.measure.controller)

    @property
    def sponsor(self) -> User:
        return _known(self.measure.sponsor)

    def refresh(self) -> Measure:
        """The measure as it stands now."""
        self.measure = Measure.objects.select_related(
            "package__node", "owner", "controller", "sponsor", "committee__chair", "committee__deputy_chair"
        ).get(pk=self.measure.pk)
        return self.measure


def _known(user: User | None) -> User:
    if user is None:
        raise LookupError("Every measure of the demo has a controller and a sponsor.")
    return user


def begin(scene: Scene, package: Package, place: int, idea: Idea, *, code: str) -> Life:
    """Somebody has written the measure down; it stands Defined."""
    owner = scene.person(package.owners[place % len(package.owners)])
    script, chance = SCRIPTS[idea.turn], dice(f"{package.key}:{idea.name}")
    measure = scene.act(
        create_measure,
        package.node,
        name=idea.name,
        code=code,
        owner=owner,
        by=scene.person("office"),
        on=scene.clock.past(script.born, 4),
        currency=idea.currency or package.currency,
        **_description(scene, package, idea, script, chance),
    )
    life = Life(scene, package, place, idea, measure, owner, chance)
    life.refresh()
    return life


def _description(scene: Scene, package: Package, idea: Idea, script: Script, chance: Random) -> dict[str, Any]:
    likely = idea.thousands * THOUSAND * 12
    low, high = sorted((likely * Decimal("0.7"), likely * Decimal("1.3")))
    # OEM, 3D and their like stay as they are.
    name = idea.name if idea.name[:2].isupper() else idea.name[0].lower() + idea.name[1:]
    return {
        "problem": PROBLEMS[idea.kind].format(place=package.node.name, name=name),
        "likely_potential": likely,
        "low_potential": low,
        "high_potential": high,
        "reference_base": abs(likely) * chance.randint(5, 12),
        "reference_source": "Ledger of the last fiscal year",
        "reference_period": str(scene.clock.fiscal_year - 1),
        "budget_name": f"Restructuring budget {scene.clock.fiscal_year}",
        **_due_dates(scene, script),
    }


def _due_dates(scene: Scene, script: Script) -> dict[str, date]:
    """Target dates of the gates: those behind it as they were met, the next one a little ahead."""
    day, decided = scene.clock.day, script.decided
    ahead = {"due_identified": (2, 10), "due_detailed": (3, 10), "due_decided": (4, 15)}
    behind = {"due_identified": (decided - 3, 12), "due_detailed": (decided - 1, 12), "due_decided": (decided, 22)}
    chosen = behind if script.stage >= DoI.DECIDED else ahead
    implemented = 4 + max(script.starts, 0) if script.implemented is None else script.implemented
    return {
        **{name: day(*where) for name, where in chosen.items()},
        "due_implemented": day(implemented, 25),
        "due_closed": day(max(script.closure_due, implemented + 3), 25),
    }


def identify(life: Life) -> None:
    """The transformation office has let the idea in."""
    submission = propose(life, life.script.decided - 3 if life.script.stage >= DoI.DECIDED else -1, 6)
    _approve(life, submission, Office.TRANSFORMATION_OFFICE, life.scene.person("office"))


def propose(life: Life, month: int, dom: int) -> GateSubmission:
    """The owner puts the next gate before its deciders."""
    return put(life, on=life.scene.clock.past(month, dom))


def put(life: Life, *, on: date) -> GateSubmission:
    return life.scene.act(submit, life.refresh(), by=life.owner, on=on, waivers=WAIVERS)


def _approve(life: Life, submission: GateSubmission, office: Office, by: User, reason: str = "") -> None:
    later = min(submission.on + timedelta(days=4), life.scene.clock.today)
    life.scene.act(approve, submission, office=office, by=by, on=later, reason=reason)


def plan(life: Life) -> None:
    """The owner has planned effects, milestones and a risk."""
    scene, names = life.scene, life.scene.names
    for line in lines_of(life.idea, life.script, life.chance):
        accounts = names.gl_accounts[life.idea.line]
        addressed = line.is_ebitda or line.is_cost
        place = life.place - 2 if life.idea.shares_account else life.place
        effect = scene.act(
            add_effect,
            life.measure,
            name=line.name,
            nature=line.nature,
            recurrence=line.recurrence,
            hardness=line.hardness,
            pnl_line=names.pnl_lines[life.idea.line] if addressed else None,
            gl_account=accounts[(place + line.account) % len(accounts)] if addressed else None,
            cost_centre=names.cost_centres[life.package.key] if addressed else None,
            by=life.owner,
        )
        months = {scene.clock.month(offset): amount for offset, amount in line.plan.items()}
        scene.act(set_plan, effect, months, by=life.owner)
        life.effects.append((line, effect))
    _plan_work(life)


def _plan_work(life: Life) -> None:
    scene, script = life.scene, life.script
    on = scene.clock.past(script.decided - 2 if script.stage >= DoI.DECIDED else -1, 12)
    last = script.starts + 3 if script.implemented is not None or script.milestones_done else max(script.starts + 3, 2)
    concept = (script.decided, 20) if script.stage >= DoI.DECIDED else (script.starts - 1, 5)
    where = (concept, (script.starts - 1, 10), (script.starts, 8), (last, 15))
    for (name, critical), (month, dom) in zip(MILESTONES[life.idea.kind], where, strict=True):
        life.milestones.append(
            scene.act(
                add_milestone,
                life.measure,
                name=name,
                is_critical=critical,
                weight=Decimal(2 if critical else 1),
                baseline_on=scene.clock.day(month, dom),
                by=life.owner,
                on=on,
            )
        )
    text, response = life.chance.choice(RISKS)
    scores = {"probability": life.chance.randint(1, 5), "impact": life.chance.randint(1, 5)}
    scene.act(add_risk, life.measure, text=text, response=response, by=life.owner, **scores)


def wait_for(life: Life, other: Life) -> None:
    """The two claim the same account and cost centre; the one waits for the other."""
    life.scene.act(add_dependency, life.measure, on_measure=other.measure, note="One lease covers both.", by=life.owner)


def detail(life: Life) -> None:
    """Controller and sponsor stand behind the plan."""
    submission = propose(life, life.script.decided - 1 if life.script.stage >= DoI.DECIDED else -1, 14)
    _approve(life, submission, Office.CONTROLLER, life.controller, "Numbers checked against the ledger.")
    _approve(life, submission, Office.SPONSOR, life.sponsor)


def decide(life: Life) -> None:
    """The committee has decided, and baseline v1 is frozen."""
    clock, month = life.scene.clock, life.script.decided
    validate(life, on=clock.past(month, 10))
    submission = propose(life, month, 14)
    committee = life.measure.committee
    if committee is None or committee.chair is None or committee.deputy_chair is None:
        raise LookupError("Every committee of the demo has a chair and a deputy.")
    life.scene.act(
        decide_as_committee,
        submission,
        by=committee.chair,
        present=[committee.deputy_chair],
        on=clock.past(month, 21),
        reason="The numbers hold and the risk is borne.",
    )


def validate(life: Life, *, on: date) -> None:
    """The controller, and above the four-eyes limit a second reviewer, validate the plan."""
    life.scene.act(validate_plan, life.refresh(), by=life.controller, on=on, note="Checked line by line.")
    if abs(life.idea.thousands) * 12 >= 900:
        others = [life.scene.person(key) for key in ("controller", "controller.two")]
        second = next(one for one in others if one != life.controller)
        life.scene.act(validate_plan, life.measure, by=second, on=on, second_reviewer=True)


def wait_today(life: Life) -> None:
    """The next gate has been submitted a few days ago and waits."""
    scene, turn = life.scene, life.idea.turn
    if turn in (Turn.BEFORE_COMMITTEE, Turn.VETOED):
        validate(life, on=scene.clock.ago(9))
    submission = put(life, on=scene.clock.ago(7))
    if turn == Turn.VETOED:
        scene.act(
            veto,
            submission,
            by=life.controller,
            on=scene.clock.ago(5),
            reason="The personnel cost moves to the supplier's price; the saving is counted twice.",
        )
    if turn == Turn.STALE:
        line, effect = life.effects[0]
        last = life.script.starts + FULL_MONTHS
        changed = {scene.clock.month(last): line.plan[last] / 2}
        scene.act(set_plan, effect, changed, by=life.owner)


def describe(life: Life, **fields: Any) -> None:
    """The owner writes something about the measure."""
    life.scene.act(edit_measure, life.refresh(), by=life.owner, **fields)
