"""Input for a light that a person sets beside the computed one."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.forms.gates import long_text
from governance.forms.refusal import DeedForm
from governance.sentences import SENTENCES
from measures.choices import Light

COLOURS = [choice for choice in Light.choices if choice[0] != Light.GREY]


class LightForm(DeedForm):
    """Which colour the person sees, why, and until when."""

    colour = forms.ChoiceField(label=_("Colour"), choices=COLOURS, widget=forms.RadioSelect)
    reason = long_text(
        _("Reason"),
        help_text=_("What the computed light cannot know. Everybody who sees the measure reads it."),
        error_messages={"required": SENTENCES["reason_missing"]},
    )
    until = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("At most a month from today; then the computed light stands alone again."),
    )
    field_of = {
        "reason_missing": "reason",
        "override_too_long": "until",
        "light_is_so": "colour",
        "light_not_judged": "colour",
        "better_implementation": "colour",
        "better_potential": "colour",
    }

    def __init__(self, *args: Any, computed: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colours = cast(forms.ChoiceField, self.fields["colour"])
        colours.choices = [choice for choice in COLOURS if choice[0] != computed]
