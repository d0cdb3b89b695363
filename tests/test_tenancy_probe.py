import pytest
from django.db import DatabaseError

from portfolio import tenancy
from portfolio.access import rights_on
from portfolio.models import Node


def test_without_an_organization_a_query_is_an_error(cast):
    with tenancy.acting_as(organization_id=None), pytest.raises(DatabaseError):
        list(Node.objects.all())


def test_measure(cast):
    m = cast.measure()
    assert m.controller == cast.controller
    assert m.code.startswith("M-")
    assert rights_on(cast.office, cast.package.pk)
    assert m.history.count() == 1
