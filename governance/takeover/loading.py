"""Writes what was staged, set by set: places, names, measures, milestones, effects and their months."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from finance.actions.calendar import period_ids
from finance.actions.rates import write_plan_rate
from finance.models import Effect, Target
from governance.takeover.names import MASTER_DATA, create_committees, create_master_data, create_people
from governance.takeover.outline import Outline
from governance.takeover.staging import SQL
from governance.workbook.reading import Workbook
from measures.models import Measure, Milestone
from portfolio import tenancy
from portfolio.history import record_created_in
from portfolio.sql_files import run_sql


def say_importing(*, on: bool) -> None:
    """Tells the triggers that an import writes: first values are not logged cell by cell, one full run is asked for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.importing', %s, true)", ["on" if on else ""])


def create_surroundings(outline: Outline) -> None:
    """Everything the measures refer to exists: people, committees, master data, places, fiscal years, plan rates."""
    create_people(outline.people, on=outline.on)
    create_committees(outline.committees)
    for name, model in MASTER_DATA.items():
        create_master_data(model, outline.master_data[name])
    outline.places.create()
    period_ids(outline.ordinals)
    for (currency, year), rate in outline.rates.items():
        write_plan_rate(currency, year, rate)


def load_work(outline: Outline) -> None:
    """The staged measures stand Defined with their milestones; each names the measure's owner as its own."""
    run_sql(SQL / "work.sql", {"organization": tenancy.current_organization_id(), "on": outline.on})
    record_created_in(Measure, "takeover_measure")
    record_created_in(Milestone, "takeover_milestone")


def load_money(outline: Outline, *, source: str, at: datetime) -> None:
    """Plan, forecast and claimed actuals stand; without a forecast of its own an effect is forecast as planned."""
    context = tenancy.current()
    run_sql(
        SQL / "money.sql",
        {
            "organization": context.organization_id,
            "on": outline.on,
            "source": source,
            "by": context.user_id,
            "at": at,
            "deed": context.deed_id,
        },
    )
    record_created_in(Effect, "takeover_effect")


def load_targets(workbook: Workbook, outline: Outline) -> None:
    """Targets of the named nodes, in place of earlier ones of the same year."""
    for row in workbook.targets():
        key = {"node_id": outline.places.id_of(row.node_names), "fiscal_year": row.fiscal_year}
        target = Target.objects.filter(**key).first() or Target(**key, version=0)
        if row.amount is not None and target.amount != row.amount:
            target.amount = row.amount
            target.version += 1
            target.save()
