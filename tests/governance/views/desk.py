"""Sitting at the desk of somebody of the cast: signed in, on the cast's own day."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portfolio.models import User
from tests.cast import TODAY, Cast


@pytest.fixture
def on_the_day() -> Iterator[None]:
    """The clock stands on the day on which the cast does everything."""
    # The limits on passwords count by time, and here every test has the same.
    cache.clear()
    with time_machine.travel(datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)):
        yield


def sign_in(person: User) -> Client:
    """A browser of the person, who gave the password long ago."""
    client = Client()
    client.force_login(person)
    return client


def address(cast: Cast, name: str, *args: Any) -> str:
    return reverse(f"governance:{name}", args=[cast.organization.slug, *args])


def post(cast: Cast, person: User, name: str, *args: Any, **data: Any) -> Any:
    """The person sends a form with a fresh key."""
    return sign_in(person).post(address(cast, name, *args), {"key": str(uuid.uuid4()), **data})
