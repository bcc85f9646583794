"""Connections: an end is made of those that keep the server waiting, on the way in and out.

A head has to be whole soon, a body has to keep coming, and an answer has to be taken. Each second
or so every connection is looked at; uvicorn by itself only ends those on which nothing is asked.
Nor has one address all connections: bodies wait in memory or on the disk while they come.
"""

from asyncio import BaseTransport, TimerHandle
from http import HTTPStatus
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from geo_service.web.bounded_heads import BoundedHeads
from geo_service.web.problems import Problem, problem_response
from geo_service.web.rate_limits import sender_of
from geo_service.web.security_headers import HEADERS
from geo_service.web.trusted_proxies import TrustedProxies


class PatientConnections(BoundedHeads):
    """Reads requests and sends answers as uvicorn does, but waits for nobody for ever."""

    look_s: ClassVar = 1.0
    """So often a connection is looked at."""
    head_s: ClassVar = 20.0
    """Within this a head is whole, from the connection, or its first byte, on."""
    body_s: ClassVar = 600.0
    """Within this a body is whole: the largest there may be at 55 kB a second."""
    quiet_s: ClassVar = 30.0
    """In each such span a body, or a connection that takes its answer, moves on by"""
    least_bytes: ClassVar = 4_096
    """this many bytes."""
    left_bytes: ClassVar = 8 * 1024 * 1024
    """So much of a body that has been answered already is let go by, a few photos of a phone, so
    that senders who first send it all learn of the answer; and for"""
    left_s: ClassVar = 5.0
    """so long."""
    most_of_one: ClassVar = 400
    """So many may be open from one address (IPv6: its /64), a tenth of all; from a proxy that is
    trusted any number."""

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 - as uvicorn makes it
        super().__init__(*args, **named)
        self.sender = ""
        """Whom it is counted for; blank: nobody."""
        self._look: TimerHandle | None = None
        self._head_began: float | None = None
        """When a head was first waited for that is not whole; None: no head is."""
        self._in_body = False
        self._body_began = 0.0
        self._quiet_began, self._quiet_bytes = 0.0, 0
        self._answered_at: float | None = None
        self._left = 0
        self._unsent_began, self._unsent = 0.0, 0

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin to wait for a head, unless too many are open from the same address."""
        super().connection_made(cast("Any", transport))
        self._head_began = self._unsent_began = self.loop.time()
        self._look = self.loop.call_later(self.look_s, self._look_at_it)
        is_proxy = isinstance(self.app, TrustedProxies) and self.app.trusts(self.client)
        self.sender = sender_of(self.client[0]) if self.client and not is_proxy else ""
        if self.sender and self._of_same_sender() > self.most_of_one:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections from this address.")

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop looking."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read the next bytes, unless they belong to what has been answered too long ago."""
        if not self._in_body and self._head_began is None:
            self._head_began = self.loop.time()
        if self._in_body and self.cycle.response_complete:
            self._left += len(data)
            if self._left > self.left_bytes:
                self.transport.close()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a head, if it comes right behind another request."""
        if self._head_began is None:
            self._head_began = self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin to wait for a body."""
        self._head_began, self._answered_at = None, None
        self._in_body, self._left = True, 0
        self._body_began = self._quiet_began = self.loop.time()
        self._quiet_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._quiet_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for nothing until the next head begins."""
        self._in_body = False
        super().on_message_complete()

    def resume_writing(self) -> None:
        """Note that an answer is being taken, and send on."""
        self._unsent = 0
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong with bytes that are no request, and let go."""
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    @property
    def _met(self) -> RequestResponseCycle | None:
        """The request that came last; None before there was any, which uvicorn does not tell."""
        return cast("RequestResponseCycle | None", self.cycle)

    def _of_same_sender(self) -> int:
        return sum(
            isinstance(one, PatientConnections) and one.sender == self.sender
            for one in self.connections
        )

    def _look_at_it(self) -> None:
        now = self.loop.time()
        self._look = self.loop.call_later(self.look_s, self._look_at_it)
        if self._is_stuck(now):
            self.transport.abort()
        elif not self.transport.is_closing():
            self._check_head(now)
            self._check_body(now)

    def _is_stuck(self, now: float) -> bool:
        """Say whether nobody takes what is to be sent."""
        unsent = self.transport.get_write_buffer_size()
        if not unsent or not self._unsent or self._unsent - unsent >= self.least_bytes:
            self._unsent_began, self._unsent = now, unsent
        self._unsent = max(self._unsent, unsent)
        return now - self._unsent_began > self.quiet_s

    def _check_head(self, now: float) -> None:
        if self._head_began is None or now - self._head_began <= self.head_s:
            return
        if self._met is not None and not self._met.response_complete:
            # The answer before it has to be out first.
            return
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The head of the request did not come in time.")

    def _check_body(self, now: float) -> None:
        if not self._in_body or self._met is None:
            return
        if self._met.response_complete:
            self._answered_at = self._answered_at or now
            if now - self._answered_at > self.left_s:
                self.transport.close()
            return
        if self.flow.read_paused or self._met.waiting_for_100_continue:
            # It is this side that is not ready.
            self._body_began += now - self._quiet_began
            self._quiet_began, self._quiet_bytes = now, 0
            return
        is_quiet = False
        if now - self._quiet_began > self.quiet_s:
            is_quiet = self._quiet_bytes < self.least_bytes
            self._quiet_began, self._quiet_bytes = now, 0
        if is_quiet or now - self._body_began > self.body_s:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The body did not come in time.")

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer if nothing has been answered yet, and let go."""
        if self._met is None or self._met.response_complete or not self._met.response_started:
            answer = problem_response(Problem(status, status.phrase, detail))
            answer.headers.update({**HEADERS, "Connection": "close"})
            head = [*self.server_state.default_headers, *answer.raw_headers]
            lines = b"".join(b"%b: %b\r\n" % field for field in head)
            self.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[status], lines, bytes(answer.body)))
        self.transport.close()
