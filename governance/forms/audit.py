"""Input for looking at the sealed trail."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.forms.refusal import DeedForm


class VerificationForm(DeedForm):
    """A head hash known from outside, if there is one at hand."""

    head = forms.CharField(
        label=_("Known head"),
        required=False,
        max_length=100,
        help_text=_("From a digest or an archive; without one a cut-off end is compared with the anchors only."),
    )
    field_of = {"head_malformed": "head"}
