"""The overview of a measure, its description, its offices, effects, disputes, risks."""

from __future__ import annotations

import pytest

from finance.models import Dispute, PlanValidation
from measures.models import Measure
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, decide, saving
from tests.governance.views.desk import address, on_the_day, sign_in
from tests.governance.views.measure_pages import decided, draft, effect_of, send, statements, text_of

__all__ = ["decided", "draft", "on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")

NEW_EFFECT = {"name": "Freight", "nature": "ebitda", "recurrence": "recurring", "hardness": "bottom_line"}


def test_overview_shows_money_and_responsible(cast: Cast, decided: Measure) -> None:
    text = text_of(sign_in(cast.auditor).get(address(cast, "measure", decided.code)))
    assert "€1.2\u00a0m" in text
    assert "€1.1\u00a0m" in text
    assert "\u2212€120.0" in text
    assert "baseline v1" in text
    assert "as named by Fit for Growth" in text


def test_overview_before_decided_commits_nothing(cast: Cast, draft: Measure) -> None:
    text = text_of(sign_in(cast.owner).get(address(cast, "measure", draft.code)))
    assert "not committed before Decided" in text
    assert "Add effect" in text


def test_overview_takes_ten_statements_whatever_hangs_on_it(cast: Cast, decided: Measure) -> None:
    owner = sign_in(cast.owner)
    fuller = cast.measure(name="Fuller")
    for name in ("Freight", "Scrap", "Energy"):
        saving(cast, fuller, E1_PLAN, name=name)
        send(cast, cast.owner, "risk_create", fuller.code, data={"text": name, "probability": 3, "impact": 4})
    few = statements(owner, address(cast, "measure", decide(cast, fuller).code))
    assert few <= 10
    assert statements(owner, address(cast, "measure", decided.code)) == few


def test_overview_of_another_organization_is_not_found(cast: Cast, draft: Measure) -> None:
    assert sign_in(cast.outsider).get(address(cast, "measure", draft.code)).status_code == 404


def test_overview_without_the_right_is_refused(cast: Cast, draft: Measure) -> None:
    assert sign_in(cast.member).get(address(cast, "measure", draft.code)).status_code == 403


def test_unknown_code_is_not_found(cast: Cast) -> None:
    assert sign_in(cast.owner).get(address(cast, "measure", "M-9999")).status_code == 404


def test_objections_come_as_a_part_of_their_own(cast: Cast, draft: Measure) -> None:
    text = text_of(sign_in(cast.owner).get(address(cast, "measure_objections", draft.code)))
    assert "Describe the problem" in text


def test_create_in_a_package(cast: Cast) -> None:
    answer = send(cast, cast.office, "measure_create", cast.package.code, data={"name": "Toll", "owner": cast.owner.pk})
    created = Measure.objects.get(name="Toll")
    assert answer.url == address(cast, "measure", created.code)
    assert created.controller == cast.controller


def test_create_twice_with_one_key_is_one_measure(cast: Cast) -> None:
    data = {"name": "Toll", "owner": cast.owner.pk, "key": "7a4b1a52-9a0e-4d0c-8a39-0e3d5b3a1f11"}
    client = sign_in(cast.office)
    for _ in range(2):
        assert client.post(address(cast, "measure_create", cast.package.code), data).status_code == 302
    assert Measure.objects.filter(name="Toll").count() == 1


def test_create_refused_keeps_what_was_typed(cast: Cast) -> None:
    data = {"name": "Toll", "owner": cast.controller.pk, "likely_potential": "1,23,4"}
    answer = send(cast, cast.office, "measure_create", cast.package.code, data=data)
    assert answer.status_code == 422
    assert "“1,23,4” is no number" in text_of(answer)
    assert 'value="Toll"' in text_of(answer)


def test_create_without_the_right_is_refused(cast: Cast) -> None:
    answer = send(cast, cast.owner, "measure_create", cast.package.code, data={"name": "Toll", "owner": cast.owner.pk})
    assert answer.status_code == 403


def test_edit_describes_and_reads_amounts(cast: Cast, draft: Measure) -> None:
    data = {"name": draft.name, "problem": "One supplier.", "likely_potential": "1,200,000", "version": draft.version}
    assert send(cast, cast.owner, "measure_edit", draft.code, data=data).status_code == 302
    changed = Measure.objects.get(pk=draft.pk)
    assert changed.problem == "One supplier."
    assert changed.likely_potential == 1_200_000


def test_edit_of_a_stale_form_is_a_conflict(cast: Cast, draft: Measure) -> None:
    answer = send(cast, cast.owner, "measure_edit", draft.code, data={"name": "Other", "version": draft.version + 7})
    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile" in text_of(answer)
    assert 'value="Other"' in text_of(answer)


def test_edit_after_the_decision_leaves_what_was_decided(cast: Cast, decided: Measure) -> None:
    data = {"name": "Renamed", "reference_base": "1", "version": decided.version}
    assert send(cast, cast.owner, "measure_edit", decided.code, data=data).status_code == 302
    changed = Measure.objects.get(pk=decided.pk)
    assert (changed.name, changed.reference_base) == ("Renamed", decided.reference_base)


def test_sponsor_changes_the_owner_with_a_reason(cast: Cast, draft: Measure) -> None:
    data = {"to": cast.member.pk, "reason": "Moves to Lyon"}
    assert send(cast, cast.sponsor, "measure_office", draft.code, "owner", data=data).status_code == 302
    assert Measure.objects.get(pk=draft.pk).owner == cast.member


