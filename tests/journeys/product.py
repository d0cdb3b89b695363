"""The whole product on a cloned database: web, worker and beat as real processes."""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import redis
from django.conf import settings
from django.db import connections

from config.local.children import Child, children

# Redis has sixteen databases; 0 belongs to the suite itself.
_numbers = itertools.count()
NUMBERS_EACH = 7


@dataclass
class Product:
    """Where it answers, and the means to look behind the page."""

    address: str
    database: str
    running: dict[str, Child] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    # Where the database is, when it is not on the suite's own server.
    elsewhere: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def rows(self) -> Iterator[None]:
        """Inside the block the ORM speaks to the product's database, and what it writes is committed."""
        with on_database(self.database, self.elsewhere):
            yield

    def wait_until(self, true: Callable[[], object], *, within: float = 60.0) -> None:
        """Asks every half second inside the product's database; fails when the time is over."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            with self.rows():
                if true():
                    return
            time.sleep(0.5)
        raise AssertionError(f"This did not become true within {within:.0f} seconds.")

    def readyz(self) -> tuple[int, dict[str, Any]]:
        """What the probe says: status and body."""
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=15) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.load(refusal)

    def log(self, name: str) -> str:
        return self.running[name].log.read_text(encoding="utf-8")


@contextmanager
def on_database(name: str, elsewhere: Mapping[str, Any] | None = None) -> Iterator[None]:
    connection = connections["default"]
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update({**(elsewhere or {}), "NAME": name})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def address_of(name: str, url: str) -> str:
    """The same server address with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def runtime_url(name: str) -> str:
    default = settings.DATABASES["default"]
    return f"postgresql://{default['USER']}:{default['PASSWORD']}@{default['HOST']}:{default['PORT']}/{name}"


def through(port: int, url: str) -> str:
    """The same address, reached by another port of this machine."""
    parts = urlsplit(url)
    person, at, _place = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{person}{at}127.0.0.1:{port}"))


def own_broker() -> str:
    """A broker database that no other product of this run uses, and nothing in it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    number = 1 + int(worker[2:]) % 2 * NUMBERS_EACH + next(_numbers) % NUMBERS_EACH
    url = f"{settings.REDIS_URL.rsplit('/', 1)[0]}/{number}"
    with redis.Redis.from_url(url) as broker:
        broker.flushdb()
    return url


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def straight(_name: str, url: str) -> str:
    """No detour: each server is reached where it is."""
    return url


def start(database: str, folder: Path, *, led: Callable[[str, str], str] = straight) -> Product:
    """Web, worker and beat on this database, ready to answer; `led` may lead them to `database` and `broker`."""
    environment = environment_of(database, folder)
    environment["DATABASE_URL"] = led("database", environment["DATABASE_URL"])
    environment["REDIS_URL"] = led("broker", environment["REDIS_URL"])
    return launch(database, folder, environment)


def launch(database: str, folder: Path, environment: dict[str, str], **elsewhere: Any) -> Product:
    """Web, worker and beat with this environment, ready to answer."""
    port = free_port()
    for name in ("run", "logs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    product = Product(f"http://127.0.0.1:{port}", database, environment=environment, elsewhere=elsewhere)
    for child in children(folder, port=port):
        child.launch(environment)
        product.running[child.name] = child
    try:
        wait_for(product)
    except BaseException:
        stop(product)
        raise
    return product


def environment_of(database: str, folder: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": runtime_url(database),
        "DATABASE_OWNER_URL": address_of(database, settings.DATABASE_OWNER_URL),
        "REDIS_URL": own_broker(),
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "PYTHONUNBUFFERED": "1",
    }


def stop(product: Product) -> None:
    """Ends what still runs at once: the database goes with it, so there is no work to finish."""
    for name, child in product.running.items():
        if child.running is not None and child.running.poll() is None:
            kill(product, name)


def wait_for(product: Product, *, within: float = 90.0) -> Mapping[str, Any]:
    """Returns what the probe says as soon as the product can do its work."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            status, said = product.readyz()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            status, said = 0, {}
        if status == 200:
            return said
        time.sleep(0.2)
    raise AssertionError(f"The web server did not become ready:\n{product.log('web')[-3000:]}")


def kill(product: Product, name: str) -> None:
    """Kills one process of the product, and all it started, the hard way."""
    running = product.running[name].running
    assert running is not None
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def revive(product: Product, name: str) -> None:
    """The process runs again, as under the supervisor."""
    assert product.running[name].revive(product.environment)
