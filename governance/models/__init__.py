from .condition import Condition
from .digest import CommitteeDigest, DigestIssue
from .divergence import Divergence, DivergenceChange, StatusOverride
from .gate import GateApproval, GateDecision, GateSubmission, Waiver
from .notice import Notice, Subscription
from .outbox import MailAttachment, OutgoingMail
from .proposal import Proposal, ProposalWord
from .queue import MailRequest, NightlyRun, OutboxEntry, ReconcileRequest, UntoldFact
from .rollup import MeasureStatus, ReconciliationRun, RollUp
from .seal import Seal, SealBlock, SealRequest, Verification, VerificationRequest
from .takeover import ImportBatch, TakeOver, TakeOverGap

__all__ = [
    "Condition",
    "CommitteeDigest",
    "DigestIssue",
    "Divergence",
    "DivergenceChange",
    "GateApproval",
    "GateDecision",
    "GateSubmission",
    "ImportBatch",
    "MailAttachment",
    "MailRequest",
    "MeasureStatus",
    "NightlyRun",
    "Notice",
    "Proposal",
    "ProposalWord",
    "OutboxEntry",
    "OutgoingMail",
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
    "Verification",
    "VerificationRequest",
    "UntoldFact",
    "Waiver",
]
