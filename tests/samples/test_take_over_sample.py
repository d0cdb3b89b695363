"""The real sample, taken over and reconciled by the product: the lights are those of the worked examples."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from governance.actions.reconciliation import reconcile
from governance.workbook.reading import open_workbook
from portfolio.models import Organization
from tests.samples.test_us_hhs_it_2013 import ON, SAMPLE, Judged, _judge

WORKBOOK = SAMPLE / "workbook"
FOUND = ("--slug", "hhs", "--name", "HHS", "--currency", "USD", "--admin", "admin@example.org")
TERMS = ("--organization", "hhs", "--as", "admin@example.org", "--on", ON.isoformat())


@pytest.fixture
def report(db: None) -> dict[str, Any]:
    """The sample in a fresh organization, judged as of the day of its take-over."""
    errors = StringIO()
    call_command("create_organization", *FOUND, stdout=StringIO())
    call_command("import_workbook", str(WORKBOOK), *TERMS, stdout=StringIO(), stderr=errors)
    assert errors.getvalue() == ""
    found = reconcile(Organization.objects.get(slug="hhs").pk, on=ON, write=False, report=True).report
    assert found is not None
    return found


@pytest.fixture
def rule() -> dict[str, Judged]:
    """What the pure rules say of each measure."""
    workbook = open_workbook(WORKBOOK)
    codes = [row.code for row in workbook.measures()]
    return dict(zip(codes, _judge(workbook), strict=True))


def test_lights_of_the_punctual_projects(report: dict[str, Any], rule: dict[str, Judged]) -> None:
    punctual = {code for code, judged in rule.items() if judged.delay <= timedelta(days=30)}
    rows = [row for row in report["measures"] if row["code"] in punctual]
    assert Counter(row["potential"] for row in rows) == {"green": 72, "amber": 12, "red": 14}
    # all milestones count, not the critical one alone
    assert Counter(row["implementation"] for row in rows) == {"green": 84, "amber": 14}


def test_each_potential_is_that_of_the_pure_rule(report: dict[str, Any], rule: dict[str, Judged]) -> None:
    found = {row["code"]: (row["potential"], row["committed"], row["forecast"]) for row in report["measures"]}
    assert found == {
        code: (judged.potential.value, f"{judged.planned:.2f}", f"{judged.expected:.2f}")
        for code, judged in rule.items()
    }


def test_what_is_judged_is_what_was_taken_over(report: dict[str, Any]) -> None:
    assert (report["on"], report["currency"], len(report["measures"])) == ("2012-06-30", "USD", 108)
    assert {(row["stage"], row["basis"], row["hollow"]) for row in report["measures"]} == {
        ("decided", "run_rate", False)
    }
    top = report["nodes"][0]
    assert (top["path"], top["committed"], top["pipeline"]) == ("", "156892000.00", "0.00")
    assert len(report["nodes"]) == 1 + 7 + 22 + 108 + 108
