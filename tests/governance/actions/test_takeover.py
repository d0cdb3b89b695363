"""Taking over a running program: what stands afterwards, down to the row."""

from __future__ import annotations

from pathlib import Path

from governance.actions.takeover import TakenOver, take_over_program
from governance.workbook.reading import open_workbook
from measures.choices import DoI
from measures.models import Measure
from tests.cast import TODAY, Cast
from tests.governance.workbook.builders import Line, good_folder


def take_over(cast: Cast, folder: Path, **tables: list[Line]) -> TakenOver:
    """The good workbook, with the named tables in place of its own, taken over by the transformation office."""
    workbook = open_workbook(good_folder(folder, **tables))
    return take_over_program(workbook, by=cast.office, on=TODAY, today=TODAY, name="program", sha256="0" * 64)


def test_take_over_brings_measures_to_their_stage(cast: Cast, tmp_path: Path) -> None:
    take_over(cast, tmp_path)
    measure = Measure.objects.get(code="M-1")
    assert measure.stage == DoI.DECIDED
