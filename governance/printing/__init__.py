"""HTML becomes PDF in a child process: the library loads pango when it is imported, and not every machine has it."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from portfolio.errors import Objection, Refused

PROBE_SECONDS, PRINT_SECONDS = 20, 60
MISSING = Objection(
    "printer_missing",
    _("PDF needs the library pango on the server: apt-get install libpango-1.0-0 libpangoft2-1.0-0, then start again."),
)
FAILED = Objection("printing_failed", _("The PDF could not be made. Print the page from your browser instead."))


@cache
def can_print() -> bool:
    """Whether this machine makes PDF files; asked once for as long as the process lives."""
    try:
        return _child("--probe", given=b"", seconds=PROBE_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def pdf_of(html: str, *styles: str) -> bytes:
    """The page on paper, with these sheets of this room; raises `Refused` with what to install, or what failed.

    Nothing is fetched from anywhere: a page that names a picture or a link gets none.
    """
    if not can_print():
        raise Refused(MISSING)
    sheets = [str(Path(__file__).with_name(name)) for name in styles]
    try:
        done = _child(*sheets, given=html.encode(), seconds=PRINT_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Refused(FAILED) from error
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise Refused(FAILED)
    return done.stdout


def _child(*arguments: str, given: bytes, seconds: int) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, str(Path(__file__).with_name("child.py")), *arguments]
    return subprocess.run(command, input=given, capture_output=True, timeout=seconds, check=False)
