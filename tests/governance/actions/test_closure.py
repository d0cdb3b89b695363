from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from finance.actions.confirmations import ConfirmationTerms
from finance.actions.disputes import close_dispute, open_dispute
from finance.choices import ClosureOutcome, ConfirmationMethod, Hardness, LeakageReason
from finance.models import ClosureConfirmation
from governance.actions.closure import confirm_and_close, consent_to_closure, reject_closure
from governance.choices import DecisionKind, DivergenceState, Severity
from governance.models import Divergence
from governance.queries.closure import closure_case
from measures.actions.measures import change_controller, change_owner, edit_measure
from measures.choices import DoI
from measures.models import Measure
from portfolio.actions.members import write_grant
from portfolio.errors import Conflict, NotAllowed, Refused, Replayed
from tests.cast import TODAY
from tests.governance.steps import measure_at, put, stored_file

CONFIRM = ConfirmationTerms(
    outcome=ClosureOutcome.CONFIRM, run_rate=Decimal(480_000), statement="Checked against the ledger."
)
SHORT = replace(
    CONFIRM,
    outcome=ClosureOutcome.CONFIRM_WITH_SHORTFALL,
    run_rate=Decimal(240_000),
    leakages=((LeakageReason.SPECIFICATION, Decimal(240_000), "Another resin was specified."),),
)


def submitted_closure(cast, **fields) -> Measure:
    measure = measure_at(cast, DoI.IMPLEMENTED, **fields)
    put(cast, measure)
    return measure


def close(cast, measure, terms=CONFIRM, *, by=None, age=timedelta(minutes=1), evidence=None, **fields):
    by = by or cast.controller
    files = [stored_file(cast, "ledger")] if evidence is None else evidence
    with cast.acting(by):
        return confirm_and_close(
            measure,
            by=by,
            on=TODAY,
            terms=terms,
            evidence=files,
            reauthenticated_at=timezone.now() - age,
            **fields,
        )


def open_divergence(measure, code):
    return Divergence.objects.create(measure=measure, code=code, severity=Severity.HIGH, opened_on=TODAY)


def test_the_controller_confirms_and_the_measure_is_closed(cast):
    measure = submitted_closure(cast)
    outcome = close(cast, measure)
    measure = Measure.objects.get(pk=measure.pk)
    confirmation = ClosureConfirmation.objects.get(measure=measure)
    assert measure.stage == DoI.CLOSED
    assert (confirmation.confirmed_by, confirmation.run_rate) == (cast.controller, 480_000)
    assert confirmation.sha256 == outcome.decision.sha256
    assert confirmation.evidence.count() == 1
    assert outcome.decision.kind == DecisionKind.ADVANCE


@pytest.mark.parametrize("person", ["owner", "sponsor", "chair", "office", "admin", "second_controller"])
def test_nobody_but_the_controller_confirms(cast, person):
    measure = submitted_closure(cast)
    with pytest.raises(NotAllowed) as refused:
        close(cast, measure, by=getattr(cast, person))
    assert "controller_confirms" in refused.value.codes


def test_without_a_submission_there_is_nothing_to_confirm(cast):
    measure = measure_at(cast, DoI.IMPLEMENTED)
    with pytest.raises(Refused) as refused:
        close(cast, measure)
    assert refused.value.codes == ["not_submitted"]


def test_every_objection_comes_at_once(cast):
    measure = submitted_closure(cast)
    open_divergence(measure, "D5")
    terms = replace(CONFIRM, run_rate=Decimal(600_000), statement="")
    with pytest.raises(Refused) as refused:
        close(cast, measure, terms, age=timedelta(minutes=6), evidence=[])
    assert set(refused.value.codes) == {
        "divergences_answered",
        "overrun_unexplained",
        "statement_missing",
        "reauthentication_missing",
        "evidence_missing",
    }


@pytest.mark.parametrize(("age", "holds"), [(0, True), (5 * 60 - 5, True), (5 * 60 + 5, False), (-60, False)])
def test_the_password_was_entered_within_five_minutes(cast, age, holds):
    measure = submitted_closure(cast)
    if holds:
        assert close(cast, measure, age=timedelta(seconds=age)).decision
        return
    with pytest.raises(Refused) as refused:
        close(cast, measure, age=timedelta(seconds=age))
    assert refused.value.codes == ["reauthentication_missing"]


