"""A way to a server that breaks off at a chosen moment: TCP on loopback, passed on as it is."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Final

PIECE: Final = 1 << 16


@dataclass(slots=True)
class Break:
    """Where a connection breaks off.

    It is at what is sent to the server and holds ``at``, once ``after`` has been sent on the same
    connection since its last commit.
    """

    at: bytes
    after: bytes = b""
    reaches_server: bool = False
    """Whether the server still gets what was sent; then only its answer is lost."""
    times: int = 1


@dataclass(slots=True)
class BreakingProxy:
    """Passes on what comes; breaks off where it is told to."""

    server: int
    port: int
    breaks: list[Break] = field(default_factory=list)
    broken: int = 0
    """How many connections were broken off."""
    _lock: Lock = field(default_factory=Lock)

    def _breaks_at(self, piece: bytes, before: bytes) -> Break | None:
        with self._lock:
            for one in self.breaks:
                if one.times and one.at in piece and one.after in before + piece:
                    one.times -= 1
                    self.broken += 1
                    return one
        return None

    def serve(self, client: socket.socket) -> None:
        """Pass on one connection until either side ends it."""
        with client, socket.socket() as server:
            try:
                server.connect(("127.0.0.1", self.server))
            except OSError:
                return
            answers = Thread(target=self._pass_back, args=(server, client))
            answers.start()
            before = b""
            with suppress(OSError):
                while piece := client.recv(PIECE):
                    met = self._breaks_at(piece, before)
                    if met is not None:
                        # From here on the client hears nothing more.
                        client.shutdown(socket.SHUT_RDWR)
                        if met.reaches_server:
                            server.sendall(piece)
                        break
                    server.sendall(piece)
                    before = b"" if b"COMMIT" in piece else before + piece
            with suppress(OSError):
                # What was sent is read to its end by the server.
                server.shutdown(socket.SHUT_WR)
            answers.join()

    def _pass_back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while piece := server.recv(PIECE):
                with suppress(OSError):
                    client.sendall(piece)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


@contextmanager
def breaking_proxy(server: int) -> Iterator[BreakingProxy]:
    """Stand between clients and a server's port until the block ends."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        proxy = BreakingProxy(server, int(listening.getsockname()[1]))
        threads: list[Thread] = []

        def take() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    threads.append(Thread(target=proxy.serve, args=(client,)))
                    threads[-1].start()

        taking = Thread(target=take)
        taking.start()
        try:
            yield proxy
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            taking.join()
            for thread in threads:
                thread.join()
