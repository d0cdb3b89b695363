"""`manage.py reconcile` and the shape of its JSON."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from governance.models import MeasureStatus, ReconciliationRun
from tests.cast import Cast
from tests.governance.actions.test_reconciliation import ON, stubborn, world_of


def run(cast: Cast, *options: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("reconcile", "--organization", cast.organization.slug, *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def findings(cast: Cast) -> Any:
    return json.loads(run(cast, "--on", ON.isoformat(), "--json", "-")[0])


def test_unknown_organization_is_one_sentence(cast: Cast) -> None:
    with pytest.raises(CommandError, match="There is no organization “nowhere”"):
        call_command("reconcile", "--organization", "nowhere")


def test_without_a_day_statuses_are_written(cast: Cast) -> None:
    cast.measure()
    out, _ = run(cast)
    assert out.startswith("1 measures judged as of ")
    assert MeasureStatus.objects.exists()


def test_with_a_day_nothing_is_written(cast: Cast) -> None:
    cast.measure()
    run(cast, "--on", ON.isoformat())
    assert not MeasureStatus.objects.exists()
    assert not ReconciliationRun.objects.exists()


def test_json_of_a_decided_measure(cast: Cast) -> None:
    world_of(cast, stubborn())
    found = findings(cast)
    assert list(found) == ["on", "currency", "measures", "nodes"]
    assert (found["on"], found["currency"]) == ("2026-08-31", "EUR")
    assert found["measures"] == [
        {
            "code": "T-0",
            "stage": "decided",
            "lifecycle": "active",
            "basis": "run_rate",
            "implementation": "green",
            "potential": "red",
            "hollow": False,
            "committed": "1200000.00",
            "forecast": "1200000.00",
            "confirmed": None,
            "divergences": ["D1"],
        }
    ]


def test_json_of_nodes_has_parents_first(cast: Cast) -> None:
    world_of(cast, stubborn())
    nodes = findings(cast)["nodes"]
    paths = [node["path"] for node in nodes]
    assert paths[:2] == ["", "Fit for Growth"]
    assert "Fit for Growth / Operational excellence / Procurement savings / Direct materials" in paths
    assert all(path == "" or path.rpartition(" / ")[0] in paths[:place] for place, path in enumerate(paths))
    assert nodes[0] == {
        "path": "",
        "implementation": "green",
        "potential": "red",
        "committed": "1200000.00",
        "forecast": "1200000.00",
        "exposed": "1200000.00",
        "pipeline": "0.00",
    }


def test_json_before_decided_has_no_commitment(cast: Cast) -> None:
    world_of(cast, stubborn(stage=2, actual={}))
    found = findings(cast)
    measure = found["measures"][0]
    assert (measure["committed"], measure["forecast"], measure["hollow"]) == (None, "1200000.00", True)
    assert found["nodes"][0]["pipeline"] == "1200000.00"


def test_json_goes_to_a_file(cast: Cast, tmp_path: Path) -> None:
    target = tmp_path / "findings.json"
    world_of(cast, stubborn())
    run(cast, "--on", ON.isoformat(), "--json", str(target))
    assert json.loads(target.read_text(encoding="utf-8"))["measures"][0]["code"] == "T-0"


def test_json_to_an_impossible_place_is_one_sentence(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        run(cast, "--json", str(tmp_path / "no" / "such" / "place.json"))
