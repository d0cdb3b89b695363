from .digest import CommitteeDigest, DigestIssue
from .divergence import Divergence, DivergenceChange, StatusOverride
from .gate import GateApproval, GateDecision, GateSubmission, Waiver
from .notice import Notice, Subscription
from .outbox import MailAttachment, OutgoingMail
from .queue import MailRequest, NightlyRun, OutboxEntry, ReconcileRequest, UntoldFact
from .rollup import MeasureStatus, ReconciliationRun, RollUp
from .takeover import ImportBatch, TakeOver, TakeOverGap

__all__ = [
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
    "OutboxEntry",
    "OutgoingMail",
    "ReconcileRequest",
    "ReconciliationRun",
    "RollUp",
    "StatusOverride",
    "Subscription",
    "TakeOver",
    "TakeOverGap",
    "UntoldFact",
    "Waiver",
]
