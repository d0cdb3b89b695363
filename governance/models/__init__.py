from .condition import Condition
from .divergence import Divergence, DivergenceChange, StatusOverride
from .gate import GateApproval, GateDecision, GateSubmission, Waiver
from .notice import Notice
from .proposal import Proposal, ProposalWord
from .queue import MailRequest, NightlyRun, ReconcileRequest
from .rollup import MeasureStatus, ReconciliationRun, RollUp
from .seal import Seal, SealBlock, SealRequest, Verification, VerificationRequest
from .takeover import ImportBatch, TakeOver, TakeOverGap

__all__ = [
    "Condition",
    "Divergence",
    "DivergenceChange",
    "GateApproval",
    "GateDecision",
    "GateSubmission",
    "ImportBatch",
    "MailRequest",
    "MeasureStatus",
    "NightlyRun",
    "Notice",
    "Proposal",
    "ProposalWord",
    "ReconcileRequest",
    "ReconciliationRun",
    "RollUp",
    "Seal",
    "SealBlock",
    "SealRequest",
    "StatusOverride",
    "TakeOver",
    "TakeOverGap",
    "Verification",
    "VerificationRequest",
    "Waiver",
]
