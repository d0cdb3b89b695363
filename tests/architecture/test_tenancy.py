"""No table, key or address reaches into another organization."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, models, transaction
from django.urls import URLPattern, URLResolver, get_resolver

from measures.choices import DoI
from portfolio import tenancy
from portfolio.deeds import check_now
from portfolio.fields import TenantForeignKey
from tests.architecture.test_tables import MEMBERSHIP, PLATFORM
from tests.cast import assemble
from tests.guarantees.rows import close, measure_at, sql

TENANT_MODELS = sorted(
    (model for model in apps.get_models() if model._meta.managed and model._meta.db_table not in PLATFORM | MEMBERSHIP),
    key=lambda model: model._meta.db_table,
)
KEYS = [
    (model, field)
    for model in TENANT_MODELS
    for field in model._meta.local_fields
    if isinstance(field, TenantForeignKey) and field.composite
]


@pytest.fixture
def worlds(cast):
    """Two organizations with the same kinds of rows, the first one active."""
    other = assemble("suedlicht")
    with tenancy.acting_as(organization_id=other.organization.pk, user_id=other.office.pk):
        close(other, measure_at(other, DoI.IMPLEMENTED), by=other.controller)
        check_now()
    return cast, other


def test_another_tenants_rows_are_neither_seen_nor_changed(worlds):
    cast, other = worlds
    reached = 0
    for model in TENANT_MODELS:
        table = model._meta.db_table
        with tenancy.acting_as(organization_id=other.organization.pk):
            reached += bool(sql(f"SELECT 1 FROM {table} LIMIT 1"))
        foreign = [other.organization.pk]
        assert sql(f"SELECT count(*) FROM {table} WHERE organization_id = %s", *foreign) == [(0,)], table
    assert reached > 25


def test_another_tenants_rows_cannot_be_changed_or_removed(worlds):
    cast, other = worlds
    foreign = other.organization.pk
    for table in ("portfolio_node", "finance_planamount", "finance_dispute", "measures_milestone"):
        with tenancy.acting_as(organization_id=foreign):
            before = sql(f"SELECT * FROM {table} ORDER BY id")
        sql(f"UPDATE {table} SET organization_id = organization_id WHERE organization_id = %s", foreign)
        sql(f"DELETE FROM {table} WHERE organization_id = %s", foreign)
        with tenancy.acting_as(organization_id=foreign):
            assert sql(f"SELECT * FROM {table} ORDER BY id") == before


def test_a_row_moved_to_another_tenant_is_refused(worlds):
    cast, other = worlds
    for table in ("portfolio_node", "portfolio_role", "portfolio_steeringcommittee"):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            sql(f"UPDATE {table} SET organization_id = %s", other.organization.pk)


def _copy_with_foreign_key(model, field, foreign_id):
    columns = [f.column for f in model._meta.local_concrete_fields if not f.primary_key]
    chosen = [f"%s AS {column}" if column == field.column else column for column in columns]
    quoted = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(c if "%s" in c else f'"{c}"' for c in chosen)
    table = model._meta.db_table
    with transaction.atomic():
        sql(f"INSERT INTO {table} ({quoted}) SELECT {values} FROM {table} LIMIT 1", foreign_id)
        check_now()


def test_no_key_points_into_another_tenant(worlds):
    """A copy of one's own row with an id that exists elsewhere only; every key there are rows for."""
    cast, other = worlds
    close(cast, measure_at(cast, DoI.IMPLEMENTED), by=cast.controller)
    check_now()
    by_key = 0
    for model, field in KEYS:
        with tenancy.acting_as(organization_id=other.organization.pk):
            foreign = sql(f"SELECT max(id) FROM {field.related_model._meta.db_table}")[0][0]
        if foreign is None or not sql(f"SELECT 1 FROM {model._meta.db_table} LIMIT 1"):
            continue
        with pytest.raises(DatabaseError) as caught:
            _copy_with_foreign_key(model, field, foreign)
        by_key += "_tenant_fk" in str(caught.value)
    assert by_key >= 10


def test_no_row_is_changed_to_point_into_another_tenant(worlds):
    cast, other = worlds
    measure = cast.measure()
    with tenancy.acting_as(organization_id=other.organization.pk):
        foreign = sql("SELECT package_id, committee_id FROM measures_measure LIMIT 1")[0]
    for column, value in zip(("package_id", "committee_id"), foreign, strict=True):
        with pytest.raises(DatabaseError, match="tenant_fk"):
            _point(measure, column, value)


def _point(measure, column, value):
    with transaction.atomic():
        sql(f"UPDATE measures_measure SET {column} = %s WHERE id = %s", value, measure.pk)
        check_now()


def _patterns(resolver: URLResolver, prefix: str = "") -> list[str]:
    found = []
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            found.append(address)
        else:
            found += _patterns(entry, address)
    return found


FILLERS = {"int": "1", "uuid": "7b0cb2b4-7d4e-4b3c-9a53-0f1c2d3e4f50"}


def _filled(address: str, slug: str) -> str:
    address = address.replace("<slug:slug>", slug)
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda match: FILLERS.get(match[1] or "", "M-1001"), address)


def test_no_address_of_a_tenant_opens_to_an_outsider(cast, client):
    addresses = [a for a in _patterns(get_resolver()) if a.startswith("o/<slug:slug>/")]
    assert addresses
    client.force_login(cast.outsider)
    for address in addresses:
        path = _filled(address, cast.organization.slug)
        assert client.get(path).status_code == 404, path
        assert client.post(path).status_code == 404, path


def test_every_other_address_is_known(cast):
    """A new address outside the tenants is a decision, not an accident."""
    roots = {re.split(r"[/<(]", a.lstrip("^"))[0] for a in _patterns(get_resolver())}
    known = {"", "accounts", "o", "staff", "styleguide", "healthz", "readyz", "metrics", "profile", "static"}
    # The signature of a link names organization, person and event; set-up pages open their client themselves.
    assert roots <= known | {"unsubscribe", "setup", "join"}


def test_the_request_is_not_wrapped_twice():
    """`ATOMIC_REQUESTS` ends before a template response is rendered; the middleware opens the transaction."""
    assert not any(database.get("ATOMIC_REQUESTS") for database in settings.DATABASES.values())
    assert "portfolio.middleware.TenantMiddleware" in settings.MIDDLEWARE


def test_no_tenant_table_is_reached_by_a_plain_foreign_key_of_the_platform():
    platform = [m for m in apps.get_models(include_auto_created=True) if m._meta.db_table in PLATFORM]
    tenants = set(TENANT_MODELS)
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in platform
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.related_model in tenants
    ]
    assert wrong == []
