"""The product refuses to run as a role that its own guarantees do not hold."""

from __future__ import annotations

import os
from unittest import mock

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from config.database.router import PlacementRouter
from config.environment import database
from portfolio import tenancy
from portfolio.checks import role_is_privileged, runtime_role_is_plain


@pytest.fixture
def owner(db: None):
    """A raw connection of the tables' owner to the database of this test."""
    where = database(settings.DATABASE_OWNER_URL)
    with psycopg.connect(
        host=where["HOST"],
        port=where["PORT"],
        user=where["USER"],
        password=where["PASSWORD"],
        dbname=connection.settings_dict["NAME"],
    ) as raw:
        yield raw


def test_the_runtime_role_passes(db):
    assert runtime_role_is_plain(databases=["default"]) == []


def test_the_owner_is_refused(owner):
    assert role_is_privileged(owner)


def test_nothing_is_asked_where_no_database_is_checked(db):
    assert runtime_role_is_plain() == []


def test_commands_that_change_tables_run_as_the_owner(db):
    with mock.patch.dict(os.environ, {"COUNTERSIGN_ROLE": "owner"}):
        assert runtime_role_is_plain(databases=["no such database"]) == []


def test_an_older_server_is_refused():
    assert connection.features_class.minimum_database_version == (17,)


def test_rows_stand_where_the_organization_is_placed():
    router = PlacementRouter()
    with tenancy.acting_as(organization_id=None):
        assert router.db_for_read(None) == "default"
    with tenancy.acting_as(organization_id=None, placement="elsewhere"):
        assert router.db_for_write(None) is None
