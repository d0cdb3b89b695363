"""Every page in a real browser: rendered, in both themes, wide and narrow, without a word of complaint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page

from governance.urls import urlpatterns
from tests.journeys.conftest import Desks
from tests.journeys.prepared import cookies_of
from tests.journeys.product import Product
from tests.journeys.stock import Stock, stock

pytestmark = pytest.mark.browser
Arguments = Callable[[Stock], tuple[Any, ...]]
WIDTHS = (1440, 390)
THEMES = ("light", "dark")
# The darkest a light page and the lightest a dark page may be, of 255.
LIGHT, DARK = 200, 60


def nothing(_stock: Stock) -> tuple[Any, ...]:
    return ()


def node(found: Stock) -> tuple[Any, ...]:
    return (found.cast.package.code,)


def of(measure: str, number: str = "") -> Arguments:
    """The measure in that place, and the row of it that the address names."""
    return lambda found: (getattr(found, measure).code, *([found.numbers[number]] if number else []))


# Page → who opens it, with what in its address.
PAGES: dict[str, tuple[str, Arguments]] = {
    "portfolio": ("office", nothing),
    "cut": ("auditor", lambda _found: ("controller",)),
    "root_edit": ("office", nothing),
    "node": ("office", node),
    "node_edit": ("office", node),
    "measures": ("office", nothing),
    "measure_create": ("office", node),
    "measure": ("controller", of("running")),
    "measure_edit": ("owner", of("draft")),
    "measure_body": ("sponsor", of("draft")),
    "measure_office": ("sponsor", lambda found: (found.draft.code, "owner")),
    "effect_create": ("owner", of("draft")),
    "effect_edit": ("owner", of("draft", "planned")),
    "dispute_open": ("controller", of("running", "effect")),
    "dispute_answer": ("owner", of("running", "dispute")),
    "dispute_close": ("controller", of("running", "dispute")),
    "risk_create": ("owner", of("running")),
    "risk_edit": ("owner", of("running", "risk")),
    "dependency_create": ("owner", of("draft")),
    "measure_months": ("owner", of("running")),
    "measure_milestones": ("owner", of("running")),
    "milestone_create": ("owner", of("running")),
    "milestone_edit": ("owner", of("running", "open_milestone")),
    "milestone_complete": ("owner", of("running", "open_milestone")),
    "milestone_reopen": ("owner", of("running", "done_milestone")),
    "measure_timeline": ("auditor", of("running")),
    "month_end": ("controller", nothing),
    "my_update": ("owner", nothing),
    "my_work": ("controller", nothing),
    "measure_gates": ("owner", of("draft")),
    "gate_submit": ("owner", of("draft")),
    "gate_decide": ("chair", of("waiting")),
    "closure": ("controller", of("closing")),
    "closure_certificate": ("auditor", of("closed")),
    "divergences": ("controller", nothing),
    "divergence_answer": ("controller", lambda found: (found.closing.code, "D1")),
    "ratification": ("chair", nothing),
    "takeover": ("office", nothing),
    "takeover_result": ("office", lambda found: (found.numbers["batch"],)),
    # Telling people
    "inbox": ("owner", nothing),
    "inbox_settings": ("owner", nothing),
    "digests": ("office", nothing),
    "digest_set": ("office", lambda found: (found.cast.committee.pk,)),
    "digest_preview": ("office", lambda found: (found.cast.committee.pk,)),
    "people": ("admin", nothing),
    "consultant_reads": ("auditor", nothing),
    "light_set": ("owner", lambda found: (found.running.code, "implementation")),
    # The sealed trail
    "audit": ("auditor", nothing),
    "audit_log": ("auditor", nothing),
    # Committees
    "committee_list": ("chair", nothing),
    "committee_create": ("admin", nothing),
    "committee": ("chair", lambda found: (found.cast.committee.pk,)),
    "committee_edit": ("admin", lambda found: (found.cast.committee.pk,)),
    "seat_create": ("admin", lambda found: (found.cast.committee.pk,)),
    "meeting_create": ("office", lambda found: (found.cast.committee.pk,)),
    # Beside the gates
    "proposal_new": ("sponsor", lambda found: (found.running.code, "hold")),
}
# What is fetched, but is no page: a part of one, or a file.
FETCHED: dict[str, tuple[str, Arguments]] = {
    "measure_objections": ("owner", of("draft")),
    "measure_timeline_csv": ("auditor", of("running")),
    "milestone_evidence": ("owner", of("running", "done_milestone")),
    "closure_evidence": ("auditor", of("closed", "paper")),
    "takeover_template": ("office", nothing),
    "digest_body": ("office", lambda found: (found.cast.committee.pk,)),
}
# What leads elsewhere when it is only asked for.
LEADING: dict[str, tuple[str, Arguments]] = {
    "worst": ("office", lambda found: ("measure", found.running.pk)),
    "gate_withdraw": ("owner", of("waiting")),
    "closure_consent": ("second_controller", of("closing")),
    "closure_reject": ("controller", of("closing")),
}
# Deeds: sent by the forms of other pages.
SENT: dict[str, tuple[str, Arguments]] = {
    "node_create": ("office", node),
    "node_rename": ("office", node),
    "node_move": ("office", node),
    "node_archive": ("office", node),
    "plan_validate": ("controller", of("draft")),
    "effect_remove": ("owner", of("draft", "planned")),
    "dependency_remove": ("owner", of("draft", "wait")),
    "forecast_confirm": ("owner", of("running")),
    "milestones_confirm": ("owner", of("running")),
    "milestone_remove": ("owner", of("running", "open_milestone")),
    "notices_read": ("owner", nothing),
    "takeover_apply": ("office", nothing),
    "inbox_read": ("owner", nothing),
    "inbox_snooze": ("owner", nothing),
    "role_grant": ("admin", nothing),
    "role_withdraw": ("admin", lambda _found: (1,)),
    "person_invite": ("admin", nothing),
    "invitation_send": ("admin", lambda _found: (1,)),
    "invitation_revoke": ("admin", lambda _found: (1,)),
    "light_withdraw": ("owner", lambda found: (found.running.code, "implementation")),
    "audit_verify": ("auditor", nothing),
}
# A meeting or a proposal under way: its pages are opened, in every state it has, in tests/governance/views.
UNDER_WAY = {
    *("meeting", "meeting_edit", "meeting_cancel", "meeting_agenda", "meeting_pre_read", "meeting_freeze"),
    *("meeting_record", "meeting_confirm", "meeting_minutes", "meeting_minutes_pdf", "meeting_calendar"),
    *("meeting_vote", "vote_create", "seat_edit", "proposal_decide", "proposal_withdraw", "condition"),
}
ANSWERS = [(FETCHED, 200), (LEADING, 302), (SENT, 405)]
LOOK = """() => ({
    wide: document.documentElement.scrollWidth,
    heading: document.querySelector("h1")?.innerText.trim() ?? "",
    words: document.querySelector("main")?.innerText.trim().length ?? 0,
    ground: getComputedStyle(document.documentElement).backgroundColor,
    outside: [...document.querySelectorAll("main *")]
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".scroll"))
        .slice(0, 3).map((one) => one.outerHTML.slice(0, 120)),
})"""


@pytest.fixture(scope="module")
def found(common: Product, module_desks: Desks) -> Stock:
    return stock(common, "every-page")


def path_of(found: Stock, name: str, arguments: Arguments) -> str:
    return reverse(f"governance:{name}", args=[found.cast.organization.slug, *arguments(found)])


def test_every_address_is_looked_at() -> None:
    known = [*PAGES, *FETCHED, *LEADING, *SENT]
    assert len(known) == len(set(known))
    assert {pattern.name for pattern in urlpatterns} == {*known, *UNDER_WAY}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_in_both_themes_wide_and_narrow(desks: Desks, found: Stock, name: str) -> None:
    who, arguments = PAGES[name]
    page = desks.of(getattr(found.cast, who))
    answer = page.goto(f"{desks.product.address}{path_of(found, name, arguments)}")
    assert answer is not None
    assert answer.status == 200
    page.wait_for_load_state("networkidle")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            look_at(page, width, theme)


def look_at(page: Page, width: int, theme: Any) -> None:
    page.emulate_media(color_scheme=theme)
    seen = page.evaluate(LOOK)
    assert seen["wide"] <= width, f"wider than {width} px: {seen['outside']}"
    assert seen["heading"]
    assert seen["words"] > len(seen["heading"]) + 20
    brightness = max(int(part) for part in seen["ground"].removeprefix("rgb(").removesuffix(")").split(","))
    assert brightness > LIGHT if theme == "light" else brightness < DARK


def fetch(product: Product, path: str, cookies: str = "") -> tuple[int, str]:
    """Status and place to go to, as a browser without anything else would get them."""

    class Stay(HTTPRedirectHandler):
        def redirect_request(self, *args: Any) -> None:
            return None

    try:
        with build_opener(Stay).open(
            Request(product.address + path, headers={"Cookie": cookies}), timeout=20
        ) as answer:
            return answer.status, ""
    except HTTPError as answer:
        with answer:
            return answer.code, answer.headers.get("Location", "")


def test_whatever_is_no_page_answers_as_it_should(common: Product, found: Stock) -> None:
    for table, status in ANSWERS:
        for name, (who, arguments) in table.items():
            cookies = cookies_of(common, getattr(found.cast, who))
            assert fetch(common, path_of(found, name, arguments), cookies)[0] == status, name


def test_a_stranger_is_led_to_sign_in_and_an_outsider_finds_nothing(common: Product, found: Stock) -> None:
    outsider = cookies_of(common, found.cast.outsider)
    for name, (_who, arguments) in (PAGES | FETCHED | LEADING).items():
        path = path_of(found, name, arguments)
        status, place = fetch(common, path)
        assert (status, place.partition("?")[0]) == (302, reverse(settings.LOGIN_URL)), name
        assert fetch(common, path, outsider)[0] == 404, name
