"""Pages of an organization, below /o/<slug>/."""

from __future__ import annotations

from django.urls import path

from governance.views import (
    closure,
    divergences,
    effects,
    gates,
    grid,
    measures,
    milestones,
    month_end,
    my_update,
    my_work,
    portfolio,
    ratification,
    register,
    risks,
    takeover,
    timeline,
)

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
    # One measure
    path("nodes/<str:code>/measures/new/", measures.measure_create, name="measure_create"),
    path("measures/<str:code>/", measures.measure, name="measure"),
    path("measures/<str:code>/edit/", measures.measure_edit, name="measure_edit"),
    path("measures/<str:code>/objections/", measures.measure_objections, name="measure_objections"),
    path("measures/<str:code>/offices/body/", measures.measure_body, name="measure_body"),
    path("measures/<str:code>/offices/<str:office>/", measures.measure_office, name="measure_office"),
    path("measures/<str:code>/plan/validate/", measures.plan_validate, name="plan_validate"),
    path("measures/<str:code>/effects/new/", effects.effect_create, name="effect_create"),
    path("measures/<str:code>/effects/<int:pk>/", effects.effect_edit, name="effect_edit"),
    path("measures/<str:code>/effects/<int:pk>/remove/", effects.effect_remove, name="effect_remove"),
    path("measures/<str:code>/effects/<int:pk>/dispute/", effects.dispute_open, name="dispute_open"),
    path("measures/<str:code>/disputes/<int:pk>/answer/", effects.dispute_answer, name="dispute_answer"),
    path("measures/<str:code>/disputes/<int:pk>/close/", effects.dispute_close, name="dispute_close"),
    path("measures/<str:code>/risks/new/", risks.risk_create, name="risk_create"),
    path("measures/<str:code>/risks/<int:pk>/", risks.risk_edit, name="risk_edit"),
    path("measures/<str:code>/waits-for/new/", risks.dependency_create, name="dependency_create"),
    path("measures/<str:code>/waits-for/<int:pk>/remove/", risks.dependency_remove, name="dependency_remove"),
    path("measures/<str:code>/months/", grid.measure_months, name="measure_months"),
    path("measures/<str:code>/forecast/confirm/", grid.forecast_confirm, name="forecast_confirm"),
    path("measures/<str:code>/milestones/", milestones.measure_milestones, name="measure_milestones"),
    path("measures/<str:code>/milestones/new/", milestones.milestone_create, name="milestone_create"),
    path("measures/<str:code>/milestones/confirm/", milestones.milestones_confirm, name="milestones_confirm"),
    path("measures/<str:code>/milestones/<int:pk>/", milestones.milestone_edit, name="milestone_edit"),
    path("measures/<str:code>/milestones/<int:pk>/done/", milestones.milestone_complete, name="milestone_complete"),
    path("measures/<str:code>/milestones/<int:pk>/open/", milestones.milestone_reopen, name="milestone_reopen"),
    path("measures/<str:code>/milestones/<int:pk>/remove/", milestones.milestone_remove, name="milestone_remove"),
    path("measures/<str:code>/milestones/<int:pk>/evidence/", milestones.milestone_evidence, name="milestone_evidence"),
    path("measures/<str:code>/timeline/", timeline.measure_timeline, name="measure_timeline"),
    path("measures/<str:code>/timeline.csv", timeline.measure_timeline_csv, name="measure_timeline_csv"),
    # Once a month
    path("month-end/", month_end.month_end, name="month_end"),
    path("my-update/", my_update.my_update, name="my_update"),
    # Who decides
    path("", my_work.my_work, name="my_work"),
    path("notices/read/", my_work.notices_read, name="notices_read"),
    path("measures/<str:code>/gates/", gates.measure_gates, name="measure_gates"),
    path("measures/<str:code>/gates/submit/", gates.gate_submit, name="gate_submit"),
    path("measures/<str:code>/gates/withdraw/", gates.gate_withdraw, name="gate_withdraw"),
    path("measures/<str:code>/gates/decide/", gates.gate_decide, name="gate_decide"),
    path("measures/<str:code>/closure/", closure.closure, name="closure"),
    path("measures/<str:code>/closure/consent/", closure.closure_consent, name="closure_consent"),
    path("measures/<str:code>/closure/reject/", closure.closure_reject, name="closure_reject"),
    path("measures/<str:code>/closure/certificate/", closure.closure_certificate, name="closure_certificate"),
    path("measures/<str:code>/closure/evidence/<int:pk>/", closure.closure_evidence, name="closure_evidence"),
    path("divergences/", divergences.divergences, name="divergences"),
    path("measures/<str:code>/divergences/<str:divergence>/", divergences.divergence_answer, name="divergence_answer"),
    path("ratification/", ratification.ratification, name="ratification"),
    # Taking over a running program
    path("takeover/", takeover.takeover, name="takeover"),
    path("takeover/apply/", takeover.takeover_apply, name="takeover_apply"),
    path("takeover/template/", takeover.takeover_template, name="takeover_template"),
    path("takeover/<int:pk>/", takeover.takeover_result, name="takeover_result"),
]
