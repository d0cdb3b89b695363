"""The style guide renders, and shows what there is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from config.styleguide import ICONS, cockpit, index


def shown(view: Callable[[HttpRequest], HttpResponse], rf: RequestFactory) -> str:
    request = rf.get("/styleguide/")
    request.user = AnonymousUser()
    return view(request).content.decode()


@pytest.mark.parametrize("view", [index, cockpit])
def test_page_is_whole_and_has_one_heading(view: Callable[[HttpRequest], HttpResponse], rf: RequestFactory) -> None:
    html = shown(view, rf)
    assert html.count("<h1>") == 1
    assert 'class="skip"' in html
    assert html.rstrip().endswith("</html>")


def test_every_icon_every_light_and_every_stage_is_shown(rf: RequestFactory) -> None:
    html = shown(index, rf)
    assert all(f"icons.svg#{name}" in html for name in ICONS)
    assert all(f'class="light {colour}' in html for colour in ("green", "amber", "red", "grey"))
    assert all(f"doi doi-{stage}" in html for stage in range(6))


def test_objections_name_who_can_clear_them(rf: RequestFactory) -> None:
    html = shown(index, rf)
    assert "The reference base has no source." in html
    assert "Controller" in html
