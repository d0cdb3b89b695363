"""Addresses. A tenant's pages live below /o/<slug>/, so that a link in a mail says which organization it means."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import Http404
from django.urls import include, path
from django.views.defaults import page_not_found

from config.styleguide import cockpit, index
from governance.views.home import home
from governance.views.profile import profile

# The admin's own sign-in form knows no rate limit; the product's does.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# Addresses decide who signs in as whom, across all organizations, and groups are no roles: neither is for staff.
admin.site.unregister([EmailAddress, Group])

urlpatterns = [
    path("", home, name="home"),
    path("profile/", profile, name="profile"),
    # An address is who a person is: an import finds people by it. Nobody gives it to oneself.
    path("accounts/email/", page_not_found, {"exception": Http404()}),
    path("accounts/", include("allauth.account.urls")),
    path("o/<slug:slug>/", include("governance.urls")),
    path("staff/", admin.site.urls),
    path("styleguide/", index, name="styleguide"),
    path("styleguide/cockpit/", cockpit, name="styleguide_cockpit"),
]

handler500 = "config.outage.failure"