def test_below_95_percent_only_a_shortfall_with_reasons_closes(cast):
    measure = submitted_closure(cast, actual=Decimal(20_000))
    with pytest.raises(Refused) as refused:
        close(cast, measure)
    assert refused.value.codes == ["below_baseline"]
    close(cast, measure, SHORT)
    assert Measure.objects.get(pk=measure.pk).stage == DoI.CLOSED
    assert ClosureConfirmation.objects.get(measure=measure).leakages.get().reason == LeakageReason.SPECIFICATION


def test_the_committed_value_is_never_confirmed_as_a_shortfall_without_reasons(cast):
    measure = submitted_closure(cast, actual=Decimal(20_000))
    with pytest.raises(Refused) as refused:
        close(cast, measure, replace(SHORT, run_rate=Decimal(480_000), leakages=()))
    assert refused.value.codes == ["no_shortfall"]


def test_the_reasons_of_a_shortfall_add_up(cast):
    measure = submitted_closure(cast, actual=Decimal(20_000))
    half = ((LeakageReason.PRICE, Decimal(120_000), ""),)
    with pytest.raises(Refused) as refused:
        close(cast, measure, replace(SHORT, leakages=half))
    assert refused.value.codes == ["leakage_differs"]


def test_the_reasons_of_a_shortfall_answer_silent_leakage(cast):
    measure = submitted_closure(cast, actual=Decimal(20_000))
    open_divergence(measure, "D1")
    close(cast, measure, SHORT)
    assert Divergence.objects.get(measure=measure).state == DivergenceState.ANSWERED


def test_silent_leakage_must_be_answered_before_a_plain_confirmation(cast):
    measure = submitted_closure(cast)
    open_divergence(measure, "D1")
    with pytest.raises(Refused) as refused:
        close(cast, measure)
    assert refused.value.codes == ["divergences_answered"]


def test_a_sentence_about_an_overrun_answers_an_over_claim(cast):
    measure = submitted_closure(cast, actual=Decimal(60_000))
    open_divergence(measure, "D6")
    over = replace(CONFIRM, run_rate=Decimal(720_000))
    with pytest.raises(Refused) as refused:
        close(cast, measure, over)
    assert set(refused.value.codes) == {"divergences_answered", "overrun_unexplained"}
    close(cast, measure, replace(over, overrun_reason="The second supplier gave a rebate."))
    assert Divergence.objects.get(measure=measure).answer == "The second supplier gave a rebate."


def test_another_divergence_is_not_answered_by_the_terms(cast):
    measure = submitted_closure(cast, actual=Decimal(20_000))
    open_divergence(measure, "D5")
    with pytest.raises(Refused) as refused:
        close(cast, measure, SHORT)
    assert refused.value.codes == ["divergences_answered"]


def test_nothing_is_confirmed_while_an_effect_is_disputed(cast):
    measure = submitted_closure(cast)
    with cast.acting(cast.controller):
        effect = measure.effects.order_by("pk").first()
        dispute = open_dispute(effect, amount=Decimal(1_000), reason="Booked twice?", by=cast.controller, on=TODAY)
    for terms in (CONFIRM, SHORT):
        with pytest.raises(Refused) as refusal:
            close(cast, measure, terms)
        assert "no_open_dispute" in refusal.value.codes
    with cast.acting(cast.controller):
        close_dispute(dispute, outcome="Booked once.", by=cast.controller, on=TODAY)
    close(cast, measure)
    assert Measure.objects.get(pk=measure.pk).stage == DoI.CLOSED


def test_a_rejection_returns_the_closure_with_findings(cast):
    measure = submitted_closure(cast)
    with cast.acting(cast.controller), pytest.raises(Refused) as refused:
        reject_closure(measure, by=cast.controller, on=TODAY, reason=" ")
    assert refused.value.codes == ["findings_missing"]
    with cast.acting(cast.controller):
        outcome = reject_closure(measure, by=cast.controller, on=TODAY, reason="August rests on an estimate.")
    assert outcome.decision.kind == DecisionKind.RETURN
    assert Measure.objects.get(pk=measure.pk).stage == DoI.IMPLEMENTED
    with pytest.raises(Refused) as refused:
        close(cast, measure)
    assert refused.value.codes == ["not_submitted"]


