"""Addresses outside the organizations."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import Cast


@pytest.mark.parametrize("action", ["action_add", "action_primary", "action_send"])
def test_nobody_gives_oneself_another_address(cast: Cast, action: str) -> None:
    """Somebody who took the address of a controller to be would be that controller after the next import."""
    client = Client()
    client.force_login(cast.owner)
    before = cast.owner.email
    assert client.get("/accounts/email/").status_code == 404
    assert client.post("/accounts/email/", {action: "", "email": "cfo@client.example"}).status_code == 404
    cast.owner.refresh_from_db()
    assert cast.owner.email == before
