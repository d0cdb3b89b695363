"""Handing out what was uploaded: as a download that no browser opens by itself."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from portfolio.actions.files import storage_path
from portfolio.models import StoredFile
from portfolio.tenancy import current_organization_id


def download(file: StoredFile) -> HttpResponse:
    """The file under its own name; the view before has decided access."""
    with default_storage.open(storage_path(current_organization_id(), file.sha256)) as stored:
        response = HttpResponse(stored.read(), content_type=file.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    name = content_disposition_header(as_attachment=True, filename=file.name)
    response.headers["Content-Disposition"] = name or "attachment"
    return response
