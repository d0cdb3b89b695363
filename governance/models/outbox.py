"""Mails as rows: what is to be sent to whom, and what became of it."""

from __future__ import annotations

from django.db import models

from governance.choices import MailState
from portfolio.fields import TenantForeignKey
from portfolio.models import TenantModel, User


class OutgoingMail(TenantModel):
    """One mail to one person, written out before any mail server is asked.

    The address is not kept here: it is the person's at the moment of sending. Of each kind, key and person there is
    one, so that work that is done again writes no second mail.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    # Stays the same however often it is sent, so that readers' programs show a doubled mail once.
    message_id = models.CharField(max_length=200)
    at = models.DateTimeField()
    not_before = models.DateTimeField()
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    # A mail server's code and the name of the error; never its words, which hold the address.
    trouble = models.CharField(max_length=120, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "key", "user"], name="outgoing_mail_once"),
        ]
        indexes = [models.Index(fields=["organization", "state", "not_before"], name="outgoing_mail_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} to {self.user_id}"


class MailAttachment(TenantModel):
    """A file that goes with a mail; one with a content id is a picture inside its HTML."""

    mail = TenantForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    content_id = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"{self.name} of {self.mail_id}"
