"""The doors of the demo: what they refuse, and what they say."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from governance.demo.people import PASSWORD, PEOPLE
from governance.demo.second import RECORDED_ON, load_second
from governance.demo.structure import SLUG
from measures.models import Measure
from portfolio import tenancy
from portfolio.actions.organizations import add_person
from portfolio.models import Organization


def say(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("command", ["load_demo", "play_story"])
def test_the_demo_is_for_local_settings_only(db, settings, command):
    settings.LOCAL_SIGN_INS = False
    with pytest.raises(CommandError, match="local settings only"):
        say(command)


def test_the_demo_is_not_loaded_twice(cast):
    assert cast.organization.slug == SLUG
    with pytest.raises(CommandError, match="loaded already: nordlicht"):
        say("load_demo")


def test_the_story_needs_the_demo(db):
    with pytest.raises(CommandError, match="Load the demo first"):
        say("play_story")


def test_the_sign_ins_are_listed_with_password_and_office(cast):
    said = say("demo_signins")
    assert PASSWORD in said
    assert all(person.email in said for person in PEOPLE if person.signs_in)
    assert "robin.marsh" not in said


def test_no_sign_ins_are_listed_outside_local_settings(cast, settings):
    settings.LOCAL_SIGN_INS = False
    assert say("demo_signins") == ""


def test_the_second_organization_stands_still_on_the_day_it_was_recorded(db):
    people = {person.key: add_person(person.email, name=person.name) for person in PEOPLE}
    organization = load_second(people, lambda _line: None)
    assert Organization.objects.get(pk=organization.pk).stands_on == RECORDED_ON
    with tenancy.tenant(organization.pk):
        assert Measure.objects.count() == 108
