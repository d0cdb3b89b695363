"""Master data that effects and cuts refer to."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import GovernedModel, TenantModel, governed_history, sort_key


class MasterDatum(GovernedModel):
    """A named entry with a code, unique in its tenant."""

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    sort_key = models.CharField(max_length=200, editable=False, default="")
    archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="%(class)s_code")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = sort_key(self.name)
        super().save(*args, **kwargs)


class LegalEntity(MasterDatum):
    history = governed_history()


class BusinessUnit(MasterDatum):
    history = governed_history()


class Function(MasterDatum):
    history = governed_history()


class CostCentre(MasterDatum):
    history = governed_history()


class GLAccount(MasterDatum):
    history = governed_history()


class PnlLine(MasterDatum):
    history = governed_history()


class Holiday(TenantModel):
    """A day that is no working day of the organization."""

    day = models.DateField()
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "day"], name="holiday_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
