"""Every address of an organization is guarded: for members only, and for nobody of another tenant."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.cast import Cast

APPS = ("portfolio", "measures", "finance", "governance", "config")


def patterns() -> list[URLPattern]:
    """Every address below /o/<slug>/, however deep it is included."""
    resolver = next(one for one in get_resolver().url_patterns if getattr(one, "namespace", None) == "governance")
    return list(_walk(resolver))


def _walk(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry)
        else:
            yield entry


PATTERNS = patterns()


def _values(cast: Cast, pattern: URLPattern) -> list[Any]:
    """A value for each part of the address, of rows that exist wherever a code names one."""
    measure = cast.measure()
    route = str(pattern.pattern)
    known: dict[str, Any] = {
        "code": cast.package.code if route.startswith("nodes/") else measure.code,
        "pk": measure.pk,
        "cut": "controller",
        "kind": "measure",
        "proposed": "cancel",
        "office": "owner",
        "light": "potential",
    }
    return [known.get(name, "D1") for name in pattern.pattern.converters]


def _address(cast: Cast, pattern: URLPattern) -> str:
    return reverse(f"governance:{pattern.name}", args=[cast.organization.slug, *_values(cast, pattern)])


def test_there_are_addresses() -> None:
    assert {"my_work", "measure_gates", "closure", "portfolio", "measures"} <= {one.name for one in PATTERNS}
    assert len({one.name for one in PATTERNS}) == len(PATTERNS)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda one: str(one.name))
def test_every_view_is_guarded(pattern: URLPattern) -> None:
    assert getattr(pattern.callback, "guarded", False), f"{pattern.name} lacks @page"


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda one: str(one.name))
def test_every_address_is_closed_to_strangers(cast: Cast, pattern: URLPattern) -> None:
    """An anonymous visitor is led to sign in; a person of another tenant finds nothing, whatever the method."""
    address = _address(cast, pattern)
    anonymous = Client()
    answer = anonymous.get(address)
    if answer.status_code == 405:
        answer = anonymous.post(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse(settings.LOGIN_URL))
    assert REDIRECT_FIELD_NAME in answer["Location"]
    stranger = Client()
    stranger.force_login(cast.outsider)
    assert stranger.get(address).status_code == 404
    assert stranger.post(address).status_code == 404


@pytest.mark.parametrize(
    "pattern", [one for one in PATTERNS if not {"pk", "divergence"} & set(one.pattern.converters)], ids=lambda o: o.name
)
def test_addresses_by_code_exist_for_members(cast: Cast, pattern: URLPattern) -> None:
    """So that the 404 of a stranger above is a refusal and no misspelt address."""
    client = Client()
    client.force_login(cast.office)
    allowed = {"closure_certificate"}
    assert client.get(_address(cast, pattern)).status_code != 404 or pattern.name in allowed


def _sources() -> Iterator[tuple[Path, ast.Module]]:
    root = Path(settings.BASE_DIR)
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(root), ast.parse(path.read_text())


def _names(tree: ast.Module) -> set[str]:
    """Every name and attribute the code uses; words in comments and strings do not count."""
    nodes = list(ast.walk(tree))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize(
    ("word", "allowed"),
    [
        # The middleware names it to refuse it: it would be read outside the transaction.
        ("StreamingHttpResponse", {"portfolio/middleware.py"}),
        ("FileResponse", set()),
        # Always true for an active superuser; portfolio/access.py decides.
        ("has_perm", set()),
        ("has_perms", set()),
        ("permission_required", set()),
        # A mail program holds no token of ours; the signature of the link says whose mail it ends.
        ("csrf_exempt", {"governance/views/unsubscribe.py"}),
    ],
)
def test_no_source_goes_around_the_guards(word: str, allowed: set[str]) -> None:
    found = {str(path) for path, tree in _sources() if word in _names(tree)}
    assert found <= allowed
