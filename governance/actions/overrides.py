"""A light set by a person beside the computed one, and its withdrawal (domain §4)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from governance.models import StatusOverride
from governance.rules.overrides import BETTER_BY, override_refusals
from governance.sentences import objection
from measures.choices import Light, LightKind
from measures.models import Measure
from measures.queries import offices_of
from portfolio.deeds import deed
from portfolio.errors import NotAllowed, Refused
from portfolio.models import User


def set_light(
    measure: Measure,
    *,
    light: LightKind,
    colour: Light,
    reason: str,
    until: date,
    by: User,
    on: date,
    key: UUID | None = None,
) -> StatusOverride:
    """The light of the measure shows this colour too, beside the computed one, until the given day.

    Refused: somebody without an office on the measure; a better light by anybody but the controller (potential) or
    the transformation office (implementation); a grey light; no reason; longer than a month. An earlier one of the
    same light ends. Recorded: the deed with its reason. The computed light and every divergence stay as they are.
    """
    offices = offices_of(by, measure)
    if not offices:
        raise NotAllowed(objection("no_office_here"))
    details = {"light": light, "colour": colour, "until": until.isoformat()}
    with deed("light_set", by=by, subject=measure, reason=reason, key=key, details=details):
        measure = Measure.objects.select_for_update().get(pk=measure.pk)
        computed = Light(getattr(measure, f"{light}_status"))
        refusals = override_refusals(
            light, computed=computed, wanted=colour, offices=offices, reason=reason, until=until, on=on
        )
        if refusals:
            raise Refused(*(objection(code) for code in refusals))
        measure.status_overrides.filter(light=light, ended_on__isnull=True).update(ended_on=on)
        return StatusOverride.objects.create(
            measure=measure, light=light, colour=colour, reason=reason.strip(), set_by=by, on=on, until=until
        )


def withdraw_light(override: StatusOverride, *, by: User, on: date, key: UUID | None = None) -> StatusOverride:
    """The computed light stands alone again.

    Refused: anybody but the person who set it and the office that may better this light; one that has ended.
    Recorded: the deed.
    """
    if override.set_by_id != by.pk and BETTER_BY[LightKind(override.light)] not in offices_of(by, override.measure):
        raise NotAllowed(objection("not_your_light"))
    with deed("light_withdrawn", by=by, subject=override.measure, key=key, details={"light": override.light}):
        override = StatusOverride.objects.select_for_update().get(pk=override.pk)
        if override.ended_on is not None:
            raise Refused(objection("light_has_ended"))
        override.ended_on = on
        override.save(update_fields=["ended_on"])
        return override