def test_controller_may_not_become_owner(cast: Cast, draft: Measure) -> None:
    data = {"to": cast.controller.pk, "reason": "Moves to Lyon"}
    answer = send(cast, cast.sponsor, "measure_office", draft.code, "owner", data=data)
    assert answer.status_code == 422
    assert "Nobody controls what they own" in text_of(answer)


def test_owner_may_not_change_offices(cast: Cast, draft: Measure) -> None:
    assert (
        send(cast, cast.owner, "measure_office", draft.code, "controller", data={"to": cast.member.pk}).status_code
        == 403
    )


def test_sponsor_names_another_committee(cast: Cast, draft: Measure) -> None:
    data = {"sponsor": cast.sponsor.pk, "committee": "", "version": draft.version}
    assert send(cast, cast.sponsor, "measure_body", draft.code, data=data).status_code == 302
    assert Measure.objects.get(pk=draft.pk).committee is None


def test_controller_validates_the_plan(cast: Cast, draft: Measure) -> None:
    assert send(cast, cast.controller, "plan_validate", draft.code).status_code == 302
    assert PlanValidation.objects.get(measure=draft).on == TODAY


def test_owner_does_not_validate_the_plan(cast: Cast, draft: Measure) -> None:
    assert send(cast, cast.owner, "plan_validate", draft.code).status_code == 403


def test_effect_is_added_changed_and_removed_in_a_draft(cast: Cast, draft: Measure) -> None:
    assert send(cast, cast.owner, "effect_create", draft.code, data=NEW_EFFECT).status_code == 302
    effect = draft.effects.get(name="Freight")
    data = {**NEW_EFFECT, "name": "Inbound freight", "version": effect.version}
    assert send(cast, cast.owner, "effect_edit", draft.code, effect.pk, data=data).status_code == 302
    assert draft.effects.filter(name="Inbound freight").exists()
    assert send(cast, cast.owner, "effect_remove", draft.code, effect.pk).status_code == 302
    assert not draft.effects.filter(pk=effect.pk).exists()


def test_effect_after_the_decision_is_refused_with_a_sentence(cast: Cast, decided: Measure) -> None:
    answer = send(cast, cast.owner, "effect_create", decided.code, data=NEW_EFFECT)
    assert answer.status_code == 422
    assert "is decided" in text_of(answer)


def test_effect_of_another_measure_is_not_found(cast: Cast, draft: Measure) -> None:
    other = saving(cast, cast.measure(name="Other"))
    assert sign_in(cast.owner).get(address(cast, "effect_edit", draft.code, other.pk)).status_code == 404


def test_dispute_is_opened_answered_and_closed(cast: Cast, decided: Measure) -> None:
    effect = effect_of(decided)
    data = {"amount": "12,000.00", "reason": "One-time rebate"}
    assert send(cast, cast.controller, "dispute_open", decided.code, effect.pk, data=data).status_code == 302
    dispute = Dispute.objects.get(effect=effect)
    assert send(cast, cast.owner, "dispute_answer", decided.code, dispute.pk, data={"answer": "No"}).status_code == 302
    assert "No" in text_of(sign_in(cast.owner).get(address(cast, "measure", decided.code)))
    assert (
        send(cast, cast.owner, "dispute_close", decided.code, dispute.pk, data={"outcome": "Fine"}).status_code == 403
    )
    assert (
        send(cast, cast.controller, "dispute_close", decided.code, dispute.pk, data={"outcome": "Fine"}).status_code
        == 302
    )
    assert Dispute.objects.get().closed_on == TODAY


def test_dispute_without_a_reason_is_refused(cast: Cast, decided: Measure) -> None:
    answer = send(cast, cast.controller, "dispute_open", decided.code, effect_of(decided).pk, data={"amount": "5"})
    assert answer.status_code == 422
    assert "Say what is in doubt" in text_of(answer)


def test_risk_is_entered_and_closed(cast: Cast, draft: Measure) -> None:
    data = {"text": "Quality", "probability": 3, "impact": 4}
    assert send(cast, cast.owner, "risk_create", draft.code, data=data).status_code == 302
    risk = draft.risks.get()
    assert risk.score == 12
    data |= {"closed": "on", "version": risk.version}
    assert send(cast, cast.owner, "risk_edit", draft.code, risk.pk, data=data).status_code == 302
    assert draft.risks.get().closed


def test_dependency_is_entered_by_code_and_removed(cast: Cast, draft: Measure) -> None:
    other = cast.measure(name="Other")
    assert send(cast, cast.owner, "dependency_create", draft.code, data={"code": other.code.lower()}).status_code == 302
    assert other.code in text_of(sign_in(cast.owner).get(address(cast, "measure", draft.code)))
    waits = draft.waits_for.get()
    assert send(cast, cast.owner, "dependency_remove", draft.code, waits.pk).status_code == 302
    assert not draft.waits_for.exists()


def test_dependency_on_an_unknown_code_is_refused(cast: Cast, draft: Measure) -> None:
    answer = send(cast, cast.owner, "dependency_create", draft.code, data={"code": "M-77"})
    assert answer.status_code == 422
    assert "You see no measure with this code" in text_of(answer)


def test_a_hold_is_said_once_in_the_head(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, E1_PLAN)
    measure = decide(cast, measure, lifecycle="on_hold")
    html = sign_in(cast.owner).get(address(cast, "measure_milestones", measure.code)).content.decode()
    assert html.count('<span class="tag warn">On hold</span>') == 1