def test_only_the_controller_rejects(cast):
    measure = submitted_closure(cast)
    with cast.acting(cast.sponsor), pytest.raises(NotAllowed):
        reject_closure(measure, by=cast.sponsor, on=TODAY, reason="No.")


def test_whoever_once_owned_the_measure_never_confirms_it(cast):
    measure = measure_at(cast, DoI.IMPLEMENTED)
    with cast.acting(cast.sponsor):
        change_owner(measure, to=cast.second_controller, by=cast.sponsor, reason="Leave.", on=TODAY)
        change_owner(measure, to=cast.owner, by=cast.sponsor, reason="Back.", on=TODAY)
        change_controller(measure, to=cast.second_controller, by=cast.sponsor, reason="New.", on=TODAY)
    put(cast, measure)
    with pytest.raises(NotAllowed) as refused:
        close(cast, measure, by=cast.second_controller)
    assert refused.value.codes == ["never_owner_or_sponsor"]


def test_a_controller_who_administers_the_tenant_never_closes(cast):
    measure = submitted_closure(cast)
    write_grant(cast.controller, role_code="tenant_admin", node=cast.root)
    with pytest.raises(NotAllowed) as refused:
        close(cast, measure)
    assert refused.value.codes == ["never_decides"]


def test_a_superuser_never_closes(cast):
    measure = submitted_closure(cast)
    cast.controller.is_superuser = True
    with pytest.raises(NotAllowed):
        close(cast, measure)


def test_a_change_after_the_submission_makes_it_stale_and_the_mark_stays(cast):
    measure = submitted_closure(cast)
    with cast.acting(cast.owner):
        edit_measure(measure, by=cast.owner, line_owner=cast.deputy)
    outcome = close(cast, measure)
    assert outcome.is_stale
    assert outcome.submission.stale_fields == ["measure.line_owner"]
    assert "line owner" in outcome.objection.sentence
    assert measure.submissions.get(to_stage=DoI.CLOSED).state == "stale"
    assert Measure.objects.get(pk=measure.pk).stage == DoI.IMPLEMENTED


def test_a_second_click_closes_once(cast):
    measure, key = submitted_closure(cast), uuid4()
    close(cast, measure, key=key)
    with pytest.raises(Replayed):
        close(cast, measure, key=key)
    with pytest.raises(Conflict) as late:
        close(cast, measure)
    assert late.value.codes == ["already_decided"]
    assert ClosureConfirmation.objects.filter(measure=measure).count() == 1


LARGE = Decimal(100_000)
LARGE_TERMS = replace(CONFIRM, run_rate=Decimal(1_200_000))


def consent(cast, measure, *, by=None, run_rate=LARGE_TERMS.run_rate):
    by = by or cast.second_controller
    with cast.acting(by):
        return consent_to_closure(
            measure,
            by=by,
            on=TODAY,
            outcome=ClosureOutcome.CONFIRM,
            run_rate=run_rate,
            reauthenticated_at=timezone.now(),
        )


def test_above_the_four_eyes_limit_a_second_controller_consents_first(cast):
    measure = submitted_closure(cast, monthly=LARGE)
    with pytest.raises(Refused) as refused:
        close(cast, measure, LARGE_TERMS)
    assert refused.value.codes == ["consent_missing"]
    consent(cast, measure)
    close(cast, measure, LARGE_TERMS)
    assert ClosureConfirmation.objects.get(measure=measure).second_by == cast.second_controller


def test_a_consent_to_another_amount_does_not_count(cast):
    measure = submitted_closure(cast, monthly=LARGE)
    consent(cast, measure, run_rate=Decimal(1_199_999))
    with pytest.raises(Refused) as refused:
        close(cast, measure, LARGE_TERMS)
    assert refused.value.codes == ["consent_missing"]


