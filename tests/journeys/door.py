"""A door in front of a server, so that one product can lose it and find it again while others keep it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

CHUNK = 65_536


class Door:
    """Open, it leads every caller to the server; shut, it throws out whoever is inside and lets nobody in."""

    def __init__(self, host: str, port: int) -> None:
        self.server = (host, port)
        self._inside: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._listener.close()
        self._guard = threading.Lock()

    def open(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._admit, args=[self._listener], daemon=True).start()

    def shut(self) -> None:
        # Closing alone would leave the waiting accept in place, and the port with it.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._guard:
            inside, self._inside = self._inside, set()
        for one in inside:
            _hang_up(one)

    @contextlib.contextmanager
    def shut_meanwhile(self) -> Iterator[None]:
        self.shut()
        try:
            yield
        finally:
            self.open()

    def _admit(self, listener: socket.socket) -> None:
        while True:
            try:
                caller, _address = listener.accept()
                server = socket.create_connection(self.server)
            except OSError:
                return
            with self._guard:
                self._inside |= {caller, server}
            for pair in ((caller, server), (server, caller)):
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(CHUNK):
                target.sendall(chunk)
        for one in (source, target):
            with self._guard:
                self._inside.discard(one)
            _hang_up(one)


def _hang_up(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
