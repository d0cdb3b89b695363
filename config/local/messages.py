"""Translations without a system gettext: `python -m config.local.messages update|compile|check`.

`update` collects the sentences of code and templates into each locale/<language>/LC_MESSAGES/django.po,
`compile` makes the django.mo beside it, `check` refuses translations whose placeholders do not match.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from config.local.places import ROOT

SOURCES = ("portfolio", "measures", "finance", "governance", "config")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def collect() -> Catalog:
    """Every sentence marked for translation in code and templates."""
    catalog = Catalog(project="Countersign", charset="utf-8")
    for path, code in _sources():
        found = extract("python", io.BytesIO(code.encode()), keywords=KEYWORDS, comment_tags=["Translators:"])
        for line, message, comments, context in found:
            catalog.add(
                message, locations=[(str(path.relative_to(ROOT)), line)], auto_comments=comments, context=context
            )
    return catalog


def _sources() -> Iterator[tuple[Path, str]]:
    for name in SOURCES:
        for path in sorted((ROOT / name).rglob("*.py")):
            yield path, path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt", ".mjml"}:
            yield path, str(templatize(path.read_text(encoding="utf-8"), origin=str(path)))


def catalogs() -> list[Path]:
    """The translations that exist."""
    return sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po"))


def update() -> None:
    """Each translation knows every present sentence and no past one; new sentences are empty."""
    template = collect()
    for path in catalogs():
        catalog = _read(path)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with open(path, "wb") as file:
            write_po(file, catalog, width=100, sort_output=True, omit_header=False, include_lineno=False)


def compile_all() -> None:
    """The compiled file of each translation is as new as its source."""
    for path in catalogs():
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
            with open(compiled, "wb") as file:
                write_mo(file, _read(path))


def mistakes() -> list[str]:
    """Sentences about translations that cannot be used."""
    found = []
    for path in catalogs():
        for message, errors in _read(path).check():
            found += [f"{path.relative_to(ROOT)}: {message.id!r}: {error}" for error in errors]
    return found


def untranslated() -> dict[str, int]:
    """How many present sentences each translation lacks."""
    wanted = {(message.id, message.context) for message in collect() if message.id}
    lacking = {}
    for path in catalogs():
        known = {(message.id, message.context) for message in _read(path) if message.string}
        lacking[path.parent.parent.name] = len(wanted - known)
    return lacking


def _read(path: Path) -> Catalog:
    with open(path, "rb") as file:
        return read_po(file, locale=path.parent.parent.name, domain="django")


def main(arguments: list[str]) -> int:
    """0 when done, 1 with the mistakes that `check` found."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
    deed = arguments[0] if arguments else "compile"
    if deed == "update":
        update()
        sys.stdout.writelines(f"{language}: {count} to translate\n" for language, count in untranslated().items())
    if deed in {"update", "compile"}:
        compile_all()
    found = mistakes() if deed == "check" else []
    sys.stderr.writelines(f"{mistake}\n" for mistake in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
