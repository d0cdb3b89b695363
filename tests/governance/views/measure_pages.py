"""Measures as the pages of this room need them."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from finance.actions.forecasts import set_forecast
from finance.models import Effect
from finance.rules.periods import parse_period
from measures.models import Measure
from portfolio.models import User
from tests.cast import Cast
from tests.finance.builders import E1_PLAN, act, decide, saving
from tests.governance.views.desk import address, sign_in

# What frames a transaction is no statement of a page.
FRAMES = ("SAVEPOINT", "RELEASE", "SELECT set_config", "BEGIN", "ROLLBACK", "COMMIT")


@pytest.fixture
def draft(cast: Cast) -> Measure:
    """A Defined measure with a planned saving."""
    measure = cast.measure()
    saving(cast, measure, E1_PLAN)
    return measure


@pytest.fixture
def decided(cast: Cast) -> Measure:
    """A Decided measure whose forecast is ten per cent below plan from November on."""
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    measure = decide(cast, measure)
    lower = {month: Decimal(90_000) for month in range(parse_period("2026-11"), parse_period("2028-01"))}
    act(cast, set_forecast, effect, lower, by=cast.owner, on=measure.stage_since, reason="Volume")
    return measure


def effect_of(measure: Measure) -> Effect:
    return measure.effects.get()


def cell(line: str, effect: Effect, month: str) -> str:
    """The name of a cell in the month grid."""
    return f"{line}-{effect.pk}-{parse_period(month)}"


def send(cast: Cast, person: User, page: str, *args: Any, data: dict[str, Any] | None = None) -> Any:
    """The person sends the form of a page with a fresh key."""
    return sign_in(person).post(address(cast, page, *args), {"key": str(uuid.uuid4()), **(data or {})})


def text_of(response: Any) -> str:
    text: str = response.content.decode()
    return text


def statements(client: Client, url: str) -> int:
    """How many statements the page takes once it is warm."""
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return sum(not query["sql"].startswith(FRAMES) for query in seen)
