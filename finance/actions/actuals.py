"""Actuals: claimed by the owner, validated by the controller, only ever added.

The actual of a month is the sum of its validated and ledger entries. A closed month that holds such an amount
stays as it is: what is found later is booked in the first open month and names the month it corrects (domain §7).
A closed month without one may still be claimed and proven, for a late proof corrects nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.actions.amounts import amount_objections
from finance.actions.effects import lock_effect
from finance.actions.plans import require_controller
from finance.choices import EvidenceTier
from finance.models import ActualEntry, Effect, FiscalPeriod
from finance.queries.entries import MonthEntries, month_entries
from finance.rules.periods import period_name
from measures.actions.measures import lock_measures
from measures.choices import Lifecycle
from measures.models import Measure
from measures.queries import require_on_measure
from portfolio.access import is_active_member
from portfolio.choices import Office, Right
from portfolio.deeds import deed
from portfolio.errors import NotAllowed, Objection, Refused
from portfolio.models import StoredFile, User


def claim_actual(
    effect: Effect, ordinal: int, amount: Decimal, *, by: User, on: date, source: str = ""
) -> ActualEntry | None:
    """The month is claimed at `amount` in all; the difference to what was claimed is booked as CLAIMED.

    It counts in no ratio until the controller validates it. Nothing is booked, and None returned, when the claim
    stands already. Refused: without the right, a month that has not begun, an amount that cannot be stored, a
    cancelled measure. Recorded: deed and entry.
    """
    require_on_measure(by, Right.CLAIM_ACTUAL, effect.measure)
    with deed("actual_claimed", by=by, subject=effect.measure, details=_details(effect, ordinal)):
        measure, effect = lock_effect(effect)
        period = _open_to_booking(measure, ordinal, amount, on)
        month = month_entries([effect.pk], period).get(effect.pk, MonthEntries())
        if month.claims and amount == month.claimed:
            return None
        entry = _entry(effect, period, month, amount - month.claimed, EvidenceTier.CLAIMED, by, on)
        entry.source = source
        entry.save()
        return entry


def _details(effect: Effect, ordinal: int) -> dict[str, object]:
    return {"effect": effect.pk, "month": period_name(ordinal)}


def _open_to_booking(measure: Measure, ordinal: int, amount: Decimal, on: date, *more: Objection) -> FiscalPeriod:
    period = FiscalPeriod.objects.filter(ordinal=ordinal).first()
    objections = [*more, *amount_objections({ordinal: amount})]
    if measure.lifecycle == Lifecycle.CANCELLED:
        objections.append(Objection("measure_cancelled", _("“%(code)s” is cancelled."), {"code": measure.code}))
    if period is None or period.starts_on > on:
        objections.append(Objection("month_not_begun", _("%(month)s has not begun."), {"month": period_name(ordinal)}))
    if objections or period is None:
        raise Refused(*objections)
    return period


def _entry(
    effect: Effect, period: FiscalPeriod, month: MonthEntries, amount: Decimal, tier: EvidenceTier, by: User, on: date
) -> ActualEntry:
    late = period.closes_on <= on and bool(month.proofs)
    return ActualEntry(
        effect=effect,
        period=_first_open(on) if late else period,
        corrects=period if late else None,
        amount=amount,
        tier=tier,
        entered_by=by,
        at=timezone.now(),
    )


def _first_open(on: date) -> FiscalPeriod:
    """The month that is being closed: the earliest one not closed yet."""
    return FiscalPeriod.objects.filter(closes_on__gt=on).earliest("ordinal")


def record_validated(
    effect: Effect,
    ordinal: int,
    amount: Decimal,
    *,
    by: User,
    on: date,
    source: str,
    file: StoredFile | None = None,
) -> ActualEntry | None:
    """The controller says what the month was worth in all; the difference to what was validated is booked.

    A pending claim counts as validated by it, at whatever amount, and lends its source when none is given. Nothing
    is booked, and None returned, when the month stands already at this amount. Refused: anybody but the measure's
    controller, a month that has not begun, no source, an amount that cannot be stored. Recorded: deed and entry.
    """
    require_controller(by, effect.measure)
    with deed("actual_validated", by=by, subject=effect.measure, details=_details(effect, ordinal)):
        measure, effect = lock_effect(effect)
        month = month_entries([effect.pk], FiscalPeriod.objects.get(ordinal=ordinal)).get(effect.pk, MonthEntries())
        claim = month.pending_claim
        source = source.strip() or (claim.source if claim is not None else "")
        period = _open_to_booking(measure, ordinal, amount, on, *_source_objections(source))
        if month.proofs and claim is None and amount == month.proven:
            return None
        entry = _entry(effect, period, month, amount - month.proven, EvidenceTier.VALIDATED, by, on)
        entry.validates, entry.source, entry.file = claim, source, file
        entry.save()
        return entry


def _source_objections(source: str) -> list[Objection]:
    if source:
        return []
    return [Objection("source_missing", _("Name the source: document, account or report."))]


def validate_claims(
    measures: Iterable[Measure], ordinal: int, *, by: User, on: date, effects: Iterable[Effect] | None = None
) -> list[ActualEntry]:
    """Every pending claim of the month on these measures is validated as claimed; returns the entries booked.

    With `effects`, the claims on these effects only.
    Claims the controller has already validated, at whatever amount, stay as they are. Refused, all of it: a measure
    with another controller, a month that has not begun. Recorded: one deed, one entry per effect.
    """
    chosen = list(measures)
    with deed("claims_validated", by=by, details={"measures": [m.pk for m in chosen], "month": period_name(ordinal)}):
        held = lock_measures(chosen)
        _require_controller_of_all(held, by)
        period = FiscalPeriod.objects.filter(ordinal=ordinal, starts_on__lte=on).first()
        if period is None:
            raise Refused(Objection("month_not_begun", _("%(month)s has not begun."), {"month": period_name(ordinal)}))
        chosen_effects = Effect.objects.filter(measure__in=[m for m in held if m.lifecycle != Lifecycle.CANCELLED])
        if effects is not None:
            chosen_effects = chosen_effects.filter(pk__in=[effect.pk for effect in effects])
        return _validate_all(chosen_effects, period, by=by, on=on)


def _require_controller_of_all(measures: list[Measure], by: User) -> None:
    foreign = [measure.code for measure in measures if measure.controller_id != by.pk]
    if foreign or not is_active_member(by):
        raise NotAllowed(
            Objection(
                "not_the_controller",
                _("Only the controller of “%(code)s” does this."),
                {"code": ", ".join(foreign)},
                (Office.CONTROLLER,),
            )
        )


def _validate_all(chosen: QuerySet[Effect, Effect], period: FiscalPeriod, *, by: User, on: date) -> list[ActualEntry]:
    effects = {effect.pk: effect for effect in chosen.order_by("pk")}
    entries = []
    for effect_id, month in month_entries(effects, period).items():
        claim = month.pending_claim
        if claim is None:
            continue
        rest = month.claimed - month.proven
        entry = _entry(effects[effect_id], period, month, rest, EvidenceTier.VALIDATED, by, on)
        entry.validates, entry.source = claim, claim.source
        entries.append(entry)
    return ActualEntry.objects.bulk_create(entries)
