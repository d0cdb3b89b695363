"""The product's addresses and the floor page: signed in, in a tenant, base template, no data."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path

from governance.views.page import page


@page
def floor(request: Any) -> HttpResponse:
    return render(request, "base.html")


urlpatterns = [path("o/<slug:slug>/floor/", floor), path("", include("config.urls"))]
