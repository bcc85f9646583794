"""What a district's riders, cabinets and planners ask at once, in random order and their shares."""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlencode

import numpy as np

SHARES: Final = {
    "nearest": 0.70,
    "nearest with the way": 0.05,
    "state": 0.08,
    "report": 0.03,
    "rider's page": 0.05,
    "public map": 0.02,
    "features": 0.04,
    "tile": 0.03,
}
"""Of a hundred requests so many are of each sort."""
SHED: Final = (429, 503)
SENDERS: Final = 5_000
"""From so many addresses they come, as a proxy in front would tell; some rules are for each."""
MOST_CONNECTIONS: Final = 400
ANSWER_WITHIN_S: Final = 30.0


@dataclass(frozen=True)
class Asked:
    """One request, as it is sent, and of which sort it is."""

    sort: str
    message: bytes


class Traffic:
    """Makes requests of the demo's district.

    Parameters
    ----------
    key : str
        An operator's, or of staff: it reports states.
    facilities : sequence of str
        Whose state is reported.
    shares : mapping of str to float
        How many of each sort, of one request.
    """

    def __init__(
        self,
        key: str,
        facilities: Sequence[str],
        shares: Mapping[str, float] = SHARES,
        seed: int = 20261128,
    ) -> None:
        self._random = np.random.default_rng(seed)
        self._key = key
        self._facilities = facilities
        self._sorts = list(shares)
        self._shares = np.array(list(shares.values()))
        self._number = 0
        self._run = f"{time.time_ns():x}"

    def requests(self) -> Iterator[Asked]:
        """Go on for ever."""
        while True:
            for sort in self._random.choice(self._sorts, 1000, p=self._shares):
                self._number += 1
                yield Asked(str(sort), self._message(str(sort)))

    def pauses(self, rate: float) -> Iterator[float]:
        """Seconds between requests that do not wait for each other (a Poisson process)."""
        while True:
            yield from self._random.exponential(1 / rate, 1000).tolist()

    def _message(self, sort: str) -> bytes:
        lon, lat = 112.14 + self._random.normal() / 200, 32.042 + self._random.normal() / 250
        place, box = f"lat={lat:.6f}&lon={lon:.6f}", _around(lon, lat)
        x, y = self._random.integers(-1, 2, 2)
        if sort == "state":
            return self._state()
        if sort == "report":
            return self._report(lon, lat)
        return self._get(
            {
                "nearest": f"/facilities/nearest?{place}&k=3",
                "nearest with the way": f"/facilities/nearest?{place}&k=1&way=true",
                "rider's page": "/",
                "public map": "/planner",
                "features": f"/ogc/collections/facilities/items?limit=10&bbox={box}",
                "tile": f"/tiles/facilities/14/{13295 + x}/{6651 + y}.mvt",
            }[sort]
        )

    def _state(self) -> bytes:
        place = self._facilities[self._random.integers(len(self._facilities))]
        state = {
            "observed_at": datetime.now(UTC).isoformat(),
            "charged": int(self._random.integers(9)),
            "empty": int(self._random.integers(9)),
        }
        body = json.dumps(state).encode()
        path = f"/facilities/{quote(place)}/state"
        return self._with_body("PUT", path, "application/json", body, bearing=self._key)

    def _report(self, lon: float, lat: float) -> bytes:
        form = {
            "service_code": ("standing_water", "blocked_lane")[self._number % 2],
            "lat": f"{lat:.6f}",
            "long": f"{lon:.6f}",
            "description": f"第 {self._number} 个问题",
        }
        body = urlencode(form).encode()
        return self._with_body(
            "POST", "/open311/v2/requests.json", "application/x-www-form-urlencoded", body
        )

    def _with_body(
        self, method: str, path: str, media_type: str, body: bytes, bearing: str = ""
    ) -> bytes:
        key = f"Authorization: Bearer {bearing}\r\n" if bearing else ""
        head = (
            f"{method} {path} HTTP/1.1\r\n{self._from()}Content-Type: {media_type}\r\n"
            f"Idempotency-Key: load-{self._run}-{self._number}\r\n{key}"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def _get(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\n{self._from()}Accept-Encoding: gzip\r\n\r\n".encode()

    def _from(self) -> str:
        third, fourth = divmod(int(self._random.integers(SENDERS)), 250)
        return (
            "Host: localhost\r\n"
            f"X-Forwarded-For: 10.0.{third}.{fourth + 1}\r\nX-Forwarded-Proto: http\r\n"
        )


def _around(lon: float, lat: float) -> str:
    return f"{lon - 0.005:.6f},{lat - 0.005:.6f},{lon + 0.005:.6f},{lat + 0.005:.6f}"


@dataclass
class Seen:
    """What became of the requests, one row each."""

    sorts: list[str] = field(default_factory=list)
    due_s: list[float] = field(default_factory=list)
    """When each was due, by a clock that only goes on."""
    took_s: list[float] = field(default_factory=list)
    """From when it was due to the end of its answer: waiting for a connection counts too."""
    statuses: list[int] = field(default_factory=list)
    """0: there was no answer."""

    def add(self, sort: str, due_s: float, took_s: float, status: int) -> None:
        """Write one down."""
        self.sorts.append(sort)
        self.due_s.append(due_s)
        self.took_s.append(took_s)
        self.statuses.append(status)

    def p99_ms(self, sort: str | None = None, *, since: float = 0.0) -> float:
        """Of what was answered well: of all sorts, or one; NaN if nothing was."""
        took = [
            took
            for name, due, took, status in zip(
                self.sorts, self.due_s, self.took_s, self.statuses, strict=True
            )
            if sort in (None, name) and due >= since and 200 <= status < 300
        ]
        return float(np.percentile(took, 99)) * 1000 if took else float("nan")

    def count(self, *, well: bool = False, shed: bool = False, wrong: bool = False) -> int:
        """Count what was answered well, shed, or neither."""
        return sum(
            (well and 200 <= status < 300)
            or (shed and status in SHED)
            or (wrong and status not in SHED and not 200 <= status < 300)
            for status in self.statuses
        )


class Clients:
    """Connections to a server on loopback, opened as they are needed and used again.

    Parameters
    ----------
    port : int
        Where it listens.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._room = asyncio.Semaphore(MOST_CONNECTIONS)

    async def send(self, asked: Asked, due_s: float, seen: Seen) -> None:
        """Send one request and write down what became of it."""
        status = 0
        async with self._room:
            with suppress(OSError, EOFError, TimeoutError):
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    status = await self._answer(asked.message)
        seen.add(asked.sort, due_s, time.perf_counter() - due_s, status)

    async def _answer(self, message: bytes) -> int:
        while self._idle:
            reader, writer = self._idle.pop()
            # A server lets go of idle connections; whoever meets that asks again on another.
            with suppress(OSError, EOFError):
                return await self._ask(reader, writer, message)
        return await self._ask(*await asyncio.open_connection("127.0.0.1", self._port), message)

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes
    ) -> int:
        kept = False
        try:
            writer.write(message)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0")
            await reader.readexactly(length)
            kept = b"connection: close" not in head
        finally:
            if kept:
                self._idle.append((reader, writer))
            else:
                writer.close()
        return int(head[9:12])

    def close(self) -> None:
        """Let go of all connections."""
        for _, writer in self._idle:
            writer.close()


async def send_at_once(port: int, traffic: Traffic, connections: int, seconds: float) -> Seen:
    """Send one request after the other over each of some connections: as much as the server can."""
    seen, clients, requests = Seen(), Clients(port), traffic.requests()
    end = time.perf_counter() + seconds

    async def client() -> None:
        while (now := time.perf_counter()) < end:
            await clients.send(next(requests), now, seen)

    await asyncio.gather(*(client() for _ in range(connections)))
    clients.close()
    return seen


async def send_at_rate(port: int, traffic: Traffic, rate: float, seconds: float) -> Seen:
    """Send so many requests a second, each in its own time, whatever became of those before."""
    seen, clients = Seen(), Clients(port)
    due = begun = time.perf_counter()
    under_way: set[asyncio.Task[None]] = set()
    for asked, pause in zip(traffic.requests(), traffic.pauses(rate), strict=False):
        due += pause
        if due - begun > seconds:
            break
        ahead = due - time.perf_counter()
        if ahead > 0:
            await asyncio.sleep(ahead)
        task = asyncio.create_task(clients.send(asked, due, seen))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    clients.close()
    return seen
