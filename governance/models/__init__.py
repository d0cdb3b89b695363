from .divergence import Divergence, DivergenceChange, StatusOverride
from .gate import GateApproval, GateDecision, GateSubmission, Waiver
from .meeting import AgendaItem, Attendance, Meeting, PreRead, Vote
from .notice import Notice
from .queue import MailRequest, NightlyRun, ReconcileRequest
from .rollup import MeasureStatus, ReconciliationRun, RollUp
from .seal import Seal, SealBlock, SealRequest, Verification, VerificationRequest
from .takeover import ImportBatch, TakeOver, TakeOverGap

__all__ = [
    "AgendaItem",
    "Attendance",
    "Divergence",
    "DivergenceChange",
    "GateApproval",
    "GateDecision",
    "GateSubmission",
    "ImportBatch",
    "MailRequest",
    "MeasureStatus",
    "Meeting",
    "NightlyRun",
    "Notice",
    "PreRead",
    "ReconcileRequest",
    "ReconciliationRun",
    "RollUp",
    "Seal",
    "SealBlock",
    "SealRequest",
    "StatusOverride",
    "TakeOver",
    "TakeOverGap",
    "Vote",
    "Verification",
    "VerificationRequest",
    "Waiver",
]
