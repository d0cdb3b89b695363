"""Looking again at what changed finds what looking at everything finds; work and money never touch each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from finance.models import ActualEntry, Dispute, Effect, ForecastAmount, ForecastUpkeep
from governance.actions.reconciliation import reconcile
from governance.models import Divergence, MeasureStatus, ReconcileRequest, RollUp
from measures.models import Measure, Milestone
from portfolio.actions.structure import archive_node, insert_node, move_node
from tests.cast import Cast
from tests.governance.reconciliation.world import World, WorldSpec, build, worlds

ON = date(2026, 10, 15)
open_stages = st.sampled_from([0, 1, 2, 3, 3, 3, 4])
in_one_cast = settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
Mutation = Callable[[World, Measure, Decimal], None]


def later_milestones(world: World, measure: Measure, size: Decimal) -> None:
    Milestone.objects.filter(measure=measure).update(forecast_on=date(2027, 3, 1))


def done_milestones(world: World, measure: Measure, size: Decimal) -> None:
    Milestone.objects.filter(measure=measure).update(actual_on=date(2026, 9, 1))


def kept_milestones(world: World, measure: Measure, size: Decimal) -> None:
    Measure.objects.filter(pk=measure.pk).update(milestones_kept_on=ON)


def other_forecast(world: World, measure: Measure, size: Decimal) -> None:
    ForecastAmount.objects.filter(effect__measure=measure).update(amount=size)


def kept_forecast(world: World, measure: Measure, size: Decimal) -> None:
    ForecastUpkeep.objects.update_or_create(measure=measure, defaults={"confirmed_on": ON})


def booked(world: World, measure: Measure, size: Decimal) -> None:
    for effect in Effect.objects.filter(measure=measure):
        entry = {"amount": size, "tier": "validated", "entered_by": world.cast.controller, "at": "2026-10-14T12:00Z"}
        ActualEntry.objects.create(effect=effect, period_id=world.periods[2026 * 12 + 8], **entry)


def disputed(world: World, measure: Measure, size: Decimal) -> None:
    effect = Effect.objects.filter(measure=measure).first()
    if effect:
        about = {"amount": size, "reason": "Really?", "opened_by": world.cast.controller, "opened_on": ON}
        Dispute.objects.create(effect=effect, measure=measure, **about)


def other_unit(world: World, measure: Measure, size: Decimal) -> None:
    Measure.objects.filter(pk=measure.pk).update(business_unit=world.units[0], controller=None)


def moved_package(world: World, measure: Measure, size: Decimal) -> None:
    node = Measure.objects.get(pk=measure.pk).package.node
    project = node.parent
    assert project is not None
    assert project.parent is not None
    move_node(node, to=insert_node(project.parent, name="Elsewhere"), by=world.cast.office)


def archived_package(world: World, measure: Measure, size: Decimal) -> None:
    archive_node(Measure.objects.get(pk=measure.pk).package.node, by=world.cast.office)


def one_more(world: World, measure: Measure, size: Decimal) -> None:
    world.cast.measure()


OF_WORK: list[Mutation] = [later_milestones, done_milestones, kept_milestones]
OF_MONEY: list[Mutation] = [other_forecast, kept_forecast, booked, disputed]
OF_PLACE: list[Mutation] = [other_unit, moved_package, archived_package, one_more]


def mutations(kinds: list[Mutation]) -> st.SearchStrategy[list[tuple[Mutation, int, Decimal]]]:
    sizes = st.sampled_from([Decimal(0), Decimal(40_000), Decimal("99999.9950"), Decimal(-5_000)])
    return st.lists(st.tuples(st.sampled_from(kinds), st.integers(0, 9), sizes), min_size=1, max_size=4)


def mutate(world: World, drawn: list[tuple[Mutation, int, Decimal]]) -> None:
    for mutation, which, size in drawn:
        mutation(world, world.measures[which % len(world.measures)], size)


def current() -> dict[str, list[Any]]:
    """Every row that holds now, without when it began to hold."""
    beside = {"id", "valid_from", "valid_to", "on"}
    rows: dict[str, list[Any]] = {}
    for model in (MeasureStatus, RollUp):
        names = [field.attname for field in model._meta.local_concrete_fields if field.name not in beside]
        rows[model.__name__] = sorted(map(str, model.objects.filter(valid_to__isnull=True).values_list(*names)))
    rows["Divergence"] = sorted(Divergence.objects.values_list("measure_id", "code", "state", "count"))
    rows["Measure"] = sorted(
        map(str, Measure.objects.values_list("pk", "implementation_reasons", "potential_reasons", "potential_hollow"))
    )
    return rows


def requested() -> set[int]:
    """The measures that the database itself has noted as changed."""
    return set(ReconcileRequest.objects.filter(measure_id__isnull=False).values_list("measure_id", flat=True))


@in_one_cast
@given(spec=worlds(open_stages), drawn=mutations(OF_WORK + OF_MONEY + OF_PLACE))
def test_incremental_equals_full_row_for_row(
    cast: Cast, spec: WorldSpec, drawn: list[tuple[Mutation, int, Decimal]]
) -> None:
    with transaction.atomic():
        world = build(cast, spec)
        reconcile(cast.organization.pk, on=ON)
        ReconcileRequest.objects.all().delete()
        mutate(world, drawn)
        reconcile(cast.organization.pk, on=ON, measure_ids=requested())
        incremental = current()
        reconcile(cast.organization.pk, on=ON)
        assert current() == incremental
        transaction.set_rollback(True)


def lights(name: str) -> dict[int, Any]:
    fields = (f"{name}_status", f"{name}_reasons")
    return {pk: rest for pk, *rest in Measure.objects.values_list("pk", *fields)}


def unmoved_by(cast: Cast, spec: WorldSpec, drawn: list[tuple[Mutation, int, Decimal]], *, light: str) -> None:
    with transaction.atomic():
        world = build(cast, spec)
        reconcile(cast.organization.pk, on=ON)
        before = lights(light)
        mutate(world, drawn)
        reconcile(cast.organization.pk, on=ON)
        assert lights(light) == before
        transaction.set_rollback(True)


@in_one_cast
@given(spec=worlds(open_stages, most=2), drawn=mutations(OF_WORK))
def test_no_change_of_milestones_moves_the_potential(
    cast: Cast, spec: WorldSpec, drawn: list[tuple[Mutation, int, Decimal]]
) -> None:
    unmoved_by(cast, spec, drawn, light="potential")


@in_one_cast
@given(spec=worlds(open_stages, most=2), drawn=mutations(OF_MONEY))
def test_no_change_of_amounts_moves_the_implementation(
    cast: Cast, spec: WorldSpec, drawn: list[tuple[Mutation, int, Decimal]]
) -> None:
    unmoved_by(cast, spec, drawn, light="implementation")
