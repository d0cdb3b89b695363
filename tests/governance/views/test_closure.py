"""The page "Controller-backed closure": who may confirm, what stays, what is refused, and the certificate."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from finance.models import ClosureConfirmation, ClosureConsent
from governance.models import GateDecision
from measures.choices import DoI
from measures.models import Measure
from portfolio.models import StoredFile
from tests.cast import PASSWORD, Cast
from tests.governance.steps import measure_at, put
from tests.governance.views.desk import address, on_the_day, post, sign_in

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")

CONFIRM = {
    "deed": "confirm",
    "outcome": "confirm",
    "run_rate": "480,000.00",
    "final_one_off_cost": "0",
    "hardness": "bottom_line",
    "method": "gl_variance",
    "statement": "Checked against the ledger.",
    "embedded": "no",
    "password": PASSWORD,
}


def submitted(cast: Cast, **fields: Any) -> Measure:
    measure = measure_at(cast, DoI.IMPLEMENTED, **fields)
    put(cast, measure)
    return measure


def paper(text: str = "ledger") -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{text}.pdf", b"%PDF-1.7 " + text.encode())


def confirm(cast: Cast, measure: Measure, **fields: Any) -> Any:
    form = {**CONFIRM, "added": [paper()], **fields}
    return post(cast, fields.pop("by", cast.controller), "closure", measure.code, **form)


def stage_of(measure: Measure) -> int:
    return Measure.objects.get(pk=measure.pk).stage


PAGES = ["closure", "closure_consent", "closure_reject", "closure_certificate"]


@pytest.mark.parametrize("name", PAGES)
def test_closure_pages_by_person(cast: Cast, name: str) -> None:
    measure = cast.measure()
    assert sign_in(cast.outsider).get(address(cast, name, measure.code)).status_code == 404
    assert sign_in(cast.member).get(address(cast, name, measure.code)).status_code == 403


def test_closure_proposes_the_mean_of_three_months_and_what_is_allowed(cast: Cast) -> None:
    measure = submitted(cast)
    html = sign_in(cast.controller).get(address(cast, "closure", measure.code)).content.decode()
    assert "Controller-backed closure" in html
    assert 'value="480,000.00"' in html
    assert "Jul 2026" in html
    assert "at least 95 %" in html
    assert 'name="password"' in html


@pytest.mark.parametrize("who", ["owner", "sponsor", "office", "auditor", "chair"])
def test_closure_is_a_page_to_read_for_everybody_else(cast: Cast, who: str) -> None:
    measure, person = submitted(cast), getattr(cast, who)
    html = sign_in(person).get(address(cast, "closure", measure.code)).content.decode()
    assert "The controller of this measure confirms its value" in html
    assert 'value="confirm"' not in html
    assert post(cast, person, "closure", measure.code, **CONFIRM, added=[paper()]).status_code == 403
    assert post(cast, person, "closure", measure.code, deed="attach", added=[paper()]).status_code == 403
    assert stage_of(measure) == DoI.IMPLEMENTED
    assert not StoredFile.objects.filter(uploaded_by=person, name="ledger.pdf").exists()


def test_confirm_closes_and_leads_to_the_certificate(cast: Cast) -> None:
    measure = submitted(cast)
    answer = confirm(cast, measure)
    assert answer["Location"] == address(cast, "closure_certificate", measure.code)
    confirmation = ClosureConfirmation.objects.get(measure=measure)
    html = sign_in(cast.auditor).get(answer["Location"]).content.decode()
    assert stage_of(measure) == DoI.CLOSED
    assert confirmation.run_rate == Decimal(480_000)
    assert confirmation.sha256 in html
    assert confirmation.evidence.get().sha256 in html
    assert "Checked against the ledger." in html
    assert "ledger.pdf" in html
    (evidence,) = confirmation.evidence.all()
    file = sign_in(cast.auditor).get(address(cast, "closure_evidence", measure.code, evidence.pk))
    assert file.content == b"%PDF-1.7 ledger"
    assert file["Content-Disposition"].startswith("attachment")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert sign_in(cast.owner).get(address(cast, "closure_evidence", measure.code, evidence.pk + 1)).status_code == 404
    page = sign_in(cast.owner).get(address(cast, "closure", measure.code))
    assert page["Location"] == address(cast, "closure_certificate", measure.code)


def test_confirm_twice_with_one_key_closes_once(cast: Cast) -> None:
    measure, key = submitted(cast), str(uuid.uuid4())
    for _click in range(2):
        assert confirm(cast, measure, key=key).status_code == 302
    assert ClosureConfirmation.objects.filter(measure=measure).count() == 1
    assert GateDecision.objects.filter(measure=measure, to_stage=DoI.CLOSED).count() == 1


def test_confirm_without_password_or_evidence_says_both_and_keeps_what_was_typed(cast: Cast) -> None:
    measure = submitted(cast)
    answer = confirm(cast, measure, password="", added=[], statement="All of it is in the ledger")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Enter your password again" in html
    assert "Add at least one evidence file." in html
    assert "All of it is in the ledger" in html
    assert stage_of(measure) == DoI.IMPLEMENTED


def test_confirm_with_a_wrong_password_says_so(cast: Cast) -> None:
    measure = submitted(cast)
    answer = confirm(cast, measure, password="not it")
    assert answer.status_code == 422
    assert "This is not your password." in answer.content.decode()
    assert stage_of(measure) == DoI.IMPLEMENTED


def test_confirm_refuses_a_file_that_is_not_what_it_says(cast: Cast) -> None:
    measure = submitted(cast)
    answer = confirm(cast, measure, added=[SimpleUploadedFile("ledger.pdf", b"MZ program")])
    assert answer.status_code == 422
    assert "is not a pdf file inside" in answer.content.decode()


def test_confirm_with_an_unreadable_amount_is_refused_at_its_field(cast: Cast) -> None:
    measure = submitted(cast)
    answer = confirm(cast, measure, run_rate="lots")
    assert answer.status_code == 422
    assert "“lots” is no number" in answer.content.decode()


def test_attached_files_wait_for_the_confirmation(cast: Cast) -> None:
    measure = submitted(cast)
    typed = {**CONFIRM, "deed": "attach", "statement": "Half written", "added": [paper("one"), paper("two")]}
    answer = post(cast, cast.controller, "closure", measure.code, **typed)
    kept = list(StoredFile.objects.filter(name__in=["one.pdf", "two.pdf"]).values_list("pk", flat=True))
    assert answer.status_code == 200
    assert "Half written" in answer.content.decode()
    assert all(f'name="evidence" value="{pk}"' in answer.content.decode() for pk in kept)
    assert confirm(cast, measure, added=[], evidence=kept).status_code == 302
    assert ClosureConfirmation.objects.get(measure=measure).evidence.count() == 2


def test_files_of_somebody_else_are_no_evidence(cast: Cast) -> None:
    measure = submitted(cast)
    other = StoredFile.objects.filter(uploaded_by=cast.owner).values_list("pk", flat=True)
    assert confirm(cast, measure, added=[], evidence=list(other)).status_code == 422


def test_shortfall_must_be_explained_to_the_cent(cast: Cast) -> None:
    measure = submitted(cast)
    short = {"outcome": "confirm_with_shortfall", "run_rate": "300,000"}
    counted = post(
        cast, cast.controller, "closure", measure.code, **{**CONFIRM, **short, "deed": "rest", "leak_price": "100,000"}
    )
    assert "€80,000.00 left to explain" in counted.content.decode()
    refused = confirm(cast, measure, **short, leak_price="100,000")
    assert refused.status_code == 422
    assert stage_of(measure) == DoI.IMPLEMENTED
    confirm(cast, measure, **short, leak_price="100,000", leak_specification="80,000", note_specification="New resin")
    confirmation = ClosureConfirmation.objects.get(measure=measure)
    assert {(one.reason, one.amount) for one in confirmation.leakages.all()} == {
        ("price", Decimal(100_000)),
        ("specification", Decimal(80_000)),
    }


def test_reject_needs_findings_and_sends_the_closure_back(cast: Cast) -> None:
    measure = submitted(cast)
    empty = post(cast, cast.controller, "closure_reject", measure.code, findings="")
    assert empty.status_code == 422
    assert "Write what was found" in empty.content.decode()
    assert post(cast, cast.owner, "closure_reject", measure.code, findings="No").status_code == 403
    assert post(cast, cast.controller, "closure_reject", measure.code, findings="Invoice missing").status_code == 302
    html = sign_in(cast.owner).get(address(cast, "measure_gates", measure.code)).content.decode()
    assert "Invoice missing" in html
    assert stage_of(measure) == DoI.IMPLEMENTED


def test_second_controller_consents_above_the_limit_and_only_then_it_closes(cast: Cast) -> None:
    monthly = Decimal(100_000)
    measure = submitted(cast, monthly=monthly)
    terms = {"run_rate": "1,200,000"}
    refused = confirm(cast, measure, **terms)
    assert refused.status_code == 422
    assert "second controller" in refused.content.decode()
    page = sign_in(cast.second_controller).get(address(cast, "closure", measure.code)).content.decode()
    assert "Second consent" in page
    consent = {"outcome": "confirm", "run_rate": "1,200,000", "password": PASSWORD}
    for other in (cast.owner, cast.controller, cast.sponsor):
        assert post(cast, other, "closure_consent", measure.code, **consent).status_code == 403
    wrong = post(cast, cast.second_controller, "closure_consent", measure.code, **{**consent, "password": "no"})
    assert wrong.status_code == 422
    assert post(cast, cast.second_controller, "closure_consent", measure.code, **consent).status_code == 302
    assert ClosureConsent.objects.get().given_by == cast.second_controller
    page = sign_in(cast.controller).get(address(cast, "closure", measure.code)).content.decode()
    assert "consented" in page
    assert "€1,200,000.00" in page
    assert confirm(cast, measure, **terms).status_code == 302
    assert stage_of(measure) == DoI.CLOSED


def test_closure_of_a_measure_not_implemented_leads_to_its_gates(cast: Cast) -> None:
    measure = cast.measure()
    answer = sign_in(cast.controller).get(address(cast, "closure", measure.code))
    assert answer["Location"] == address(cast, "measure_gates", measure.code)


def test_certificate_does_not_exist_before_the_confirmation(cast: Cast) -> None:
    measure = cast.measure()
    assert sign_in(cast.controller).get(address(cast, "closure_certificate", measure.code)).status_code == 404


def test_gates_of_a_closed_measure_lead_to_the_certificate(cast: Cast) -> None:
    measure = submitted(cast)
    confirm(cast, measure)
    html = sign_in(cast.owner).get(address(cast, "measure_gates", measure.code)).content.decode()
    assert "There is no further gate." in html
    assert address(cast, "closure_certificate", measure.code) in html
    again = sign_in(cast.owner).get(address(cast, "gate_submit", measure.code))
    assert again["Location"] == address(cast, "measure_gates", measure.code)
