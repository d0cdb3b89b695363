"""Input for answering divergences and ratifying take-overs."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.forms.gates import long_text
from governance.forms.refusal import DeedForm
from governance.sentences import SENTENCES

SILENT = {"required": SENTENCES["reason_missing"]}


class AnswerForm(DeedForm):
    """Why the divergence may stand, and until when."""

    reason = long_text(
        _("Reason"), help_text=_("Why it may stand for now, and what is being done."), error_messages=SILENT
    )
    until = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("At most a month from today; then it opens again if it still holds."),
    )
    field_of = {"reason_missing": "reason", "answer_too_long": "until"}


class RatifyForm(DeedForm):
    """The reason for which the committee stands behind what was taken over."""

    reason = long_text(_("Reason"), help_text=_("It is recorded with every measure chosen."), error_messages=SILENT)
    field_of = {"reason_missing": "reason"}
