"""Pages of an organization, below /o/<slug>/."""

from __future__ import annotations

from django.urls import path

from governance.views import gates, my_work, portfolio, register

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
    # Who decides
    path("", my_work.my_work, name="my_work"),
    path("notices/read/", my_work.notices_read, name="notices_read"),
    path("measures/<str:code>/gates/", gates.measure_gates, name="measure_gates"),
    path("measures/<str:code>/gates/submit/", gates.gate_submit, name="gate_submit"),
    path("measures/<str:code>/gates/withdraw/", gates.gate_withdraw, name="gate_withdraw"),
    path("measures/<str:code>/gates/decide/", gates.gate_decide, name="gate_decide"),
]
