"""Translations without a system gettext: `python -m config.local.messages update|compile|check`.

`update` collects the sentences of code and templates into each locale/<language>/LC_MESSAGES/django.po,
`compile` makes the django.mo beside it, `check` refuses a translation that lacks a sentence or a placeholder.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from config.local.places import ROOT

Found = tuple[int, str | tuple[str, ...], list[str], str | None]

# Functions here that return this say their rule in the docstring, which people read in their language.
RULES, RULE = Path("governance/criteria"), "Objection | None"
# What is filled in, and doubled percent signs; a single one is mere text.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%\w?")
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
    # Where a table of texts would otherwise be wider than a line.
    "_t": None,
}


def collect() -> Catalog:
    """Every sentence marked for translation in code and templates, and the policy of each criterion of the gates."""
    catalog = Catalog(project="Countersign", charset="utf-8")
    for path, found in _sources():
        for line, message, comments, context in found:
            catalog.add(
                message, locations=[(str(path.relative_to(ROOT)), line)], auto_comments=comments, context=context
            )
    return catalog


def _sources() -> Iterator[tuple[Path, Iterable[Found]]]:
    for name in SOURCES:
        for path in sorted((ROOT / name).rglob("*.py")):
            yield path, _marked(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / RULES).rglob("*.py")):
        yield path, _policies(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt", ".mjml"}:
            yield path, _marked(_as_code(str(templatize(path.read_text(encoding="utf-8"), origin=str(path)))))


def _marked(code: str) -> Iterable[Found]:
    return extract("python", io.BytesIO(code.encode()), keywords=KEYWORDS, comment_tags=["Translators:"])


def _policies(code: str) -> Iterator[Found]:
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == RULE:
            policy = ast.get_docstring(node)
            if policy and not node.name.startswith("_"):
                yield node.lineno, policy, [], None


def _as_code(templatized: str) -> str:
    """Without indentation: that of HTML is none of Python, whose tokens are read. Lines keep their numbers."""
    return "\n".join(line.lstrip() for line in templatized.splitlines())


def catalogs() -> list[Path]:
    """The translations that exist."""
    return sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po"))


def update() -> None:
    """Each translation knows every present sentence and no past one; new sentences are empty."""
    template = collect()
    for path in catalogs():
        catalog = _read(path)
        created = catalog.creation_date
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        # Otherwise the file would differ after every run.
        catalog.creation_date = created
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
    """Sentences about translations that cannot be used: not translated, doubtful, or with other placeholders."""
    found = []
    for path in catalogs():
        for message in _read(path):
            found += [f"{path.relative_to(ROOT)}: {message.id!r}: {error}" for error in _errors(message)]
    return found


def _errors(message: Message) -> Iterator[str]:
    if not message.id:
        return
    originals, strings = _forms(message.id), _forms(message.string)
    if not all(strings):
        yield "not translated"
        return
    if message.fuzzy:
        yield "doubtful"
    # The last form of either names all that the sentence is filled with; a single one may go without its number.
    if _placeholders(strings[-1]) != _placeholders(originals[-1]):
        yield "the placeholders differ"
    if any(_placeholders(string) - _placeholders(originals[-1]) for string in strings):
        yield "a placeholder is unknown"
    if any("%" in PLACEHOLDER.sub("", string) for string in strings) and "%" not in PLACEHOLDER.sub("", originals[-1]):
        yield "a percent sign is not doubled"


def _forms(text: str | Sequence[str] | None) -> Sequence[str]:
    return [text or ""] if text is None or isinstance(text, str) else text


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def untranslated() -> dict[str, int]:
    """How many present sentences each translation lacks."""
    wanted = {_key(message) for message in collect() if message.id}
    counts = {}
    for path in catalogs():
        known = {_key(message) for message in _read(path) if message.string and all(_forms(message.string))}
        counts[path.parent.parent.name] = len(wanted - known)
    return counts


def lacking() -> list[str]:
    """One sentence for each translation that is behind the sources."""
    return [f"{language}: {count} to translate, run update" for language, count in untranslated().items() if count]


def _key(message: Message) -> tuple[str | Sequence[str], str | None]:
    return message.id if isinstance(message.id, str) else tuple(message.id), message.context


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
    found = [*mistakes(), *lacking()] if deed == "check" else []
    sys.stderr.writelines(f"{mistake}\n" for mistake in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
