"""What the door refuses before any view is asked."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import Cast


@pytest.mark.parametrize(
    "page",
    ["measures/%00/", "nodes/%00/", "measures/?q=%00", "month-end/?month=2026-01%00", "portfolio/?any=a&any=%00"],
)
def test_an_address_with_a_nul_is_not_found(cast: Cast, page: str) -> None:
    client = Client()
    client.force_login(cast.office)
    assert client.get(f"/o/{cast.organization.slug}/{page}").status_code == 404
