from __future__ import annotations

from measures.choices import DoI
from measures.models import Measure
from portfolio.deeds import check_now
from tests.guarantees.rows import close, measure_at


def test_legal_walk_to_closed(cast):
    measure = measure_at(cast, DoI.IMPLEMENTED)
    close(cast, measure, by=cast.controller)
    check_now()
    assert Measure.objects.get(pk=measure.pk).stage == DoI.CLOSED
