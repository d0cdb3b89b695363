"""Addresses. A tenant's pages live below /o/<slug>/, so that a link in a mail says which organization it means."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("staff/", admin.site.urls),
]
