"""Mails on the own machine: compiled, kept instead of sent, read at /mail/, and there only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import Resolver404, resolve
from pytest_django import Settings

from config.local.maildrop import KeptMail, kept_mails, read_mail
from config.local.mails import SOURCES, compiled


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.MAIL_FOLDER = tmp_path
    return tmp_path


def keep(subject: str = "A gate waits", html: str = "<html><head></head><body><b>Open</b></body></html>") -> str:
    letter = EmailMultiAlternatives(subject, "Plainly Größe.\n", to=["owner@example.org"])
    letter.attach_alternative(html, "text/html")
    KeptMail().send_messages([letter])
    return kept_mails()[0]


@pytest.mark.parametrize("source", sorted(SOURCES.glob("*.mjml")), ids=lambda path: path.name)
def test_compiled_mail_is_that_of_its_source(source: Path) -> None:
    assert source.with_suffix(".html").read_text(encoding="utf-8") == compiled(source)


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*.html")), ids=lambda path: path.name)
def test_mail_fetches_nothing_from_anywhere(path: Path) -> None:
    source = path.read_text(encoding="utf-8").replace("http://www.w3.org/1999/xhtml", "")
    assert not re.search(r"https?://|//fonts|@import|<svg|<script|url\(", source)


def test_mail_is_kept_whole_and_read_back(folder: Path) -> None:
    mail = read_mail(keep())
    assert mail is not None
    assert (mail.subject, mail.to, mail.text) == ("A gate waits", "owner@example.org", "Plainly Größe.\n")
    assert "<b>Open</b>" in mail.html
    assert [path.suffix for path in folder.iterdir()] == [".eml"]


@pytest.mark.parametrize("name", ["..", "../secrets", "1-2", "0" * 19 + "-" + "g" * 8, "0" * 19 + "-" + "a" * 8])
def test_name_that_is_none_of_ours_reads_nothing(folder: Path, name: str) -> None:
    (folder.parent / "secrets.eml").write_text("Subject: secret\n\n")
    assert read_mail(name) is None


@pytest.mark.urls("config.local.urls")
def test_pages_show_list_text_and_body_under_a_policy_of_its_own(folder: Path, db: None) -> None:
    client = Client()
    assert "No mail yet" in client.get("/mail/").content.decode()
    name = keep(html='<html><head></head><body><script>alert(1)</script><a href="/x">Open</a></body></html>')
    assert "A gate waits" in client.get("/mail/").content.decode()
    page = client.get(f"/mail/{name}/")
    assert "Plainly Größe." in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    body = client.get(f"/mail/{name}/body/")
    policy = body["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert body["X-Frame-Options"] == "SAMEORIGIN"
    assert client.get("/mail/nonsense/").status_code == 404


@pytest.mark.urls("config.local.urls")
def test_pictures_of_a_mail_are_shown_in_its_body(folder: Path, db: None) -> None:
    raw = (
        b'Subject: Chart\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n'
        b'<img src="cid:chart">\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <chart>\r\n\r\nxx\r\n--b--\r\n'
    )
    (folder / f"{1:019d}-aaaaaaaa.eml").write_bytes(raw)
    assert 'src="data:image/png;base64,' in Client().get(f"/mail/{1:019d}-aaaaaaaa/body/").content.decode()


def test_no_other_settings_route_the_pages() -> None:
    assert settings.ROOT_URLCONF == "config.urls"
    with pytest.raises(Resolver404):
        resolve("/mail/", urlconf="config.urls")
    production = (Path(settings.BASE_DIR) / "config" / "settings" / "production.py").read_text(encoding="utf-8")
    assert "config.local" not in production
    assert "ROOT_URLCONF" not in production
