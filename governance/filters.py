"""The measure register's filters: query string to validated conditions."""

from __future__ import annotations

from decimal import Decimal
from math import ceil, floor
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from finance.choices import Basis
from governance.choices import DivergenceState, Severity
from governance.sentences import DEEDS, deed_sentence
from measures.choices import DoI, Lifecycle, Light
from portfolio.models import NodeClosure, User

DIVERGENCES = [(code, code) for code in ("D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D12", "D13")]


class MeasureFilter(django_filters.FilterSet):
    """Conditions on measures that carry their current status (`with_status`)."""

    q = django_filters.CharFilter(method="search", label=_("Search"))
    stage = django_filters.MultipleChoiceFilter(choices=DoI.choices, label=_("DoI"))
    lifecycle = django_filters.MultipleChoiceFilter(choices=Lifecycle.choices, label=_("Lifecycle"))
    implementation = django_filters.MultipleChoiceFilter(
        field_name="implementation_status", choices=Light.choices, label=_("Implementation")
    )
    potential = django_filters.MultipleChoiceFilter(
        field_name="potential_status", choices=Light.choices, label=_("Potential")
    )
    basis = django_filters.MultipleChoiceFilter(choices=Basis.choices, label=_("Basis"))
    divergence = django_filters.ChoiceFilter(method="with_divergence", choices=DIVERGENCES, label=_("Divergence"))
    owner = django_filters.CharFilter(method="by_owner", label=_("Owner"))
    controller = django_filters.CharFilter(method="by_controller", label=_("Controller"))
    node = django_filters.CharFilter(method="below_node", label=_("Node"))
    batch = django_filters.NumberFilter(field_name="take_overs__batch_id", label=_("Take-over"))
    committed_from = django_filters.NumberFilter(method="committed_at_least", label=_("Committed from"))
    committed_to = django_filters.NumberFilter(method="committed_at_most", label=_("Committed to"))

    def search(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(code__icontains=value) | Q(name__icontains=value))

    def by_owner(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(owner__name__icontains=value) | Q(owner__email__iexact=value))

    def by_controller(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(controller__name__icontains=value) | Q(controller__email__iexact=value))

    def committed_at_least(self, queryset: QuerySet[Any], _name: str, value: Decimal) -> QuerySet[Any]:
        return queryset.filter(committed_cents__gte=ceil(value * 100))

    def committed_at_most(self, queryset: QuerySet[Any], _name: str, value: Decimal) -> QuerySet[Any]:
        return queryset.filter(committed_cents__lte=floor(value * 100))

    def with_divergence(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(divergences__code=value, divergences__state=DivergenceState.OPEN)

    def below_node(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        below = NodeClosure.objects.filter(ancestor__code=value).values("descendant_id")
        return queryset.filter(package__node_id__in=below)


def deed_kinds() -> list[tuple[str, str]]:
    """Every kind of deed in words, by the alphabet."""
    return sorted(((kind, deed_sentence(kind)) for kind in DEEDS), key=lambda choice: choice[1].casefold())


class DeedFilter(django_filters.FilterSet):
    """Conditions on the log of deeds; days are those of the server's clock, UTC."""

    person = django_filters.CharFilter(method="by_person", label=_("Person"))
    kind = django_filters.ChoiceFilter(choices=deed_kinds, label=_("Deed"))
    since = django_filters.DateFilter(
        field_name="at", lookup_expr="date__gte", label=_("From"), widget=forms.DateInput(attrs={"type": "date"})
    )
    until = django_filters.DateFilter(
        field_name="at", lookup_expr="date__lte", label=_("Until"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def by_person(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Who acted, or on whose behalf."""
        people = User.objects.filter(Q(name__icontains=value) | Q(email__iexact=value)).values("pk")
        return queryset.filter(Q(actor_id__in=people) | Q(on_behalf_of_id__in=people))


class DivergenceFilter(django_filters.FilterSet):
    """Conditions on divergences; without a state chosen the open ones are shown."""

    code = django_filters.MultipleChoiceFilter(choices=DIVERGENCES, label=_("Code"))
    severity = django_filters.MultipleChoiceFilter(choices=Severity.choices, label=_("Severity"))
    state = django_filters.MultipleChoiceFilter(choices=DivergenceState.choices, label=_("State"))
    measure = django_filters.CharFilter(field_name="measure__code", lookup_expr="iexact", label=_("Measure"))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found: QuerySet[Any] = super().filter_queryset(queryset)
        if self.form.cleaned_data.get("state"):
            return found
        return found.filter(state=DivergenceState.OPEN)
