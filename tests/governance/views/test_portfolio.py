"""Changing the hierarchy through its page."""

from __future__ import annotations

import uuid

from portfolio.models import Node
from tests.cast import Cast
from tests.governance.views.desk import address, sign_in


def test_a_second_click_creates_one_node(cast: Cast) -> None:
    office = sign_in(cast.office)
    assert 'name="key"' in office.get(address(cast, "node_edit", cast.root.code)).content.decode()
    form = {"key": str(uuid.uuid4()), "name": "Growth"}
    answers = [office.post(address(cast, "node_create", cast.root.code), form) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Node.objects.filter(name="Growth").count() == 1


def test_a_refused_node_keeps_its_key_for_the_next_try(cast: Cast) -> None:
    office, key = sign_in(cast.office), str(uuid.uuid4())
    refused = office.post(address(cast, "node_create", cast.root.code), {"key": key, "name": " "})
    assert refused.status_code == 422
    assert key in refused.content.decode()
    assert office.post(address(cast, "node_create", cast.root.code), {"key": key, "name": "Growth"}).status_code == 302
    assert Node.objects.filter(name="Growth").count() == 1
