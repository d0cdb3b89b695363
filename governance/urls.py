"""Pages of an organization, below /o/<slug>/."""

from __future__ import annotations

from django.urls import path

from governance.views import portfolio, register

app_name = "governance"

urlpatterns = [
    # Where and how much
    path("portfolio/", portfolio.portfolio, name="portfolio"),
    path("portfolio/by/<str:cut>/", portfolio.cut, name="cut"),
    path("portfolio/structure/", portfolio.root_edit, name="root_edit"),
    path("worst/<str:kind>/<int:pk>/", portfolio.worst, name="worst"),
    path("nodes/<str:code>/", portfolio.node, name="node"),
    path("nodes/<str:code>/structure/", portfolio.node_edit, name="node_edit"),
    path("nodes/<str:code>/create/", portfolio.node_create, name="node_create"),
    path("nodes/<str:code>/rename/", portfolio.node_rename, name="node_rename"),
    path("nodes/<str:code>/move/", portfolio.node_move, name="node_move"),
    path("nodes/<str:code>/archive/", portfolio.node_archive, name="node_archive"),
    path("measures/", register.measures, name="measures"),
]
