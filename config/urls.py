"""Addresses. A tenant's pages live below /o/<slug>/, so that a link in a mail says which organization it means."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from config.styleguide import cockpit, index
from governance.views.home import home

# The admin's own sign-in form knows no rate limit; the product's does.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", home, name="home"),
    path("accounts/", include("allauth.account.urls")),
    path("o/<slug:slug>/", include("governance.urls")),
    path("staff/", admin.site.urls),
    path("styleguide/", index, name="styleguide"),
    path("styleguide/cockpit/", cockpit, name="styleguide_cockpit"),
]
