from .blueprint import Blueprint, ConsultantRead, PublishedFigures
from .divergence import Divergence, DivergenceChange, StatusOverride
from .gate import GateApproval, GateDecision, GateSubmission, Waiver
from .invitation import Invitation
from .notice import Notice
from .queue import MailRequest, NightlyRun, ReconcileRequest
from .rollup import MeasureStatus, ReconciliationRun, RollUp
from .takeover import ImportBatch, TakeOver, TakeOverGap

__all__ = [
    "Blueprint",
    "ConsultantRead",
    "Divergence",
    "DivergenceChange",
    "GateApproval",
    "GateDecision",
    "GateSubmission",
    "ImportBatch",
    "Invitation",
    "MailRequest",
    "MeasureStatus",
    "NightlyRun",
    "Notice",
    "PublishedFigures",
    "ReconcileRequest",
    "ReconciliationRun",
    "RollUp",
    "StatusOverride",
    "TakeOver",
    "TakeOverGap",
    "Waiver",
]
