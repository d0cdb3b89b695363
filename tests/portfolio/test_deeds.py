"""Deeds: one row per act, joined by what happens inside, never twice for one key."""

from __future__ import annotations

import uuid

import pytest

from portfolio.actions.structure import rename_node
from portfolio.deeds import deed
from portfolio.errors import Replayed
from portfolio.models import Deed, Node


def test_a_deed_inside_a_deed_joins_it(cast):
    before = Deed.objects.count()
    with cast.acting(cast.office), deed("outer", by=cast.office, reason="spring cleaning") as outer:
        rename_node(cast.package, name="Resins", by=cast.office)
    assert Deed.objects.count() == before + 1
    assert cast.package.history.latest("history_id").deed_id == outer.pk


def test_a_replayed_key_is_not_done_twice(cast):
    key = uuid.uuid4()
    with cast.acting(cast.office):
        with deed("once", by=cast.office, key=key) as first:
            rename_node(cast.package, name="Resins", by=cast.office)
        with pytest.raises(Replayed) as replayed, deed("once", by=cast.office, key=key):
            rename_node(cast.package, name="Steel", by=cast.office)
    assert replayed.value.deed == first
    assert Node.objects.get(pk=cast.package.pk).name == "Resins"


def test_history_names_the_person_by_id_and_the_deed(cast):
    with cast.acting(cast.office):
        rename_node(cast.package, name="Resins", by=cast.office)
    row = cast.package.history.latest("history_id")
    assert row.history_user_id == cast.office.pk
    assert Deed.objects.get(pk=row.deed_id).kind == "node_renamed"
