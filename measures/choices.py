"""Words of the work: degree of implementation, lifecycle and the colours of a light."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DoI(models.IntegerChoices):
    """Degree of implementation: how far a commitment has come, in fixed order."""

    DEFINED = 0, _("Defined")
    IDENTIFIED = 1, _("Identified")
    DETAILED = 2, _("Detailed")
    DECIDED = 3, _("Decided")
    IMPLEMENTED = 4, _("Implemented")
    CLOSED = 5, _("Closed")


class Lifecycle(models.TextChoices):
    """Whether the commitment is being pursued; a hold never loses the degree of implementation."""

    ACTIVE = "active", _("Active")
    ON_HOLD = "on_hold", _("On hold")
    CANCELLED = "cancelled", _("Cancelled")


class Light(models.TextChoices):
    """Colour of one of the two lights."""

    GREEN = "green", _("Green")
    AMBER = "amber", _("Amber")
    RED = "red", _("Red")
    GREY = "grey", _("Grey")


class LightKind(models.TextChoices):
    """Which of the two independent lights."""

    IMPLEMENTATION = "implementation", _("Implementation")
    POTENTIAL = "potential", _("Potential")