@pytest.mark.parametrize("person", ["controller", "owner", "sponsor", "office", "chair"])
def test_the_second_consent_is_another_controllers(cast, person):
    measure = submitted_closure(cast, monthly=LARGE)
    with pytest.raises(NotAllowed) as refused:
        consent(cast, measure, by=getattr(cast, person))
    assert "second_controller" in refused.value.codes


def test_without_three_months_a_contract_proves_the_value_when_the_owner_named_it(cast):
    measure = measure_at(cast, DoI.IMPLEMENTED, months=2)
    with pytest.raises(Refused) as refused:
        put(cast, measure)
    assert refused.value.codes == ["value_proven"]
    put(cast, measure, waivers={"value_proven": "Contract 4711 fixes the price until 2028."})
    with pytest.raises(Refused) as refused:
        close(cast, measure)
    assert refused.value.codes == ["value_proven"]
    contract = replace(CONFIRM, method=ConfirmationMethod.CONTRACT)
    with pytest.raises(Refused) as refused:
        close(cast, measure, replace(contract, run_rate=Decimal(455_999)))
    assert refused.value.codes == ["below_baseline"]
    close(cast, measure, contract)
    assert Measure.objects.get(pk=measure.pk).stage == DoI.CLOSED


@pytest.mark.parametrize("run_rate", [1, -480_000, 455_999])
def test_confirming_less_than_proven_needs_reasons(cast, run_rate):
    measure = submitted_closure(cast)
    with pytest.raises(Refused) as refused:
        close(cast, measure, replace(CONFIRM, run_rate=Decimal(run_rate)))
    assert refused.value.codes == ["confirms_less_than_proven"]
    close(cast, measure, replace(CONFIRM, run_rate=Decimal(456_000)))


@pytest.mark.parametrize("hardness", [Hardness.AVOIDANCE, Hardness.SOFT])
def test_what_is_not_bottom_line_is_never_confirmed_as_ebitda(cast, hardness):
    measure = submitted_closure(cast)
    with pytest.raises(Refused) as refused:
        close(cast, measure, replace(CONFIRM, hardness=hardness))
    assert refused.value.codes == ["hardness_differs"]


def test_headcount_proves_a_headcount_effect_only(cast):
    measure = submitted_closure(cast)
    with pytest.raises(Refused) as refused:
        close(cast, measure, replace(CONFIRM, method=ConfirmationMethod.HEADCOUNT))
    assert refused.value.codes == ["headcount_only"]


def test_the_closing_page_shows_months_proposal_and_outcomes(cast):
    measure = submitted_closure(cast, actual=Decimal(39_000))
    shown = closure_case(measure, cast.controller, on=TODAY)
    assert [month.period for month in shown.months] == ["2026-07", "2026-08", "2026-09"]
    assert (shown.sum_of_actuals, shown.sum_of_baselines) == (117_000, 120_000)
    assert (shown.closing.proposed, shown.closing.difference) == (468_000, -12_000)
    assert shown.may_confirm
    assert not shown.needs_second
    assert shown.outcomes == (
        ClosureOutcome.CONFIRM,
        ClosureOutcome.CONFIRM_WITH_SHORTFALL,
        ClosureOutcome.REJECT,
    )
    assert shown.blocking == ()


def test_the_closing_page_tells_others_why_they_may_not(cast):
    measure = submitted_closure(cast)
    shown = closure_case(measure, cast.sponsor, on=TODAY)
    assert not shown.may_confirm
    assert {one.code for one in shown.against_person} == {"controller_confirms", "never_owner_or_sponsor"}


def test_an_avoidance_is_confirmed_as_such(cast):
    measure = measure_at(cast, DoI.IMPLEMENTED, hardness=Hardness.AVOIDANCE)
    put(cast, measure)
    assert closure_case(measure, cast.controller, on=TODAY).outcomes[0] == ClosureOutcome.CONFIRM_AVOIDANCE
    with pytest.raises(Refused) as refused:
        close(cast, measure)
    assert refused.value.codes == ["not_for_avoidance"]
    close(cast, measure, replace(CONFIRM, outcome=ClosureOutcome.CONFIRM_AVOIDANCE, hardness=Hardness.AVOIDANCE))
    assert Measure.objects.get(pk=measure.pk).stage == DoI.CLOSED
