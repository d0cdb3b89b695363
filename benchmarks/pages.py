"""Requests per second of the register over all measures, against the floor page and an empty view.

wrk with 8 connections against gunicorn with 2 workers, sides alternating; the number of SQL statements of the
register is asserted first.
"""

from __future__ import annotations

import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.measuring import ROUNDS
from benchmarks.seed import organization, people

SECONDS = 4
STATEMENTS = 8
# A numeric filter that leaves the largest tenth, a sort and totals, as the bar demands.
QUERY = "?committed_from=60000&sort=-committed"


def run(measures: int) -> Iterator[str]:
    found = organization(measures)
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], check=True)
    reader = people()["reader"]
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(reader)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    register, floor = f"/o/{found.slug}/measures/{QUERY}", f"/o/{found.slug}/floor/"
    yield _statements(client, register)
    with _server("benchmarks.settings") as product, _server("benchmarks.settings_bare") as bare:
        yield _compare("register / floor page", product + register, product + floor, cookie, bar=1 / 5)
        yield _compare("floor page / empty view", product + floor, bare + "/", cookie, bar=1 / 30)


def _statements(client: Client, path: str) -> str:
    # The first visit of an organization is noted in the session.
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    assert b"M-" in answer.content
    count = len(captured)
    verdict = "holds" if count <= STATEMENTS else "MISSED"
    return f"register: {count} SQL statements (bar {STATEMENTS}, {verdict})"


def _compare(name: str, a: str, b: str, cookie: str, *, bar: float) -> str:
    _wrk(a, cookie)
    _wrk(b, cookie)
    rates_a, rates_b = [], []
    for _round in range(ROUNDS):
        rates_a.append(_wrk(a, cookie))
        rates_b.append(_wrk(b, cookie))
    ratio = statistics.median(rates_a) / statistics.median(rates_b)
    verdict = "holds" if ratio >= bar else "MISSED"
    return f"{name}: 1/{1 / ratio:.1f} (bar 1/{1 / bar:.0f}, {verdict}); A {_range(rates_a)}, B {_range(rates_b)}"


def _range(rates: list[float]) -> str:
    return f"median {statistics.median(rates):.1f}/s [{min(rates):.1f}–{max(rates):.1f}]"


def _wrk(url: str, cookie: str) -> float:
    """Requests per second; any answer but 2xx is an error, because a fast refusal proves nothing."""
    command = ["wrk", "-t1", "-c8", f"-d{SECONDS}s", "-H", f"Cookie: {settings.SESSION_COOKIE_NAME}={cookie}", url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in output, output
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert found is not None, output
    return float(found[1])


@contextmanager
def _server(settings_module: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}",
            "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--log-level", "error",
            "--env", f"DJANGO_SETTINGS_MODULE={settings_module}",
        ]
    )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=2)
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"{url} does not answer.")
