from .blueprint import Blueprint, ConsultantRead, PublishedFigures
from .condition import Condition
from .digest import CommitteeDigest, DigestIssue
from .divergence import Divergence, DivergenceChange, StatusOverride
from .gate import GateApproval, GateDecision, GateSubmission, Waiver
from .invitation import Invitation
from .meeting import AgendaItem, Attendance, Meeting, PreRead, Vote
from .notice import Notice, Subscription
from .outbox import MailAttachment, OutgoingMail
from .proposal import Proposal, ProposalWord
from .queue import MailRequest, NightlyRun, OutboxEntry, ReconcileRequest, UntoldFact
from .rollup import MeasureStatus, ReconciliationRun, RollUp
from .seal import Seal, SealBlock, SealRequest, Verification, VerificationRequest
from .takeover import ImportBatch, TakeOver, TakeOverGap

__all__ = [
    "AgendaItem",
    "Attendance",
    "Blueprint",
    "CommitteeDigest",
    "Condition",
    "ConsultantRead",
    "DigestIssue",
    "Divergence",
    "DivergenceChange",
    "GateApproval",
    "GateDecision",
    "GateSubmission",
    "ImportBatch",
    "Invitation",
    "MailAttachment",
    "MailRequest",
    "MeasureStatus",
    "Meeting",
    "NightlyRun",
    "Notice",
    "OutboxEntry",
    "OutgoingMail",
    "PreRead",
    "Proposal",
    "ProposalWord",
    "PublishedFigures",
    "ReconcileRequest",
    "ReconciliationRun",
    "RollUp",
    "Seal",
    "SealBlock",
    "SealRequest",
    "StatusOverride",
    "Subscription",
    "TakeOver",
    "TakeOverGap",
    "UntoldFact",
    "Verification",
    "VerificationRequest",
    "Vote",
    "Waiver",
]
