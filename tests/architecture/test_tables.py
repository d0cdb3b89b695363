"""Every table is of one class, and the database's catalog agrees with what the class promises."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from portfolio.database_errors import RULES
from portfolio.fields import TenantForeignKey
from portfolio.protection import ACTIVE_CONDITION, MEMBERSHIP_CONDITION, TENANT_CONDITION

OURS = ("portfolio", "measures", "finance", "governance")

# Known to all organizations: people and sign-in, the list of organizations, and work that waits (ids only).
PLATFORM = {
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_admin_log",
    "django_content_type",
    "django_migrations",
    "django_session",
    "governance_mailrequest",
    "governance_nightlyrun",
    "governance_outboxentry",
    "governance_reconcilerequest",
    "governance_sealrequest",
    "governance_verificationrequest",
    "governance_untoldfact",
    "guardian_groupobjectpermission",
    "guardian_userobjectpermission",
    "portfolio_organization",
    "portfolio_user",
    "portfolio_user_groups",
    "portfolio_user_user_permissions",
}
# A person's own rows everywhere, or the active organization's.
MEMBERSHIP = {"portfolio_membership"}
# Everything else belongs to one organization. Of these, never changed by anybody (with all history):
APPEND_ONLY = {
    "finance_actualentry",
    "finance_amountchange",
    "finance_baselineamount",
    "finance_baselineeffect",
    "finance_baselinemilestone",
    "finance_closureconsent",
    "finance_confirmationevidence",
    "finance_confirmedyear",
    "finance_leakage",
    "finance_planvalidation",
    "governance_digestissue",
    "governance_blueprint",
    "governance_consultantread",
    "governance_attendance",
    "governance_divergencechange",
    "governance_gateapproval",
    "governance_gatedecision",
    "governance_importbatch",
    "governance_preread",
    "governance_vote",
    "governance_seal",
    "governance_sealblock",
    "governance_proposalword",
    "governance_waiver",
    "measures_roleholding",
    "measures_statuschange",
    "portfolio_deed",
    "portfolio_storedfile",
}
# Changed within limits, never deleted:
KEPT = {
    "governance_condition",
    "governance_proposal",
    "finance_baselineversion",
    "finance_closureconfirmation",
    "governance_agendaitem",
    "governance_gatesubmission",
    "governance_meeting",
    "governance_takeover",
    "measures_measure",
}


def rows(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


@pytest.fixture
def tables(db):
    return {
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
    }


@pytest.fixture
def tenant_tables(tables):
    return tables - PLATFORM - MEMBERSHIP


def append_only(tables):
    return APPEND_ONLY | {name for name in tables if "_historical" in name}


def test_each_table_is_of_one_class(tables):
    assert tables >= PLATFORM | MEMBERSHIP | APPEND_ONLY | KEPT
    assert not PLATFORM & MEMBERSHIP
    assert not APPEND_ONLY & KEPT


def test_row_security_is_on_and_forced_wherever_rows_belong_to_somebody(tables):
    protected = {name for (name,) in rows("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")}
    assert protected == tables - PLATFORM


def _plain(condition):
    """Policy text without what the catalog adds: casts, aliases and parentheses."""
    text = re.sub(r"::text| AS \w+| AS \"\w+\"", "", condition or "")
    return re.sub(r"[\s()]+", "", text).lower()


def test_policies_say_what_the_class_says(tables):
    found = {
        name: (policy, permissive, command, roles, _plain(using), _plain(check))
        for name, policy, permissive, command, roles, using, check in rows(
            "SELECT tablename, policyname, permissive, cmd, roles::text, qual, with_check FROM pg_policies"
        )
    }
    always = ("tenant", "PERMISSIVE", "ALL", "{public}")
    tenant = (*always, _plain(TENANT_CONDITION), _plain(TENANT_CONDITION))
    membership = (*always, _plain(MEMBERSHIP_CONDITION), _plain(ACTIVE_CONDITION))
    assert found == {name: membership if name in MEMBERSHIP else tenant for name in tables - PLATFORM}
    assert rows("SELECT count(*) FROM pg_policies") == [(len(found),)]


def test_rows_of_a_tenant_name_it(tenant_tables):
    found = rows(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'organization_id'"
        " AND data_type = 'bigint' AND table_schema = 'public'"
    )
    assert {name for (name,) in found} >= tenant_tables
    history = {name for name in tenant_tables if "_historical" in name}
    nullable = rows(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'organization_id'"
        " AND is_nullable = 'YES' AND table_schema = 'public'"
    )
    # Copies in history carry no constraint of their own; the policy refuses a missing organization there too.
    assert {name for (name,) in nullable} <= history


def test_no_platform_row_depends_on_a_tenant(tenant_tables):
    keys = rows("SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'")
    assert [key for key in keys if key[0] in PLATFORM and key[1] in tenant_tables] == []


def test_unique_in_a_tenant_starts_with_the_organization(tenant_tables):
    unique = rows(
        "SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, a.attname FROM pg_index i"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE i.indisunique AND NOT i.indisprimary"
    )
    wrong = [index for table, index, first in unique if table in tenant_tables and first != "organization_id"]
    assert wrong == []


def test_ids_are_bigint_identities():
    wrong = [
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in OURS and not isinstance(model._meta.pk, models.BigAutoField)
    ]
    assert wrong == []


def test_identities_in_the_catalog(tables):
    found = rows(
        "SELECT c.table_name, c.data_type, c.is_identity FROM information_schema.columns c"
        " JOIN pg_index i ON i.indrelid = ('public.' || c.table_name)::regclass AND i.indisprimary"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] AND a.attname = c.column_name"
        " WHERE c.table_schema = 'public'"
    )
    ours = [row for row in found if row[0].startswith(OURS)]
    assert [row for row in ours if row[1:] != ("bigint", "YES")] == []


# Rights of the runtime role


def rights(table):
    kinds = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")
    role = settings.DATABASE_RUNTIME_ROLE
    return {kind for kind in kinds if rows("SELECT has_table_privilege(%s, %s, %s)", role, table, kind) == [(True,)]}


def test_the_runtime_role_has_the_rights_of_each_class(tables):
    every = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    expected = dict.fromkeys(tables, every)
    expected |= dict.fromkeys(KEPT, every - {"DELETE"})
    expected |= dict.fromkeys(append_only(tables), {"SELECT", "INSERT"})
    expected["django_migrations"] = {"SELECT"}
    assert {table: rights(table) for table in tables} == expected


def test_no_column_opens_what_its_table_closes(tables):
    role = settings.DATABASE_RUNTIME_ROLE
    for table in append_only(tables) | {"django_migrations"}:
        assert rows("SELECT has_any_column_privilege(%s, %s, 'UPDATE')", role, table) == [(False,)], table


def test_the_runtime_role_owns_nothing_and_bypasses_nothing(db):
    role = settings.DATABASE_RUNTIME_ROLE
    assert rows("SELECT current_user::text") == [(role,)]
    assert rows(
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = %s",
        role,
    ) == [(False,) * 5]
    assert rows(
        "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member AND r.rolname = %s", role
    ) == [(0,)]
    assert rows("SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner AND r.rolname = %s", role) == [
        (0,)
    ]
    assert rows("SELECT has_schema_privilege(%s, 'public', 'CREATE')", role) == [(False,)]


# Triggers


def triggers():
    return rows(
        "SELECT t.tgrelid::regclass::text, t.tgname, t.tgenabled, p.proname, t.tgargs FROM pg_trigger t"
        " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
    )


def test_append_only_tables_refuse_by_trigger_too(tables):
    present = {(table, name) for table, name, *_ in triggers()}
    for table in append_only(tables):
        assert {(table, "append_only"), (table, "append_only_truncate")} <= present
    for table in KEPT:
        assert (table, "append_only_truncate") in present


def test_every_append_only_table_waits_for_its_seal(tables):
    """A migration that adds one ends with `SealAppendOnlyTables()`."""
    kept = {table for table, name, *_ in triggers() if name == "append_only"}
    assert kept >= append_only(tables)
    sealed = {table for table, name, *_ in triggers() if name == "wait_for_seal"}
    assert sealed == kept - {"governance_seal", "governance_sealblock"}


def test_every_trigger_is_enabled(db):
    assert [row for row in triggers() if row[2] != "O"] == []


def functions():
    return rows(
        "SELECT p.proname, p.prosrc, p.prosecdef, COALESCE(p.proconfig::text, ''), p.prorettype = 'trigger'::regtype"
        " FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prolang IN"
        " (SELECT oid FROM pg_language WHERE lanname IN ('plpgsql', 'sql'))"
        " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )


def test_functions_that_read_tables_cannot_be_deceived(db):
    """A temporary table would come before a real one, unless pg_temp is named last."""
    reading = [row for row in functions() if re.search(r"\b(FROM|INTO|JOIN)\s+[a-z]+_", row[1])]
    assert len(reading) > 20
    for name, _source, definer, config, _trigger in reading:
        assert "search_path=pg_catalog, public, pg_temp" in config, name
        assert not definer, name


def test_no_row_trigger_catches_exceptions(db):
    assert [name for name, source, *_ in functions() if re.search(r"\bEXCEPTION\s+WHEN\b", source, re.I)] == []


# Every name the database may refuse by has its sentence


def trigger_rules():
    named_by_trigger = {"refuse_row", "refuse_other_changes", "refuse_when_decided"}
    names = {name for _table, name, _enabled, function, _args in triggers() if function in named_by_trigger}
    names |= {
        bytes(args).split(b"\0")[0].decode()
        for _table, _name, _enabled, function, args in triggers()
        if function == "refuse_rows_when_decided"
    }
    sources = "\n".join(source for _name, source, *_ in functions())
    return names | set(re.findall(r"refuse\('(\w+)'", sources)) | {"append_only"}


def constraint_rules():
    ours = [model for model in apps.get_models() if model._meta.app_label in OURS]
    named = {constraint.name for model in ours for constraint in model._meta.constraints}
    written = rows(
        "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0"
        " AND connamespace = 'public'::regnamespace AND conname LIKE 'decision%%'"
    )
    return named | {name for (name,) in written}


def test_every_rule_of_the_database_has_a_sentence(db):
    assert set(RULES) == trigger_rules() | constraint_rules()


# Keys between tenants


def tenant_models():
    names = {model._meta.db_table for model in apps.get_models()} - PLATFORM - MEMBERSHIP
    return [m for m in apps.get_models(include_auto_created=True) if m._meta.db_table in names]


def test_keys_between_tables_of_a_tenant_carry_the_tenant(db):
    present = {
        (table, tuple(columns), target)
        for table, columns, target in rows(
            "SELECT c.conrelid::regclass::text,"
            " ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k (n, o) JOIN pg_attribute a"
            " ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.o),"
            " c.confrelid::regclass::text FROM pg_constraint c WHERE c.contype = 'f' AND c.convalidated"
        )
    }
    tenants = set(tenant_models())
    keys = [
        (model, field)
        for model in tenants
        if not hasattr(model, "history_id") and "_historical" not in model._meta.db_table
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.related_model in tenants
    ]
    assert len(keys) > 40
    for model, field in keys:
        assert isinstance(field, TenantForeignKey), f"{model._meta.label}.{field.name}"
        composite = (model._meta.db_table, ("organization_id", field.column), field.related_model._meta.db_table)
        assert composite in present, composite
