"""Whether a person may set a light beside the computed one (domain §4)."""

from __future__ import annotations

from collections.abc import Set
from datetime import date

from finance.rules import add_months
from measures.choices import Light, LightKind
from portfolio.choices import Office

LONGEST_MONTHS = 1
# How bad a colour is; grey is no judgement and cannot be set.
_RANK = {Light.GREEN: 0, Light.AMBER: 1, Light.RED: 2}
# The only office that may call a light better than it was computed.
BETTER_BY = {LightKind.IMPLEMENTATION: Office.TRANSFORMATION_OFFICE, LightKind.POTENTIAL: Office.CONTROLLER}


def override_refusals(
    light: LightKind, *, computed: Light, wanted: Light, offices: Set[Office], reason: str, until: date, on: date
) -> list[str]:
    """Codes of everything that speaks against it; none when the light may be set.

    Worse: anybody with an office on the measure. Better: the transformation office for implementation, the
    controller for potential. Always with a reason, until a day from `on` to one month later.
    """
    codes = []
    if computed not in _RANK or wanted not in _RANK:
        codes.append("light_not_judged")
    elif computed == wanted:
        codes.append("light_is_so")
    elif _RANK[wanted] < _RANK[computed] and BETTER_BY[light] not in offices:
        codes.append(f"better_{light}")
    if not reason.strip():
        codes.append("reason_missing")
    if not on <= until <= add_months(on, LONGEST_MONTHS):
        codes.append("override_too_long")
    return codes
