"""One tenant at a time: without one an error, with one its rows and nobody else's."""

from __future__ import annotations

import pytest
from celery import Celery
from django.core.management import BaseCommand, call_command
from django.db import DatabaseError, connection, migrations, transaction
from django.db.migrations.state import ProjectState

from portfolio import tenancy
from portfolio.models import Deed, Membership, Node, Organization
from tests.guarantees.rows import sql

DOORS = "tests.portfolio.doors"


def names():
    return set(Node.objects.values_list("name", flat=True))


# Without a tenant: an error at each door, never an empty answer


@pytest.mark.parametrize("address", ["/at-once/", "/while-rendering/"])
def test_a_view_without_a_tenant_is_an_error(cast, client, settings, address):
    settings.ROOT_URLCONF = DOORS
    client.force_login(cast.owner)
    with pytest.raises(DatabaseError), transaction.atomic():
        client.get(address)


def test_a_task_without_a_tenant_is_an_error(cast):
    task = Celery("doors", set_as_current=False).task(names)
    with tenancy.acting_as(organization_id=None), pytest.raises(DatabaseError), transaction.atomic():
        task.apply(throw=True)


def test_a_command_without_a_tenant_is_an_error(cast):
    class Careless(BaseCommand):
        requires_system_checks = []

        def handle(self, *args, **options):
            names()

    with tenancy.acting_as(organization_id=None), pytest.raises(DatabaseError), transaction.atomic():
        call_command(Careless())


def test_a_data_migration_without_a_tenant_is_an_error(cast):
    operation = migrations.RunPython(lambda apps, editor: Node.objects.using(editor.connection.alias).update(name="x"))
    state = ProjectState()
    with tenancy.acting_as(organization_id=None), pytest.raises(DatabaseError), connection.schema_editor() as editor:
        operation.database_forwards("portfolio", editor, state, state)
    assert "x" not in names()


def test_writing_without_a_tenant_is_an_error(cast):
    with tenancy.acting_as(organization_id=None):
        with pytest.raises(LookupError):
            Node(name="Nobody's")
        with pytest.raises(DatabaseError), transaction.atomic():
            Node.objects.update(name="Nobody's")
        with pytest.raises(DatabaseError), transaction.atomic():
            sql("INSERT INTO portfolio_holiday (organization_id, day, name) VALUES (1, now(), 'x')")


# With a tenant: its rows, also while the response is rendered


@pytest.mark.parametrize("address", ["at-once", "while-rendering"])
def test_a_view_of_a_tenant_shows_its_rows(cast, client, settings, address):
    settings.ROOT_URLCONF = DOORS
    client.force_login(cast.owner)
    shown = client.get(f"/o/{cast.organization.slug}/{address}/").content.decode()
    assert cast.package.name in shown
    assert cast.foreign.name not in shown


def test_a_foreign_or_unknown_organization_is_not_found(cast, client, settings):
    settings.ROOT_URLCONF = DOORS
    client.force_login(cast.outsider)
    for slug in (cast.organization.slug, "nobody"):
        assert client.get(f"/o/{slug}/at-once/").status_code == 404
    assert client.get(f"/o/{cast.foreign.slug}/at-once/").status_code == 200


def test_an_inactive_member_finds_nothing(cast, client, settings):
    settings.ROOT_URLCONF = DOORS
    client.force_login(cast.member)
    Membership.objects.filter(user=cast.member).update(is_active=False)
    assert client.get(f"/o/{cast.organization.slug}/at-once/").status_code == 404


def test_an_inactive_person_is_nobody(cast, client, settings):
    settings.ROOT_URLCONF = DOORS
    client.force_login(cast.member)
    type(cast.member).objects.filter(pk=cast.member.pk).update(is_active=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        client.get(f"/o/{cast.organization.slug}/at-once/")


def test_nobody_signed_in_sees_no_rows(cast, client, settings):
    settings.ROOT_URLCONF = DOORS
    with pytest.raises(DatabaseError), transaction.atomic():
        client.get(f"/o/{cast.organization.slug}/at-once/")


def test_a_streamed_response_is_refused(cast, client, settings):
    settings.ROOT_URLCONF = DOORS
    client.force_login(cast.owner)
    with pytest.raises(RuntimeError, match="Streamed"):
        client.get(f"/o/{cast.organization.slug}/streamed/")


def test_a_refusing_view_leaves_nothing_behind(cast, client, settings):
    settings.ROOT_URLCONF = DOORS
    client.force_login(cast.owner)
    assert client.get(f"/o/{cast.organization.slug}/refusing/").status_code == 422
    assert "Overwritten" not in names()


# The context itself


def published():
    return sql(
        "SELECT current_setting('app.organization_id', true), current_setting('app.user_id', true),"
        " current_setting('app.deed_id', true)"
    )[0]


def test_the_context_is_given_back_after_the_block(cast):
    before = published()
    with tenancy.acting_as(organization_id=cast.foreign.pk, user_id=cast.outsider.pk):
        assert published() == (str(cast.foreign.pk), str(cast.outsider.pk), "")
        assert names() == {cast.foreign.name}
    assert published() == before
    assert cast.package.name in names()


def test_the_context_is_given_back_after_an_error(cast):
    before = published()
    with pytest.raises(ZeroDivisionError), tenancy.acting_as(organization_id=cast.foreign.pk):
        raise ZeroDivisionError
    with pytest.raises(DatabaseError), transaction.atomic(), tenancy.acting_as(organization_id=cast.foreign.pk):
        sql("SELECT 1/0")
    assert published() == before


def test_a_tenant_is_one_transaction(cast):
    def fail():
        with tenancy.tenant(cast.organization.pk, user_id=cast.office.pk):
            Node.objects.update(name="Half done")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert "Half done" not in names()


def test_a_person_sees_own_memberships_everywhere_and_others_only_here(cast):
    Organization.objects.get(pk=cast.foreign.pk)
    with tenancy.acting_as(organization_id=None, user_id=cast.outsider.pk):
        assert list(Membership.objects.values_list("user_id", flat=True)) == [cast.outsider.pk]
        with pytest.raises(DatabaseError), transaction.atomic():
            sql(
                "INSERT INTO portfolio_membership (organization_id, user_id, is_active, since)"
                " VALUES (%s, %s, true, now())",
                cast.organization.pk,
                cast.outsider.pk,
            )
    with tenancy.acting_as(organization_id=None):
        assert not Membership.objects.exists()


def test_deeds_carry_the_tenant_they_were_done_in(cast):
    cast.measure()
    assert set(Deed.objects.values_list("organization_id", flat=True)) == {cast.organization.pk}
