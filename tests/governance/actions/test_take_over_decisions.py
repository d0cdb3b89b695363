from __future__ import annotations

import pytest
from django.utils import timezone

from governance.actions.take_over_decisions import ratify_take_over
from governance.models import ImportBatch, TakeOver
from measures.choices import DoI
from measures.models import Measure
from portfolio.errors import NotAllowed, Refused
from tests.cast import TODAY


def taken_over(cast, **fields) -> Measure:
    measure = cast.measure(**fields)
    batch = ImportBatch.objects.create(
        name="program.xlsx", sha256="ab" * 32, imported_by=cast.office, on=TODAY, at=timezone.now()
    )
    TakeOver.objects.create(measure=measure, batch=batch, stage=DoI.DEFINED)
    return measure


def ratify(cast, measures, *, by=None, reason="Seen and accepted."):
    by = by or cast.chair
    with cast.acting(by):
        return ratify_take_over(measures, by=by, on=TODAY, reason=reason)


def test_the_chair_ratifies_many_at_once(cast):
    measures = [taken_over(cast), taken_over(cast)]
    rows = ratify(cast, measures)
    assert {row.measure_id for row in rows} == {measure.pk for measure in measures}
    assert {row.ratified_by_id for row in TakeOver.objects.all()} == {cast.chair.pk}


@pytest.mark.parametrize("person", ["deputy", "office", "owner", "admin"])
def test_nobody_else_ratifies(cast, person):
    with pytest.raises(NotAllowed):
        ratify(cast, [taken_over(cast)], by=getattr(cast, person))


def test_the_deputy_ratifies_what_the_chair_owns(cast):
    measure = taken_over(cast, owner=cast.chair)
    with pytest.raises(NotAllowed):
        ratify(cast, [measure])
    assert ratify(cast, [measure], by=cast.deputy)


def test_it_is_done_once_with_a_reason_and_all_or_nothing(cast):
    measure = taken_over(cast)
    with pytest.raises(Refused):
        ratify(cast, [measure], reason=" ")
    with pytest.raises(Refused) as refused:
        ratify(cast, [measure, cast.measure()])
    assert refused.value.codes == ["not_taken_over"]
    assert TakeOver.objects.get().ratified_at is None
    ratify(cast, [measure])
    with pytest.raises(Refused):
        ratify(cast, [measure])


def test_nobody_ratifies_what_they_imported(cast):
    measure = cast.measure()
    with cast.acting(cast.chair):
        batch = ImportBatch.objects.create(
            name="program.xlsx", sha256="ab" * 32, imported_by=cast.chair, on=TODAY, at=timezone.now()
        )
    TakeOver.objects.create(measure=measure, batch=batch, stage=DoI.DEFINED)
    with pytest.raises(NotAllowed):
        ratify(cast, [measure])
    assert ratify(cast, [measure], by=cast.deputy)
