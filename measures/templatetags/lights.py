"""The two lights and the degree of implementation as people see them; never a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from secrets import token_hex

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from measures.choices import DoI, Lifecycle, Light, LightKind

register = template.Library()


@dataclass(frozen=True)
class Step:
    """One stage in the stepper: done, now or to come."""

    number: int
    label: str
    state: str


def _sentence(colour: str, kind: str, hollow: bool) -> str:
    parts = {"kind": LightKind(kind).label, "colour": Light(colour).label.lower()} if kind else {}
    if not kind:
        return str(Light(colour).label)
    if hollow:
        return gettext("%(kind)s: %(colour)s, before Decided") % parts
    return gettext("%(kind)s: %(colour)s") % parts


@lru_cache(maxsize=256)
def _shape(colour: str, sentence: str, hollow: bool, worded: bool) -> SafeString:
    word = Light(colour).label if worded else ""
    context = {"colour": colour, "sentence": sentence, "hollow": hollow, "word": word}
    return SafeString(render_to_string("components/light_shape.html", context).strip())


# Stands for the name of a popover, which is another one wherever a light is shown.
_NAME = "why-0"


@lru_cache(maxsize=2048)
def _light(
    colour: str, kind: str, hollow: bool, worded: bool, beside: bool, reasons: tuple[str, ...], _language: str | None
) -> SafeString:
    sentence = _sentence(colour, kind, hollow)
    context = {
        "classes": f"{colour}{' hollow' * hollow}{' beside' * beside}",
        "shape": _shape(colour, sentence, hollow, worded),
        "sentence": sentence,
        "reasons": reasons,
        "id": _NAME,
    }
    return render_to_string("components/light.html", context)


def _named(light: SafeString) -> SafeString:
    return SafeString(light.replace(_NAME, f"why-{token_hex(4)}"))


@register.simple_tag
def light(
    colour: str, kind: str = "", hollow: bool = False, reasons: Iterable[str] = (), worded: bool = False
) -> SafeString:
    """A light as shape, word and colour; with reasons it is a button that opens them.

    Hollow before Decided. Pages show many lights, most of them alike, so they are kept ready per language.
    """
    colour, kind = str(colour or Light.GREY), str(kind)
    sentences = tuple(str(reason) for reason in reasons or ())
    return _named(_light(colour, kind, bool(hollow), worded, False, sentences, get_language()))


@register.simple_tag
def lights_set(rows: Iterable[Mapping[str, str]], kind: str) -> SafeString | str:
    """The light of this kind as a person sees it, beside the computed one; nothing where nobody set one."""
    found = next((row for row in rows or () if row["light"] == kind), None)
    if found is None:
        return ""
    words = gettext("%(person)s sees it so: %(reason)s") % found
    return _named(_light(found["colour"], kind, False, False, True, (words,), get_language()))


@register.inclusion_tag("components/light_counts.html")
def light_counts(counts: Mapping[str, Mapping[str, int]], kind: str) -> dict[str, object]:
    """How many measures show each colour of one light, worst first; colours that nobody shows are left out."""
    found = counts.get(kind, {})
    order = (Light.RED, Light.AMBER, Light.GREEN, Light.GREY)
    shown = [(colour, found[colour]) for colour in order if found.get(colour)]
    return {"kind": LightKind(kind).label, "key": kind, "counts": shown}


@lru_cache(maxsize=64)
def _pill(stage: int, _language: str | None) -> SafeString:
    context = {"number": stage, "label": DoI(stage).label}
    return SafeString(render_to_string("components/doi_pill.html", context).strip())


@register.simple_tag
def doi_pill(stage: int) -> SafeString:
    """The degree of implementation as number and word."""
    return _pill(int(stage), get_language())


def _state(number: int, stage: int) -> str:
    if number == stage:
        return "now"
    return "done" if number < stage else "next"


@register.inclusion_tag("components/doi_stepper.html")
def doi_stepper(stage: int, lifecycle: str = Lifecycle.ACTIVE) -> dict[str, object]:
    """The six stages with the present one marked, faint on hold and after a cancellation; the head says which."""
    steps = [Step(int(doi), str(doi.label), _state(int(doi), int(stage))) for doi in DoI]
    paused = "" if lifecycle == Lifecycle.ACTIVE else Lifecycle(lifecycle).label
    return {"steps": steps, "paused": paused}
