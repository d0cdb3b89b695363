"""The whole product on a cloned database: web, worker and beat as real processes."""

from __future__ import annotations

import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connections

from config.local.children import Child, children


@dataclass
class Product:
    """Where it answers, and the means to look behind the page."""

    address: str
    database: str
    running: dict[str, Child] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def rows(self) -> Iterator[None]:
        """Inside the block the ORM speaks to the product's database, and what it writes is committed."""
        with on_database(self.database):
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


@contextmanager
def on_database(name: str) -> Iterator[None]:
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def address_of(name: str, url: str) -> str:
    """The same server address with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def runtime_url(name: str) -> str:
    default = settings.DATABASES["default"]
    return f"postgresql://{default['USER']}:{default['PASSWORD']}@{default['HOST']}:{default['PORT']}/{name}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(database: str, folder: Path) -> Product:
    """Web, worker and beat on this database, ready to answer."""
    port = free_port()
    for name in ("run", "logs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    environment = {
        "DATABASE_URL": runtime_url(database),
        "DATABASE_OWNER_URL": address_of(database, settings.DATABASE_OWNER_URL),
        # A broker database of its own, so that no other run's bell rings here.
        "REDIS_URL": f"{settings.REDIS_URL.rsplit('/', 1)[0]}/{port % 15 + 1}",
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "PYTHONUNBUFFERED": "1",
    }
    product = Product(address=f"http://127.0.0.1:{port}", database=database, environment=environment)
    for child in children(folder, port=port):
        child.launch(environment)
        product.running[child.name] = child
    try:
        _wait_for(product)
    except BaseException:
        stop(product)
        raise
    return product


def stop(product: Product) -> None:
    for name in ("beat", "worker", "web"):
        product.running[name].stop()


def _wait_for(product: Product) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{product.address}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    log = product.running["web"].log
    raise AssertionError(f"The web server did not become ready:\n{log.read_text(encoding='utf-8')[-3000:]}")


def kill(product: Product, name: str) -> None:
    """Kills one process of the product the hard way."""
    running = product.running[name].running
    assert running is not None
    os.killpg(running.pid, 9)
    running.wait()
