"""Which database holds the rows of the organization at work."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from portfolio import tenancy


class PlacementRouter:
    """The unit of scaling out is the organization: its rows stand where `Organization.placement` says.

    One database until there are several; no query, key or lock spans two organizations.
    """

    def db_for_read(self, _model: Any, **_hints: Any) -> str | None:
        return self._placement()

    def db_for_write(self, _model: Any, **_hints: Any) -> str | None:
        return self._placement()

    def _placement(self) -> str | None:
        placement = tenancy.current().placement
        return placement if placement in settings.DATABASES else None
