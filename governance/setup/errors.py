"""What is wrong with a blueprint: where, and a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portfolio.errors import Objection

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

SENTENCES: dict[str, _StrPromise] = {
    "json_invalid": _("This is no JSON document: line %(line)s, column %(column)s."),
    "document_too_large": _("A blueprint has at most %(limit)s kB."),
    "schema_unknown": _('This product reads blueprints of version %(version)s. Write "blueprint": %(version)s.'),
    "key_unknown": _("Nothing is known by this name. Known are: %(known)s."),
    "key_twice": _("This name is given twice."),
    "key_missing": _("This is missing."),
    "type_wrong": _("Here stands %(found)s; expected is %(expected)s."),
    "text_blank": _("Here stands a text of 1 to %(most)s characters."),
    "number_out_of_range": _("The number lies between %(least)s and %(most)s."),
    "number_not_whole": _("This is a whole number."),
    "numbers_out_of_order": _("%(lower)s may not be greater than %(upper)s (%(low)s and %(high)s)."),
    "probability_falls": _("The probability does not fall from one stage to the next."),
    "closure_loosened": _("Closure may be made stricter, never looser: at most %(most)s."),
    "closure_fixed": _("How a measure is closed is not set by a blueprint."),
    "gate_unknown": _("There is no such gate. Gates are not added: %(known)s."),
    "gate_skipped": _("No gate is skipped or left out."),
    "gate_fixed": _('Only "hard" and "added" may stand here: who submits, who decides and the order stay.'),
    "criterion_softened": _("A criterion is made stricter, never softer."),
    "criterion_already_hard": _("This criterion blocks already."),
    "criterion_not_soft_here": _("This gate has no such criterion that could be waived: %(known)s."),
    "criterion_not_on_list": _("This criterion is not on the list of the gate: %(known)s."),
    "label_misleading": _("“%(label)s” already means something else: %(other)s."),
    "choice_unknown": _("One of: %(known)s."),
    "code_invalid": _("A code has 1 to 40 characters."),
    "entry_twice": _("“%(name)s” is given twice."),
    "currency_invalid": _("A currency has three capital letters, such as EUR."),
    "own_currency": _("%(currency)s is the organization's own currency."),
    "year_invalid": _("A fiscal year has four digits, from 2000 to 2100."),
    "rate_invalid": _("A rate is positive, with at most 10 digits and 8 decimals."),
}


def finding(path: str, code: str, **params: Any) -> Objection:
    """The objection at a place of the document; its sentence begins with the place."""
    return Objection(code, format_lazy("%(path)s: {}", SENTENCES[code]), {"path": path or "$", **params})


def bare_sentence(objection: Objection) -> str:
    """The sentence without the place, for a form that shows it at the field."""
    return str(SENTENCES.get(objection.code, objection.text)) % objection.params
