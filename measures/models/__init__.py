from .measure import Measure
from .milestone import Dependency, Milestone, Risk
from .package import MeasurePackage
from .status_change import RoleHolding, StatusChange

__all__ = ["Dependency", "Measure", "MeasurePackage", "Milestone", "Risk", "RoleHolding", "StatusChange"]
