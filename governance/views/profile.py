"""A person's own choices, the same in every organization."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from governance.forms.profile import ProfileForm


@login_required
def profile(request: Any) -> HttpResponse:
    """Language and theme of the signed-in person, at once and from then on."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        with translation.override(request.user.language):
            messages.success(request, _("Your choices were saved."))
        return redirect("profile")
    return render(request, "governance/profile.html", {"form": form}, status=422 if form.errors else 200)
