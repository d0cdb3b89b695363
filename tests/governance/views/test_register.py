"""The register and the tree: filters, totals that match them, access, and a constant number of statements."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from governance.actions.reconciliation import reconcile
from governance.choices import Cut
from governance.queries.register import register_rows, totals
from governance.queries.tree import cut_rows, tree
from measures.choices import DoI
from portfolio.actions.members import write_grant
from portfolio.choices import NodeKind
from portfolio.models import Node
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, decide, months, saving

REGISTER = "/o/nordlicht/measures/"
TREE = "/o/nordlicht/portfolio/"


@pytest.fixture
def client(cast: Cast) -> Client:
    browser = Client()
    browser.force_login(cast.office)
    return browser


def statements(client: Client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]


def committed_measures(cast: Cast, count: int) -> None:
    """Measures with 1,200,000 each, one of them taken further, judged."""
    for number in range(count):
        measure = cast.measure(name=f"Measure {number}")
        saving(cast, measure, E1_PLAN)
        decide(cast, measure)
    reconcile(cast.organization.pk, on=TODAY)


@pytest.mark.parametrize("path", [REGISTER, TREE, "/o/nordlicht/portfolio/by/business_unit/"])
def test_as_many_statements_for_three_rows_as_for_one(cast, client, path):
    committed_measures(cast, 1)
    client.get(path)
    one = statements(client, path)
    committed_measures(cast, 2)
    assert len(statements(client, path)) == len(one)
    assert len(one) <= (8 if path == REGISTER else 12), one


def test_totals_are_the_sum_of_what_is_listed(cast, client):
    committed_measures(cast, 2)
    beside = cast.measure(name="Avoided hiring")
    saving(cast, beside, months("2026-01", 12, 1000), hardness="avoidance")
    decide(cast, beside)
    reconcile(cast.organization.pk, on=TODAY)
    sums = totals(register_rows(cast.office))
    assert (sums.count, sums.committed, sums.avoidance) == (3, Decimal(2_400_000), Decimal(12_000))
    page = client.get(f"{REGISTER}?q=Avoided").content.decode()
    assert "Avoided hiring" in page
    assert "Measure 0" not in page


def test_a_code_leads_to_its_measure(cast, client):
    measure = cast.measure()
    answer = client.get(REGISTER, {"q": measure.code.lower()})
    assert (answer.status_code, answer["Location"]) == (302, f"{REGISTER}{measure.code}/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("stage=3", 1),
        ("stage=0", 1),
        ("stage=3&stage=0", 2),
        ("committed_from=1200000", 1),
        ("committed_from=1200001", 0),
        ("owner=owner@nordlicht.example", 2),
        ("controller=nobody", 0),
        ("divergence=D1", 1),
        ("divergence=D7", 0),
        ("committed_from=abc", 2),
        ("stage=99", 2),
    ],
)
def test_filters_of_the_address(cast, client, query, found):
    committed_measures(cast, 1)
    cast.measure(name="Still an idea")
    assert client.get(f"{REGISTER}?{query}").context["totals"].count == found


@pytest.mark.parametrize("sort", ["code", "-committed", "potential", "nonsense", "-"])
def test_every_sort_is_answered(cast, client, sort):
    committed_measures(cast, 2)
    assert client.get(f"{REGISTER}?sort={sort}").status_code == 200


def test_a_member_without_a_role_sees_the_own_measures_only(cast):
    mine = cast.measure(name="Mine", owner=cast.member)
    cast.measure(name="Not mine")
    assert list(register_rows(cast.member).values_list("pk", flat=True)) == [mine.pk]
    assert tree(cast.member, on=TODAY) == []


def test_the_tree_shows_parents_first_and_the_same_money_on_each_level(cast):
    committed_measures(cast, 2)
    rows = tree(cast.office, on=TODAY)
    assert [row.kind for row in rows] == ["organization", "portfolio", "program", "project", "package"] + [
        "measure"
    ] * 2
    assert {row.committed for row in rows[:5]} == {Decimal(2_400_000)}
    assert all(row.stage == DoI.DECIDED for row in rows[5:])


def test_a_cut_adds_to_the_same_total(cast):
    committed_measures(cast, 2)
    for cut in (Cut.BUSINESS_UNIT, Cut.LEGAL_ENTITY, Cut.FUNCTION, Cut.CONTROLLER):
        assert sum(row.committed for _name, row in cut_rows(cut)) == Decimal(2_400_000), cut


def test_a_cut_needs_the_right_on_all(cast):
    browser = Client()
    browser.force_login(cast.member)
    assert browser.get("/o/nordlicht/portfolio/by/controller/").status_code == 403
    assert browser.get("/o/nordlicht/portfolio/by/colour/").status_code == 404


@pytest.mark.parametrize(("person", "status"), [("office", 200), ("auditor", 403), ("member", 403)])
def test_who_may_change_the_structure(cast, person, status):
    browser = Client()
    browser.force_login(getattr(cast, person))
    project = Node.objects.get(kind=NodeKind.PROJECT)
    assert browser.get(f"/o/nordlicht/nodes/{project.code}/structure/").status_code == status


def test_structure_is_changed_by_forms(cast, client):
    project = Node.objects.get(kind=NodeKind.PROJECT)
    home = f"/o/nordlicht/nodes/{project.code}"
    assert client.post(f"{home}/create/", {"name": "Indirect spend"}).status_code == 302
    assert client.post(f"{home}/rename/", {"name": "Procurement", "version": project.version}).status_code == 302
    stale = client.post(f"{home}/rename/", {"name": "Too late", "version": project.version})
    assert (stale.status_code, "Somebody else changed" in stale.content.decode()) == (422, True)
    assert client.post(f"{home}/create/", {"name": " "}).status_code == 422
    assert client.post(f"{home}/archive/").status_code == 302
    project = Node.objects.get(pk=project.pk)
    assert (project.name, project.archived) == ("Procurement", True)
    assert project.children.filter(name="Indirect spend").exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("committed_from=1200000", 2),
        ("committed_from=1200000.01", 0),
        ("committed_to=1200000", 2),
        ("committed_to=1199999.99", 0),
        ("committed_from=99999999999999999999999999", 0),
    ],
)
def test_the_numeric_filter_is_exact_to_the_cent(cast, client, query, found):
    committed_measures(cast, 2)
    assert client.get(f"{REGISTER}?{query}").context["totals"].count == found


def test_who_sees_all_and_who_sees_by_package_see_the_same_totals(cast):
    committed_measures(cast, 2)
    below = Client()
    write_grant(cast.member, role_code="member", node=cast.package)
    below.force_login(cast.member)
    everywhere = Client()
    everywhere.force_login(cast.auditor)
    totals = [one.get(REGISTER).context["totals"] for one in (below, everywhere)]
    assert totals[0] == totals[1]
    assert totals[0].committed == Decimal(2_400_000)


def test_the_largest_come_first_and_what_has_no_amount_last(cast, client):
    committed_measures(cast, 1)
    cast.measure(name="Still an idea")
    for sort in ("committed", "-committed"):
        shown = [row.committed for row in client.get(f"{REGISTER}?sort={sort}").context["page"].object_list]
        assert shown == [Decimal(1_200_000), None], sort


@pytest.mark.parametrize("query", ["committed_from=abc", "stage=9", "basis=wonder"])
def test_a_filter_that_is_not_understood_says_so_and_has_no_chip(cast, client, query):
    answer = client.get(f"{REGISTER}?{query}")
    assert answer.context["chips"] == []
    assert "Not filtered by" in answer.content.decode()


def test_a_node_says_attainment_and_how_many_show_each_colour(cast, client):
    committed_measures(cast, 2)
    html = client.get(TREE).content.decode()
    assert "100.0% of committed" in html
    assert "of value updated in 45 days" in html
