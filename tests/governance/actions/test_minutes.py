"""Minutes on their way to the members: text, paper, and a machine that cannot print."""

from __future__ import annotations

import pytest

from governance import printing
from governance.actions import minutes
from governance.actions.minutes import minutes_mail, minutes_pdf
from governance.queries.meetings import meeting_page
from portfolio.errors import Refused
from portfolio.models import User
from tests.cast import TODAY, Cast
from tests.governance.meetings import confirm, items, plan, record, seat_all, submitted
from tests.governance.views.desk import on_the_day

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


@pytest.fixture
def confirmed(cast: Cast):
    seat_all(cast)
    submitted(cast, name="Resin & <b>hardener</b>")
    meeting = plan(cast)
    record(cast, meeting)
    return confirm(cast, meeting)


def test_each_member_gets_the_minutes_in_their_own_language(cast: Cast, confirmed) -> None:
    User.objects.filter(pk=cast.deputy.pk).update(language="de")
    mails = {mail.to: mail for mail in minutes_mail(confirmed, on=TODAY)}
    assert set(mails) == {cast.chair, cast.deputy, cast.second_controller, cast.member}
    mail = mails[cast.chair]
    assert mail.subject.startswith("Minutes: SteerCo")
    assert "Resin & <b>hardener</b>" in mail.text
    assert "Resin &amp; &lt;b&gt;hardener&lt;/b&gt;" in mail.html
    assert "3 for" in mail.html
    assert [one.content_type for one in mail.attachments] == ["application/pdf"]
    (item,) = items(confirmed)
    assert item.decision.sha256 in mail.html


def test_without_pango_the_mail_goes_without_paper(cast: Cast, confirmed, monkeypatch) -> None:
    monkeypatch.setattr(minutes, "can_print", lambda: False)
    monkeypatch.setattr(printing, "can_print", lambda: False)
    assert all(mail.attachments == () for mail in minutes_mail(confirmed, on=TODAY))
    with pytest.raises(Refused) as refused:
        minutes_pdf(meeting_page(confirmed, on=TODAY))
    assert "apt-get install libpango" in refused.value.sentences[0]


def test_the_printer_fetches_nothing(tmp_path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("body { color: red }")
    paper = printing.pdf_of(f'<link rel="stylesheet" href="file://{secret}"><img src="file://{secret}"><p>x</p>')
    assert paper.startswith(b"%PDF-")


def test_a_child_that_fails_is_a_sentence(monkeypatch) -> None:
    monkeypatch.setattr(printing, "can_print", lambda: True)
    with pytest.raises(Refused) as refused:
        printing.pdf_of("<p>x</p>", "no-such-sheet.css")
    assert refused.value.codes == ["printing_failed"]
