"""Two pictures of a measure side by side, in words."""

from __future__ import annotations

from governance.gates import GATES
from governance.queries.cases import gate_case
from governance.queries.comparison import Compared, compared
from governance.snapshots import snapshot_of
from measures.actions.measures import change_owner, edit_measure
from measures.choices import DoI
from measures.models import Measure
from tests.cast import TODAY, Cast
from tests.governance.steps import measure_at


def picture(measure: Measure) -> dict[str, object]:
    fresh = Measure.objects.get(pk=measure.pk)
    return snapshot_of(gate_case(fresh, on=TODAY), GATES[DoI(fresh.stage)])


def by_label(rows: list[Compared]) -> dict[str, Compared]:
    return {row.label: row for row in rows}


def test_changed_fields_come_first_and_people_have_names(cast: Cast) -> None:
    measure = measure_at(cast, DoI.IDENTIFIED)
    before = picture(measure)
    with cast.acting(cast.sponsor):
        change_owner(measure, to=cast.member, by=cast.sponsor, reason="Left", on=TODAY)
    with cast.acting(cast.office):
        edit_measure(Measure.objects.get(pk=measure.pk), by=cast.office, problem="Another")
    rows = compared(before, picture(measure))
    assert [row.label for row in rows if row.changed] == [row.label for row in rows[:2]]
    found = by_label(rows)
    assert (found["owner"].before, found["owner"].now) == ("Owner", "Member")
    assert found["problem and outcome"].now == "Another"


def test_codes_and_ids_are_words(cast: Cast) -> None:
    measure = measure_at(cast, DoI.IDENTIFIED)
    now = picture(measure)
    found = by_label(compared(now, now))
    assert not any(row.changed for row in found.values())
    assert found["nature of an effect"].now == [("Cheaper resin 1", "EBITDA")]
    assert found["cost centre of an effect"].now == [("Cheaper resin 1", "Address 1")]
    assert found["package"].now == "Direct materials"
    assert found["steering committee"].now == "SteerCo"
    assert found["owner of a milestone"].now[0] == ("Step 1", "Owner")
