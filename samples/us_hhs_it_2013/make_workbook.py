"""Makes the take-over workbook from the extract: python samples/us_hhs_it_2013/make_workbook.py [OUT] [--xlsx].

OUT is a folder of CSV tables (default: `workbook` beside this script), or with --xlsx one file. README.md tells what
each figure stands for. The same extract gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from finance.money import round_cents, spread  # noqa: E402
from governance.workbook.writing import Tables, Value, write_csv_folder, write_xlsx  # noqa: E402

AS_OF = datetime.date(2012, 6, 30)
DAY_ZERO = datetime.date(2000, 1, 1)
MONTHS = (*(f"2012-{month:02d}" for month in range(7, 13)), *(f"2013-{month:02d}" for month in range(1, 7)))
MILLION = Decimal(1_000_000)
DEPARTMENT = "Department of Health and Human Services"

MEASURES = [
    *("code", "portfolio", "program", "project", "package", "name", "description", "owner", "controller", "sponsor"),
    *("committee", "business_unit", "function", "legal_entity", "stage", "lifecycle", "currency"),
]
MILESTONES = ["measure", "name", "critical", "weight", "baseline_on", "forecast_on", "actual_on"]
EFFECTS = [
    *("measure", "effect", "nature", "recurrence", "hardness", "pnl_line", "gl_account", "cost_centre", "scenario"),
    *MONTHS,
]

OWNERS = ("ada", "bruno", "carla", "dennis", "elena", "farid", "greta", "hugo")
CONTROLLERS = ("ines", "jonas", "karin", "liam", "maya", "nils", "olga", "paul")
SPONSORS = ("quinn", "rosa", "stefan", "tara", "ugo", "vera", "walter", "yara")
FAMILIES = ("adler", "brandt", "castillo", "dawson", "egan", "fischer", "grant", "hale", "ito", "jensen", "kaur")

Record = dict[str, str]


def read(name: str) -> list[Record]:
    with (HERE / name).open(encoding="utf-8-sig", newline="") as file:
        return [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(file)]


class Extract:
    """The projects with known cost, in the order of their numbers, with their investments and activities."""

    def __init__(self) -> None:
        self.investments = {row["identifier"]: row for row in read("investments.csv")}
        known = [row for row in read("projects.csv") if row["planned_cost_usd_m"]]
        self.projects = sorted(known, key=lambda row: int(row["project_id"]))
        self.programs = sorted({row["investment_identifier"] for row in known})
        self.activities: dict[str, list[Record]] = {row["project_id"]: [] for row in known}
        for row in read("activities.csv"):
            if row["project_id"] in self.activities:
                self.activities[row["project_id"]].append(row)

    def bureau(self, project: Record) -> str:
        return self._investment(project).get("bureau") or DEPARTMENT

    def program(self, project: Record) -> str:
        return self._investment(project).get("name") or f"Investment {project['investment_identifier']}"

    def summary(self, project: Record) -> str:
        return " ".join(self._investment(project).get("summary", "").split())

    def function(self, project: Record) -> str:
        """The business function without its number: 402-Financial Management is Financial Management."""
        return self._investment(project).get("business_function", "").partition("-")[2] or "Not classified"

    def people(self, project: Record) -> tuple[str, str, str]:
        """Owner, controller and sponsor of the program: invented, and three different persons."""
        number = self.programs.index(project["investment_identifier"])
        return (address(OWNERS, number), address(CONTROLLERS, number + 1), address(SPONSORS, number + 2))

    def _investment(self, project: Record) -> Record:
        return self.investments.get(project["investment_identifier"], {})


def address(given_names: tuple[str, ...], number: int) -> str:
    return f"{given_names[number % len(given_names)]}.{FAMILIES[number % len(FAMILIES)]}@example.org"


def code(project: Record) -> str:
    return f"HHS-{project['project_id']}"


def name(project: Record) -> str:
    return project["name"] or f"Project {project['project_id']}"


def measures(extract: Extract) -> Iterator[list[Value]]:
    yield [*MEASURES]
    for project in extract.projects:
        bureau = extract.bureau(project)
        yield [
            code(project),
            bureau,
            extract.program(project),
            name(project),
            name(project),
            name(project),
            extract.summary(project),
            *extract.people(project),
            f"{bureau} IT Investment Review Board",
            bureau,
            extract.function(project),
            f"US {DEPARTMENT}",
            "decided",
            "active",
            "USD",
        ]


def milestones(extract: Extract) -> Iterator[list[Value]]:
    yield [*MILESTONES]
    for project in extract.projects:
        activities = extract.activities[project["project_id"]]
        counts = Counter(activity["name"] for activity in activities)
        for activity in activities:
            yield activity_milestone(project, activity, twice=counts[activity["name"]] > 1)
        start = DAY_ZERO + datetime.timedelta(days=int(project["start_days_after_2000"]))
        baseline = start + datetime.timedelta(days=int(project["planned_duration_days"]))
        forecast = baseline + datetime.timedelta(days=int(project["project_delay_days"]))
        yield [code(project), "Project complete", "yes", 1, baseline, forecast, passed(forecast)]


def activity_milestone(project: Record, activity: Record, *, twice: bool) -> list[Value]:
    """An activity is a milestone at its planned end; done only when the extract calls it completed."""
    number = activity["activity_id"]
    title = f"{activity['name']} ({number})" if twice else activity["name"] or f"Activity {number}"
    start = datetime.date.fromisoformat(activity["start_date_planned"])
    planned = int(activity["planned_duration_days"])
    taken = int(activity["actual_duration_days"] or planned)
    baseline = start + datetime.timedelta(days=planned)
    forecast = start + datetime.timedelta(days=int(activity["actual_start_delay_days"]) + taken)
    done = passed(forecast) if activity["status"].startswith("Completed") else None
    return [code(project), title, "no", 1, baseline, forecast, done]


def passed(day: datetime.date) -> datetime.date | None:
    """The day once it has passed; a date equal to the as-of date has not."""
    return day if day < AS_OF else None


def effects(extract: Extract) -> Iterator[list[Value]]:
    yield [*EFFECTS]
    for project in extract.projects:
        planned = dollars(project["planned_cost_usd_m"])
        variance = dollars(project["cost_variance_usd_m"] or "0")
        kind = [code(project), "Planned cost, read as a saving", "EBITDA", "RECURRING", "BOTTOM_LINE"]
        account = ["IT operating cost", "6520 IT services", f"IT {extract.bureau(project)}"]
        yield [*kind, *account, "plan", *spread(planned, 12)]
        yield [*kind, *account, "forecast", *spread(planned + variance, 12)]


def dollars(millions: str) -> Decimal:
    return round_cents(Decimal(millions) * MILLION)


def tables() -> Tables:
    extract = Extract()
    return {"measures": measures(extract), "milestones": milestones(extract), "effects": effects(extract)}


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the take-over workbook from the extract.")
    parser.add_argument("out", nargs="?", type=Path, help="folder of the CSV tables, or the .xlsx file")
    parser.add_argument("--xlsx", action="store_true", help="write one .xlsx file instead of a folder")
    options = parser.parse_args()
    out = options.out or HERE / ("workbook.xlsx" if options.xlsx else "workbook")
    (write_xlsx if options.xlsx else write_csv_folder)(out, tables())
    sys.stdout.write(f"{out}\n")


if __name__ == "__main__":
    main()
