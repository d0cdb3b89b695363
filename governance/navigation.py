"""What the sidebar shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    return {"organization": getattr(request, "organization", None), "person": request.user, "nav": []}
