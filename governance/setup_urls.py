"""Addresses of the set-up. Those of one organization carry its slug, and its door is that of all its pages."""

from __future__ import annotations

from django.urls import path

from governance.views.setup import blueprints, clients, sections

app_name = "setup"

urlpatterns = [
    path("", clients.clients, name="clients"),
    path("new/", clients.client_found, name="client_found"),
    path("clients/<slug:slug>/", clients.client, name="client"),
    path("clients/<slug:slug>/hand-over/", clients.client_hand_over, name="hand_over"),
    path("clients/<slug:slug>/published/", sections.published, name="published"),
    path("clients/<slug:slug>/blueprint/", blueprints.blueprint, name="blueprint"),
    path("clients/<slug:slug>/blueprint/apply/", blueprints.blueprint_apply, name="blueprint_apply"),
    path("clients/<slug:slug>/blueprint/export/", blueprints.blueprint_export, name="blueprint_export"),
    path("clients/<slug:slug>/labels/", sections.labels, name="labels"),
    path("clients/<slug:slug>/numbers/", sections.numbers, name="numbers"),
    path("clients/<slug:slug>/gates/", sections.gates, name="gates"),
    path("clients/<slug:slug>/money/", sections.money, name="money"),
    path("clients/<slug:slug>/categories/", sections.categories, name="categories"),
    path("clients/<slug:slug>/committees/", sections.committees, name="committees"),
    path("clients/<slug:slug>/digests/", sections.digests, name="digests"),
]
