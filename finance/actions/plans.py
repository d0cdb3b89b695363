"""The plan: written by the owner before the decision, validated by the controller."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.actions.amounts import Cells, amount_objections, changed_cells, write_cells
from finance.actions.effects import lock_effect, save_effect
from finance.models import Effect, ForecastAmount, PlanAmount, PlanValidation
from finance.queries.amounts import forecast_amounts, plan_amounts
from finance.queries.plans import plan_sha256
from measures.actions.measures import lock_measure
from measures.errors import decided_objections, ended_objections
from measures.models import Measure
from measures.queries import offices_of, require_on_measure
from portfolio.access import require
from portfolio.choices import Office, Right
from portfolio.deeds import deed
from portfolio.errors import NotAllowed, Objection, Refused
from portfolio.models import User


def set_plan(effect: Effect, amounts: Cells, *, by: User, expected_version: int | None = None) -> Effect:
    """The given months of the plan hold these amounts (None: no amount); months not given stay as they are.

    The forecast starts as a copy of the plan (domain §4) and follows it as long as it says nothing else. Refused:
    without the right, from Decided on, a stale form, amounts that cannot be stored. Fiscal years the plan reaches
    into are opened. Recorded: deed, version of the effect, and each changed amount (by the database).
    """
    require_on_measure(by, Right.EDIT_PLAN, effect.measure)
    with deed("plan_set", by=by, subject=effect.measure, details={"effect": effect.pk}):
        measure, effect = lock_effect(effect, expected_version)
        objections = [*ended_objections(measure), *decided_objections(measure), *amount_objections(amounts)]
        if objections:
            raise Refused(*objections)
        plan = plan_amounts([effect.pk]).get(effect.pk, {})
        forecast = forecast_amounts([effect.pk]).get(effect.pk, {})
        cells = changed_cells(plan, amounts)
        write_cells(PlanAmount, effect, cells)
        if _follows(forecast, plan):
            write_cells(ForecastAmount, effect, _copied(forecast, {**plan, **cells}))
        return save_effect(effect, {}) if cells else effect


def _follows(forecast: Mapping[int, Decimal], plan: Mapping[int, Decimal]) -> bool:
    """Whether nobody has said anything but the plan: no forecast yet, or one that equals it."""
    return not forecast or {m: a for m, a in forecast.items() if a} == {m: a for m, a in plan.items() if a}


def _copied(forecast: Mapping[int, Decimal], plan: Cells) -> Cells:
    return changed_cells(forecast, {**dict.fromkeys(forecast), **plan})


def validate_plan(
    measure: Measure, *, by: User, on: date, second_reviewer: bool = False, note: str = ""
) -> PlanValidation:
    """The controller (or a second reviewer) stands behind the plan as it is; a changed plan needs a new validation.

    Refused: anybody but the measure's controller; as second reviewer its owner, sponsor or controller, or somebody
    without the right to validate there; a measure without a plan, closed or cancelled. Recorded: deed, and the
    validation bound to the plan by hash.
    """
    _require_validator(by, measure, second_reviewer=second_reviewer)
    with deed("plan_validated", by=by, subject=measure, reason=note):
        measure = lock_measure(measure)
        _refuse_validation(measure, by, second_reviewer=second_reviewer)
        return PlanValidation.objects.create(
            measure=measure,
            validated_by=by,
            second_reviewer=second_reviewer,
            on=on,
            sha256=plan_sha256(measure),
            note=note,
            at=timezone.now(),
        )


def _require_validator(by: User, measure: Measure, *, second_reviewer: bool) -> None:
    if second_reviewer:
        require_on_measure(by, Right.VIEW, measure)
        require(by, Right.VALIDATE, measure.access_node_id)
    else:
        require_controller(by, measure)


def require_controller(by: User, measure: Measure) -> None:
    """Raises `NotAllowed` unless the person is this measure's controller; a granted right makes nobody that."""
    if Office.CONTROLLER not in offices_of(by, measure):
        raise NotAllowed(
            Objection(
                "not_the_controller",
                _("Only the controller of “%(code)s” does this."),
                {"code": measure.code},
                (Office.CONTROLLER,),
            )
        )


def _refuse_validation(measure: Measure, by: User, *, second_reviewer: bool) -> None:
    objections = ended_objections(measure)
    if second_reviewer and by.pk in (measure.owner_id, measure.controller_id, measure.sponsor_id):
        objections.append(
            Objection("reviewer_involved", _("The second reviewer is neither owner, sponsor nor controller."))
        )
    if not PlanAmount.objects.filter(effect__measure=measure).exclude(amount=0).exists():
        objections.append(Objection("plan_missing", _("There is no plan to validate."), cleared_by=(Office.OWNER,)))
    if objections:
        raise Refused(*objections)
