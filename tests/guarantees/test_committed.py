"""Attacks that need several committed transactions, other roles or two sessions at once.

One database of its own for the module; each test uses measures of its own in it, through plain connections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections, transaction

from config.environment import database
from governance.choices import DecisionKind
from measures.choices import DoI
from measures.models import Measure
from portfolio import tenancy
from portfolio.deeds import check_now
from portfolio.models import User
from tests.cast import Cast, assemble
from tests.conftest import clone_database, drop_database
from tests.guarantees.rows import advance, confirm, decide, freeze, measure_at, move, submit


@dataclass
class World:
    """Committed data, and sessions on them."""

    cast: Cast
    name: str

    def connection(self, *, owner: bool = False) -> closing[psycopg.Connection[Any]]:
        """A bare connection as the runtime role, or as the owner of the tables."""
        config = database(settings.DATABASE_OWNER_URL) if owner else connections["default"].settings_dict
        address = {key: config[key.upper()] for key in ("host", "port", "user", "password")}
        return closing(psycopg.connect(**address, dbname=self.name))

    @contextmanager
    def session(self, person: User | None = None, *, owner: bool = False) -> Iterator[psycopg.Connection[Any]]:
        """One transaction in the name of the tenant and the person, committed at the end."""
        with self.connection(owner=owner) as session, session:
            session.execute("SELECT set_config('app.organization_id', %s, true)", [str(self.cast.organization.pk)])
            session.execute("SELECT set_config('app.user_id', %s, true)", [str(person.pk) if person else ""])
            yield session

    def write(self, deed: Callable[[], Any]) -> Any:
        """Runs `deed` through the models in a transaction of its own, and commits it."""
        with _on(self.name), tenancy.tenant(self.cast.organization.pk, user_id=self.cast.office.pk):
            result = deed()
            check_now()
            return result


@contextmanager
def _on(name: str) -> Iterator[None]:
    """The default connection works on the database `name` for a while."""
    connection = connections["default"]
    former = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = former


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock():
        name = f"{settings.DATABASES['default']['NAME']}_committed"
        clone_database(name)
        with _on(name), transaction.atomic():
            cast = assemble("committed")
        yield World(cast, name)
        connections["default"].close()
        drop_database(name)


@contextmanager
def refused(rule: str) -> Iterator[None]:
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation) as caught:
        yield
    assert caught.value.diag.constraint_name == rule


def at(world: World, stage: int) -> Measure:
    return world.write(lambda: measure_at(world.cast, stage))


def test_decision_of_an_earlier_transaction_moves_nothing(world):
    measure = at(world, DoI.DEFINED)
    world.write(lambda: advance(world.cast, measure))
    world.write(
        lambda: (decide(world.cast, measure, DecisionKind.REVERT, by=world.cast.office, to_stage=0), move(measure, 0))
    )
    with refused("stage_needs_decision"), world.session(world.cast.office) as session:
        session.execute("UPDATE measures_measure SET stage = 1 WHERE id = %s", [measure.pk])


def test_the_check_at_commit_needs_no_tenant(world):
    """The door may have left the tenant before the transaction commits; the refusal is the same."""
    measure = at(world, DoI.DEFINED)
    with refused("stage_needs_decision"), world.session(world.cast.office) as session:
        session.execute("UPDATE measures_measure SET stage = 1 WHERE id = %s", [measure.pk])
        session.execute("SELECT set_config('app.organization_id', '', true)")


def test_confirmation_of_an_earlier_transaction_closes_nothing(world):
    cast, measure = world.cast, at(world, DoI.IMPLEMENTED)
    world.write(lambda: confirm(cast, measure, by=cast.controller))

    def close_later() -> None:
        submission = submit(cast, measure, by=cast.owner)
        decide(cast, measure, DecisionKind.ADVANCE, by=cast.controller, submission=submission)
        move(measure, DoI.CLOSED)

    with pytest.raises(Exception, match="close_needs_confirmation"):
        world.write(close_later)


def test_baseline_of_an_earlier_transaction_decides_nothing(world):
    cast, measure = world.cast, at(world, DoI.DETAILED)
    world.write(lambda: freeze(measure))

    def decide_later() -> None:
        decide(cast, measure, DecisionKind.ADVANCE, by=cast.chair)
        move(measure, DoI.DECIDED)

    with pytest.raises(Exception, match="decided_needs_baseline"):
        world.write(decide_later)


def test_a_further_baseline_of_a_decided_measure_needs_a_decision(world):
    measure = at(world, DoI.DECIDED)
    with pytest.raises(Exception, match="baseline_needs_decision"):
        world.write(lambda: freeze(measure))


def test_nothing_is_added_to_a_frozen_baseline(world):
    measure = at(world, DoI.DECIDED)
    with refused("baseline_complete"), world.session(world.cast.controller) as session:
        session.execute(
            "INSERT INTO finance_baselineamount (organization_id, baseline_id, effect_id, period_id, amount)"
            " SELECT v.organization_id, v.id, p.effect_id, p.period_id, 1 FROM finance_baselineversion v"
            " JOIN finance_effect e ON e.measure_id = v.measure_id JOIN finance_planamount p ON p.effect_id = e.id"
            " WHERE v.measure_id = %s",
            [measure.pk],
        )


def test_nothing_is_added_to_a_given_confirmation(world):
    cast, measure = world.cast, at(world, DoI.IMPLEMENTED)
    confirmation = world.write(lambda: confirm(cast, measure, by=cast.controller))
    with refused("confirmation_complete"), world.session(cast.controller) as session:
        session.execute(
            "INSERT INTO finance_confirmedyear (organization_id, confirmation_id, fiscal_year, amount)"
            " VALUES (%s, %s, 2031, 1)",
            [cast.organization.pk, confirmation.pk],
        )


def test_a_temporary_table_does_not_pose_as_the_decisions(world):
    measure = at(world, DoI.DEFINED)
    with refused("stage_needs_decision"), world.session(world.cast.office) as session:
        session.execute(
            "CREATE TEMP TABLE governance_gatedecision AS SELECT organization_id, id AS measure_id,"
            " pg_current_xact_id() AS transaction, 0 AS from_stage, 1 AS to_stage, 'active' AS from_lifecycle,"
            " 'active' AS to_lifecycle, 1 AS id FROM measures_measure"
        )
        session.execute("UPDATE measures_measure SET stage = 1 WHERE id = %s", [measure.pk])


# The owner of the tables is bound by the same triggers and policies.


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE finance_planamount SET amount = 1 WHERE effect_id IN (SELECT id FROM finance_effect"
         " WHERE measure_id = %s)", "plan_frozen"),
        ("DELETE FROM finance_planamount WHERE effect_id IN (SELECT id FROM finance_effect"
         " WHERE measure_id = %s)", "plan_frozen"),
        ("UPDATE finance_effect SET nature = 'cash' WHERE measure_id = %s", "effect_terms_frozen"),
        ("UPDATE finance_baselineversion SET committed = 1 WHERE measure_id = %s", "baseline_final"),
        ("DELETE FROM finance_baselineversion WHERE measure_id = %s", "append_only"),
        ("UPDATE measures_measure SET stage = 4 WHERE id = %s", "stage_needs_decision"),
        ("DELETE FROM measures_measure WHERE id = %s", "measure_kept"),
        ("DELETE FROM measures_historicalmeasure WHERE id = %s", "append_only"),
        ("UPDATE measures_historicalmeasure SET owner_id = 1 WHERE id = %s", "append_only"),
        ("DELETE FROM governance_gatedecision WHERE measure_id = %s", "append_only"),
        ("DELETE FROM measures_roleholding WHERE measure_id = %s", "append_only"),
    ],
)  # fmt: skip
def test_the_owner_of_the_tables_is_refused_as_well(world, statement, rule):
    measure = at(world, DoI.DECIDED)
    with refused(rule), world.session(world.cast.office, owner=True) as session:
        session.execute(statement, [measure.pk])


@pytest.mark.parametrize(
    "table",
    ["measures_historicalmeasure", "governance_gatedecision", "finance_planamount", "finance_baselineversion",
     "finance_closureconfirmation", "measures_measure", "governance_gatesubmission"],
)  # fmt: skip
def test_the_owner_of_the_tables_truncates_nothing(world, table):
    with refused("append_only"), world.session(owner=True) as session:
        session.execute(f"TRUNCATE {table} CASCADE")


def test_the_owner_of_the_tables_sees_no_other_tenant(world):
    with world.session(owner=True) as session:
        organizations = session.execute("SELECT DISTINCT organization_id FROM portfolio_node").fetchall()
    assert organizations == [(world.cast.organization.pk,)]


@pytest.mark.parametrize("owner", [False, True])
@pytest.mark.parametrize("tenant", ["''", "DEFAULT"])
def test_a_session_that_named_no_tenant_gets_an_error(world, owner, tenant):
    with world.connection(owner=owner) as session:
        session.execute(f"SET app.organization_id TO {tenant}")
        with pytest.raises(psycopg.DataError):
            session.execute("SELECT * FROM portfolio_node")


def test_a_session_that_never_heard_of_tenants_gets_an_error(world):
    with world.connection() as session, pytest.raises(psycopg.errors.UndefinedObject):
        session.execute("SELECT * FROM portfolio_node")


# Two sessions at once


def test_a_waiting_request_of_another_transaction_spares_none(world):
    """Else a run that serves the waiting request in between would never see the second change."""
    measure = at(world, DoI.DETAILED)
    count = "SELECT count(*) FROM governance_reconcilerequest WHERE measure_id = %s"
    touch = "UPDATE measures_milestone SET forecast_on = now() WHERE measure_id = %s"
    with world.session(world.cast.owner) as session:
        before = session.execute(count, [measure.pk]).fetchone()[0]
        session.execute(touch, [measure.pk])
        session.execute(touch, [measure.pk])
        assert session.execute(count, [measure.pk]).fetchone()[0] == before + 1


def test_two_deciders_at_once_leave_one_decision(world):
    """The second waits for the first, and then finds that its decision no longer follows."""
    cast, measure = world.cast, at(world, DoI.DEFINED)
    submission = world.write(lambda: submit(cast, measure, by=cast.owner))
    insert = (
        "INSERT INTO governance_gatedecision (organization_id, measure_id, submission_id, kind, from_stage, to_stage,"
        ' from_lifecycle, to_lifecycle, office, decided_by_id, reason, overrule_reason, "on", at, snapshot, sha256)'
        " VALUES (%s, %s, %s, 'advance', 0, 1, 'active', 'active', 'sponsor', %s, '', '', now(), now(), '{}', '')"
    )
    row = [cast.organization.pk, measure.pk, submission.pk]
    update = "UPDATE measures_measure SET stage = 1 WHERE id = %s"
    with refused("decision_follows_decision"), world.session(cast.office) as second:
        second.execute("SELECT 1")
        with world.session(cast.sponsor) as first:
            first.execute(insert, [*row, cast.sponsor.pk])
            first.execute(update, [measure.pk])
        second.execute(insert, [*row, cast.office.pk])
        second.execute(update, [measure.pk])
