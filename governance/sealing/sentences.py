"""What a look at the trail found, as sentences people can act on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

FINDINGS = {
    "rows_changed": _(
        "%(count)s rows of %(table)s are not what was sealed (ids %(ids)s). Compare them with the last archive;"
        " somebody changed them past the product."
    ),
    "rows_missing": _(
        "%(count)s sealed rows of %(table)s are gone (ids %(ids)s). Restore them from a backup or the last archive."
    ),
    "rows_unsealed": _(
        "%(count)s rows of %(table)s were never sealed and do not wait for it (ids %(ids)s). They came past the"
        " product; ask who wrote them."
    ),
    "seal_missing": _("Seals %(first)s to %(last)s are gone. Compare with an archive that still holds them."),
    "seal_unlinked": _("Seal %(number)s does not follow the seal before it: one of the two was put in or exchanged."),
    "seal_changed": _("Seal %(number)s is not as it was written: it, or the list of its rows, was changed."),
    "block_stray": _("%(count)s lists of sealed rows belong to no seal. The seals they belonged to were removed."),
    "columns_gone": _(
        "Rows of %(table)s were sealed with columns that no longer exist, so they cannot be compared. Use an archive of"
        " the version before."
    ),
    "not_watched": _(
        "%(table)s no longer asks for seals: its trigger is gone or switched off. Switch it on and find out since when."
    ),
    "tail_cut": _(
        "The chain does not contain the given head %(head)s. Either it is of another organization, or the end of the"
        " trail was cut off."
    ),
    "anchor_missing": _(
        "The chain does not contain the head %(head)s, which was written down beside the database. The end of the trail"
        " was cut off, or an older backup was restored."
    ),
    "seal_late": _("Rows have been waiting for their seal since %(since)s. Is the worker running?"),
}


def finding_sentence(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a finding in the active language."""
    shown = {key: ", ".join(map(str, value)) if isinstance(value, list) else value for key, value in params.items()}
    if len(params.get("ids") or ()) < int(params.get("count") or 0):
        shown["ids"] = f"{shown.get('ids', '')}, …"
    return str(FINDINGS[code]) % shown
