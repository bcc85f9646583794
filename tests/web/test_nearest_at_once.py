"""Whatever is asked, the answer in front of the app is the one behind it, to the byte."""

import asyncio
import gzip
import io
import json
import logging
import re
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event, get_ident
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_service.domain.facility import Facility, State
from geo_service.domain.opening import Calendar
from geo_service.flows import placed_facilities as placed_module
from geo_service.flows.load_streets import load_streets
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import city
from geo_service.store import facilities as stored
from geo_service.streets.profile import Profile
from geo_service.web.app import make_app, make_served_app
from geo_service.web.nearest_at_once import Shortcut
from geo_service.web.request_log import ACCESS, GatheringHandler

PATH = "/facilities/nearest"
HERE = "lat=32.0341&lon=112.1341"
PATIENCE_S = 30.0
LOGGED = re.compile(r"GET /facilities/nearest (\d{3}) \d+\.\d ms")
VARY = (b"vary", b"Accept-Encoding")
"""Said where an answer may be zipped; the one in front never is."""

Fields = Sequence[tuple[bytes, bytes]]
Pairs = list[tuple[str, str]]


class Told(NamedTuple):
    """An answer as it leaves."""

    status: int
    headers: list[tuple[bytes, bytes]]
    """In order of their names."""
    body: bytes


class Doors:
    """One city asked in front, where the rider's question is answered at once, and behind."""

    def __init__(self, workspace: Workspace, now: datetime) -> None:
        self.workspace, self.now, self.passed_on = workspace, now, 0
        self.shortcut = make_served_app(workspace, clock=lambda: self.now)
        answering = self.shortcut._app
        assert isinstance(answering, Shortcut)
        self._usual, answering._app = answering._app, self._pass_on
        self._runner = asyncio.Runner()
        self.readers: list[int] = []
        """The threads that read what has changed, one entry each time."""
        kept_facilities = answering._service.kept_facilities
        self._really_read, kept_facilities._read = kept_facilities._read, self._read  # type: ignore[method-assign] - to be seen

    async def _pass_on(self, *asked: Any) -> None:  # noqa: ANN401 - handed on as they are
        self.passed_on += 1
        await self._usual(*asked)

    def _read(self, *asked: Any) -> Any:  # noqa: ANN401 - handed on as they are
        self.readers.append(get_ident())
        self.before_reading()
        return self._really_read(*asked)

    def before_reading(self) -> None:
        """Do nothing; a test may put something else here."""

    def run(self, work: Awaitable[Any]) -> Any:  # noqa: ANN401 - whatever comes of it
        async def finish() -> object:
            return await work

        return self._runner.run(finish())

    def close(self) -> None:
        self._runner.close()
        self.workspace.close()

    async def ask_front(self, query: str, **request: Any) -> Told:  # noqa: ANN401 - as told_by
        return await told_by(self.shortcut, query, **request)

    def front(self, query: str, **request: Any) -> Told:  # noqa: ANN401 - as told_by
        return self.run(self.ask_front(query, **request))

    def behind(self, query: str, **request: Any) -> Told:  # noqa: ANN401 - as told_by
        return self.run(told_by(self._usual, query, **request))

    def anew(self, *queries: str) -> list[bytes]:
        """Ask an app that has just been started."""
        with open_workspace(self.workspace.settings) as workspace:
            app = make_app(workspace, clock=lambda: self.now)
            return [self.run(told_by(app, query)).body for query in queries]

    def same(self, query: str, **request: Any) -> tuple[Told, bool]:  # noqa: ANN401 - as told_by
        """Ask both, behind first; return the answer, and whether it was given in front."""
        behind, before = self.behind(query, **request), self.passed_on
        front = self.front(query, **request)
        at_once = self.passed_on == before
        headers = [field for field in behind.headers if not (at_once and field == VARY)]
        assert front == behind._replace(headers=headers), query
        return front, at_once


async def told_by(
    app: Any,  # noqa: ANN401 - any app there is
    query: str,
    *,
    path: str = PATH,
    method: str = "GET",
    headers: Fields = (),
    root_path: str = "",
    body: bytes = b"",
) -> Told:
    """Ask as a server does, with the query just as it came."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": root_path,
        "query_string": query.encode(),
        "headers": list({b"host": b"city.test", **dict(headers)}.items()),
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    start, *rest = sent
    assert start["type"] == "http.response.start"
    assert {message["type"] for message in rest} == {"http.response.body"}
    assert [message.get("more_body", False) for message in rest][-1] is False
    content = b"".join(message.get("body", b"") for message in rest)
    return Told(start["status"], sorted(start["headers"]), content)


@pytest.fixture
def doors(city: Any, now: datetime) -> Iterator[Doors]:  # noqa: ANN401 - of conftest
    opened = Doors(open_workspace(city.settings), now + timedelta(seconds=1))
    yield opened
    opened.close()


@pytest.fixture
def own_doors(own_settings: Settings, now: datetime) -> Iterator[Doors]:
    """Return the doors of a city that the test may change."""
    opened = Doors(open_workspace(own_settings), now + timedelta(seconds=1))
    yield opened
    opened.close()


def ids(told: Told) -> list[str]:
    return [feature["id"] for feature in json.loads(told.body)["features"]]


def faults(told: Told) -> set[str]:
    return {fault["field"] for fault in json.loads(told.body)["errors"]}


def written(random: Random, pairs: Pairs) -> str:
    """Write a query as one may: in any order, with more signs encoded than need be."""

    def encoded(text: str) -> str:
        signs = []
        for byte in text.encode():
            plain = chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "-._~:,")
            if plain and random.random() < 0.9:
                signs.append(chr(byte))
            elif byte == ord(" ") and random.random() < 0.5:
                signs.append("+")
            else:
                signs.append(random.choice(["%{:02x}", "%{:02X}"]).format(byte))
        return "".join(signs)

    random.shuffle(pairs)
    joined = "".join(
        f"{encoded(name)}={encoded(text)}{random.choice(['&', '&', '&', '&&'])}"
        for name, text in pairs
    )
    return joined if random.random() < 0.2 else joined.rstrip("&")


GOOD: dict[str, list[str]] = {
    "k": ["1", "3", "8", "05", "9", "50"],
    "by": ["time", "distance", "time", "distance", "straight"],
    "profile": ["ebike", "walk"],
    "open_at": ["now", "2026-11-18T21:00:00+08:00", "2026-11-18T16:00:00Z", "20261119T00Z"],
    "open_for": ["0", "0.5", "30", "10080"],
    "usable": ["true", "false"],
    "max_distance_m": ["50", "500", "1e6"],
    "way": ["false", "false", "true"],
    "lang": ["zh", "en"],
    "datum": ["wgs84", "gcj02", "bd09"],
}
LATS = ["32.0341", "32.04", "32.", "3.2036e1", "32.3", "-90", "90", "0", "032.0341", ".5"]
LONS = ["112.1341", "112.14", "1.121341e2", "112.5", "-180", "180", "0"]
KINDS = ["charging_cabinet", "rest_station", "service_window"]
AMENITIES = ["drinking_water", "microwave", "pool"]


def good_pairs(random: Random) -> Pairs:
    names = random.sample(sorted(GOOD), random.choice([0, 1, 2, 3, len(GOOD)]))
    told = {name: random.choice(GOOD[name]) for name in names}
    if told.get("way") == "true":
        told.pop("k", None)
    pairs = list(told.items())
    pairs += [("kind", kind) for kind in random.choices(KINDS, k=random.choice([0, 0, 1, 2]))]
    pairs += [("amenity", one) for one in random.sample(AMENITIES, random.choice([0, 0, 1, 2]))]
    return [*pairs, ("lat", random.choice(LATS)), ("lon", random.choice(LONS))]


def can_be_told_at_once(pairs: Pairs) -> bool:
    """Say whether a question that has been asked before needs no search of its own."""
    asked = dict(pairs)
    by_time = asked.get("by", "time") == "time"
    return (
        asked.get("by") != "straight"
        and int(asked.get("k", "3")) <= 8
        and asked.get("way") != "true"
        and not (by_time and "max_distance_m" in asked)
    )


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**9))
def test_any_question_that_makes_sense_is_told_in_front_as_behind(doors: Doors, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - nothing secret
    pairs = good_pairs(random)
    told, at_once = doors.same(written(random, pairs))
    assert told.status == 200
    straight = b"are in a straight line" in told.body
    assert at_once is (can_be_told_at_once(pairs) and not straight)


NASTY_NAMES = ["", "LAT", "lat ", "colour", "k[]", "lat\0", "纬度", "__class__", "q" * 300]
NASTY_TEXTS = [
    *["", " ", "nan", "NaN", "inf", "-inf", "1e400", "1e99", "1e-400", "٣٢", "\uff13", "0x10"],
    *["1_0", "32,04", " 32", "32 ", "32\n", "TRUE", "True", "1", "0", "-1", "-0", "51", "100000"],
    *["9999999999", "2.0", "mood", "car", "nad27", "helipad", "Rest Station", "<script>", "\0"],
    *["💧", "a" * 5000, "0" * 5000, "%", "%zz", "noon", "2026-11-18", "null", "[]", "{}", "now"],
    *["9999-12-31T23:59:59-12:00", "0001-01-01T00:00Z", "rest_station\n", "rest_station,x", "&"],
]


VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=60)
"""All that a server takes in a query."""


@settings(max_examples=350, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**9), st.none() | VISIBLE)
def test_any_nonsense_is_told_in_front_as_behind(doors: Doors, seed: int, raw: str | None) -> None:
    random = Random(seed)  # noqa: S311 - nothing secret
    pairs = good_pairs(random)
    for _ in range(random.choice([1, 1, 2])):
        name = random.choice(["lat", "lon", "kind", "amenity", *GOOD, *NASTY_NAMES])
        if random.random() < 0.5:
            pairs = [pair for pair in pairs if pair[0] != name]
        pairs.append((name, random.choice(NASTY_TEXTS)))
    query = written(random, pairs)
    for asked in (query,) if raw is None else (raw, query + raw, f"{raw}&{query}"):
        told, at_once = doors.same(asked)
        assert told.status in {200, 422}
        assert not (at_once and told.status != 200)


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        *[("", {"lat", "lon"}), ("&&", {"lat", "lon"}), ("lat", {"lat", "lon"})],
        *[(f"{HERE}&lat=32", {"lat"}), (f"{HERE}&lat", {"lat"}), (f"{HERE}&k=1&k=1", {"k"})],
        *[(f"{HERE}&colour=red", {"colour"}), (f"{HERE}&LAT=1", {"LAT"}), (f"{HERE}&=1", {""})],
        *[("lat=nan&lon=1e400", {"lat", "lon"}), ("lat=0x10&lon=1_0", {"lat", "lon"})],
        *[("lat=%D9%A3%D9%A2&lon=%EF%BC%93", {"lat", "lon"}), ("lat=+32&lon=1+", {"lat", "lon"})],
        *[(f"{HERE}&k=0", {"k"}), (f"{HERE}&k=100000", {"k"}), (f"{HERE}&k=", {"k"})],
        *[(f"{HERE}&k=%D9%A3", {"k"}), (f"{HERE}&k=3.0", {"k"}), (f"{HERE}&k=-1", {"k"})],
        *[(f"{HERE}&usable=TRUE", {"usable"}), (f"{HERE}&way=1&usable=", {"way", "usable"})],
        *[(f"{HERE}&kind=helipad", {"kind"}), (f"{HERE}&kind=rest_station%0A", {"kind"})],
        *[(f"{HERE}&kind={'a' * 60_000}", {"kind"}), (f"{HERE}&amenity=", {"amenity"})],
        (HERE + "".join(f"&kind=k{row}" for row in range(33)), {"kind"}),
        *[("lat=32.0341;lon=112.1341", {"lat", "lon"}), ("lat=32%26lon=112", {"lat", "lon"})],
        *[("lat=%zz&lon=%", {"lat", "lon"}), ("%ff=1&lat=%00&lon=112", {"\ufffd", "lat"})],
        *[(f"{HERE}&datum=GCJ02&by=Time", {"datum", "by"})],
        *[(f"{HERE}&max_distance_m=0", {"max_distance_m"}), (f"{HERE}&{'x=1&' * 2000}", {"query"})],
        *[(f"{HERE}&{'x=1&' * 20}", {"x"}), (f"{HERE}&way=true&k=11", {"k"})],
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_what_is_wrong_is_told_by_its_field_from_behind(
    doors: Doors, query: str, wrong: set[str]
) -> None:
    told, at_once = doors.same(query)
    assert (told.status, at_once, faults(told)) == (422, False, wrong)
    assert dict(told.headers)[b"content-type"] == b"application/problem+json"


@pytest.mark.parametrize(
    "query",
    [
        *["&".join(reversed(HERE.split("&"))), f"&{HERE}&&", "%6Cat=32%2E0341&lon=%31%31%32.1341"],
        *["lat=32.03410000000000000000000000&lon=112.1341", f"{HERE}&kind=rest%5Fstation"],
        *[f"{HERE}&kind=rest_station&kind=service_window", f"{HERE}&k=000000003"],
        f"{HERE}&open_at=2026-11-18T21:00:00%2B08:00&usable=true&open_for=7.5",
        f"{HERE}{'&kind=rest_station' * 33}",
        *[f"{HERE}&datum=gcj02", f"{HERE}&profile=walk&by=distance&max_distance_m=900&lang=en"],
    ],
)
def test_what_is_right_is_told_at_once_the_second_time(doors: Doors, query: str) -> None:
    first = doors.front(query)
    assert doors.passed_on == 1, "its table is made where others need not wait for it"
    assert first.status == 200
    told, at_once = doors.same(query)
    assert at_once
    assert told.body == first.body
    assert dict(told.headers)[b"content-length"] == b"%d" % len(told.body)
    assert dict(told.headers)[b"cache-control"] == b"no-store"
    assert dict(told.headers)[b"content-type"] == b"application/geo+json"
    assert dict(told.headers)[b"x-content-type-options"] == b"nosniff"


def test_question_means_what_it_says(doors: Doors) -> None:
    """Not only the same in front and behind: filters are obeyed, and the datum is."""
    for _ in range(2):
        assert ids(doors.front(f"{HERE}&k=1")) == ["cabinet-fresh"]
        assert set(ids(doors.front(f"{HERE}&k=8"))) == {
            *["cabinet-fresh", "cabinet-stale", "station", "station-night", "window"]
        }
        assert ids(doors.front(f"{HERE}&amenity=microwave&open_at=now")) == ["station"]
        assert ids(doors.front(f"{HERE}&kind=charging_cabinet&usable=true")) == ["cabinet-fresh"]
        assert ids(doors.front(f"{HERE}&by=distance&max_distance_m=60")) == ["cabinet-fresh"]
        moved = json.loads(doors.front(f"{HERE}&k=1&datum=gcj02").body)["features"][0]
        assert moved["properties"]["straight_m"] > 100
    assert doors.passed_on == 4, "once for each set of facilities and measure"


HEADERS: list[Fields] = [
    [(b"accept", b"text/html")],
    [(b"accept", b"image/png;q=0")],
    [(b"if-none-match", b"*")],
    [(b"if-none-match", b'"x"'), (b"if-modified-since", b"Wed, 18 Nov 2026 02:00:00 GMT")],
    [(b"authorization", b"Bearer gs_not_a_key")],
    [(b"authorization", b"Basic \xff")],
    [(b"cookie", b"gs_key=worth-nothing; __Host-gs_key=worth-nothing")],
    [(b"origin", b"https://elsewhere.test"), (b"sec-fetch-site", b"cross-site")],
    [(b"range", b"bytes=0-9"), (b"idempotency-key", b"1")],
    [(b"host", b"other.test"), (b"x-forwarded-host", b"evil.test"), (b"x-forwarded-proto", b"x")],
    [(b"x-http-method-override", b"DELETE"), (b"content-length", b"0")],
    [(b"accept-encoding", b"identity, *;q=0")],
]


@pytest.mark.parametrize("headers", HEADERS)
def test_what_comes_with_a_question_changes_nothing(doors: Doors, headers: Fields) -> None:
    for more, in_front in (("&k=8", True), ("&k=1", True), ("&k=0", False), ("&way=true", False)):
        told, at_once = doors.same(HERE + more, headers=headers)
        assert at_once is in_front
        assert told == doors.front(HERE + more)


@pytest.mark.parametrize("key", ["rider", "admin", "expired", "revoked"])
def test_answer_is_the_same_for_everybody(doors: Doors, keys: dict[str, str], key: str) -> None:
    plain, _ = doors.same(HERE)
    shown = [(b"authorization", b"Bearer " + keys[key].encode())]
    assert doors.same(HERE, headers=shown) == (plain, True)


def test_answer_in_front_is_not_zipped_and_says_the_same(doors: Doors) -> None:
    zipping = [(b"accept-encoding", b"gzip, br")]
    behind, front = (ask(f"{HERE}&k=8", headers=zipping) for ask in (doors.behind, doors.front))
    assert dict(behind.headers)[b"content-encoding"] == b"gzip"
    assert b"content-encoding" not in dict(front.headers)
    assert gzip.decompress(behind.body) == front.body
    assert dict(front.headers)[b"content-length"] == b"%d" % len(front.body)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"method": "HEAD"}, 200),
        *[({"method": method}, 405) for method in ("POST", "PUT", "DELETE", "OPTIONS", "get", "")],
        *[({"path": path}, 404) for path in ("/Facilities/nearest", "//facilities/nearest")],
        ({"path": "/facilities/nearest/"}, 422),
        ({"path": "/facilities/nearest2"}, 422),
        ({"path": "/health/live"}, 200),
        ({"root_path": "/api", "path": "/api/facilities/nearest"}, 200),
        ({"root_path": "/api"}, 200),
    ],
)
def test_other_requests_go_the_usual_way(
    doors: Doors, request_: dict[str, Any], status: int
) -> None:
    doors.behind(HERE)
    told, at_once = doors.same(HERE, **request_)
    assert told.status == status
    assert at_once is (request_ == {"root_path": "/api"})
    if request_.get("method") == "HEAD":
        assert told.body == b""
        length = dict(told.headers)[b"content-length"]
        assert length == dict(doors.front(HERE).headers)[b"content-length"]


def test_beginning_and_end_of_the_server_reach_the_app(own_doors: Doors) -> None:
    """The first question finds the streets open."""
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[str] = []

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message["type"])
        if message["type"] == "lifespan.startup.complete":
            answering = own_doors.shortcut._app
            assert isinstance(answering, Shortcut)
            kept_facilities = answering._service.kept_facilities
            assert kept_facilities.current_if_read(Profile.EBIKE) is not None

    own_doors.run(own_doors.shortcut({"type": "lifespan", "state": {}}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


@pytest.mark.parametrize("gathered", [True, False])
def test_each_request_is_written_down_once_and_alike_without_its_query(
    doors: Doors, caplog: pytest.LogCaptureFixture, *, gathered: bool
) -> None:
    stream = io.StringIO()
    handler = GatheringHandler(stream)
    if gathered:
        ACCESS.addHandler(handler)
    try:
        with caplog.at_level(logging.INFO, logger=ACCESS.name):
            asked = [f"{HERE}&k=1", f"{HERE}&k=1", f"{HERE}&k=2", f"{HERE}&way=true", "lat=nan", ""]
            for query in asked:
                doors.front(query, headers=[(b"authorization", b"Bearer gs_secret")])
        handler.flush()
    finally:
        ACCESS.removeHandler(handler)
        handler.close()
    lines = [entry.getMessage() for entry in caplog.records if entry.name.startswith("geo_service")]
    if gathered:
        assert lines == [], "gathered lines take no part in the rest of logging"
        lines = [line.removeprefix("INFO:     ") for line in stream.getvalue().splitlines()]
    shapes = [LOGGED.fullmatch(line) for line in lines]
    assert None not in shapes, lines
    assert [shape[1] for shape in shapes if shape] == ["200", "200", "200", "200", "422", "422"]
    assert doors.passed_on == 4, "two were answered in front"


def test_what_is_not_to_be_written_down_is_not(
    doors: Doors, caplog: pytest.LogCaptureFixture
) -> None:
    stream = io.StringIO()
    handler = GatheringHandler(stream)
    ACCESS.addHandler(handler)
    try:
        with caplog.at_level(logging.WARNING, logger=ACCESS.name):
            assert [doors.front(HERE).status for _ in range(2)] == [200, 200]
        handler.flush()
    finally:
        ACCESS.removeHandler(handler)
        handler.close()
    assert stream.getvalue() == ""


def block_tables(monkeypatch: pytest.MonkeyPatch) -> tuple[Event, Event, list[object]]:
    """Let tables be made only when told to; return what says so, and a list of those made."""
    begun, go_on, made = Event(), Event(), list[object]()
    really_make = placed_module.make_table

    def make(*arguments: Any) -> object:  # noqa: ANN401 - handed on as they are
        made.append(arguments[3])
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return really_make(*arguments)

    monkeypatch.setattr(placed_module, "make_table", make)
    return begun, go_on, made


def test_while_a_table_is_made_others_are_answered(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, new = f"{HERE}&k=2", f"{HERE}&kind=rest_station"
    expected = doors.front(known).body, *doors.anew(new)
    begun, go_on, made = block_tables(monkeypatch)
    doors.passed_on = 0

    async def ask() -> tuple[Told, list[Told]]:
        waiting = [asyncio.create_task(doors.ask_front(new)) for _ in range(5)]
        await asyncio.to_thread(begun.wait, PATIENCE_S)
        meanwhile = await doors.ask_front(known)
        assert doors.passed_on == 5
        assert not any(task.done() for task in waiting)
        go_on.set()
        return meanwhile, list(await asyncio.gather(*waiting))

    meanwhile, told = doors.run(ask())
    assert meanwhile.body == expected[0]
    assert [one.body for one in told] == [expected[1]] * 5
    assert len(made) == 1
    assert doors.same(new)[1], "from now on it is known"
    assert len(made) == 1


def change_at_random(doors: Doors, random: Random) -> None:
    """Let another process change the city: a state, hours, a place, a facility more or less."""
    with open_workspace(doors.workspace.settings) as other, other.database.writing() as connection:
        known = {one.facility_id: one for one in stored.read_all(connection)}
        one = random.choice([*known.values(), Facility("new", "water_point", 112.137, 32.035)])
        what = random.choice(["state", "hours", "move", "name", "remove", "add"])
        if what == "remove" and len(known) > 2:
            stored.remove(connection, random.choice(sorted(known)))
        elif what == "state":
            observed = doors.now - timedelta(seconds=random.choice([0, 30, 599, 601]))
            counts = [random.choice([0, 1, 4]) for _ in range(3)]
            stored.write(connection, [replace(one, state=State(observed, *counts))])
        else:
            hours = random.choice(["", "off", "Mo-Su 08:00-22:00", "We 09:00-10:05"])
            place = {"lon": 112.13 + random.randrange(14) / 1000, "lat": 32.034}
            fields = {"hours": {"opening_hours": hours}, "move": place, "name": {"name": "新名"}}
            stored.write(connection, [replace(one, **fields.get(what, {}))])  # type: ignore[arg-type] - named above


QUESTIONS = [
    *[f"{HERE}&k=8", f"{HERE}&k=2&usable=true", f"{HERE}&k=5&open_at=now&profile=walk"],
    *[f"{HERE}&by=distance&max_distance_m=500&k=8", f"{HERE}&open_for=45&k=8"],
]


@pytest.mark.parametrize("seed", range(3))
def test_next_question_sees_whatever_has_changed(own_doors: Doors, seed: int) -> None:
    doors, random, differed = own_doors, Random(seed), 0  # noqa: S311 - nothing secret
    told = [doors.front(query).body for query in QUESTIONS]
    for _ in range(12):
        change_at_random(doors, random)
        doors.readers.clear()
        before, told = told, [doors.front(query).body for query in QUESTIONS]
        assert doors.readers, "what has changed is read"
        assert get_ident() not in doors.readers, "where others need not wait for it"
        assert told == doors.anew(*QUESTIONS)
        differed += told != before
        for query, body in zip(QUESTIONS, told, strict=True):
            again, at_once = doors.same(query)
            assert (again.body, at_once) == (body, True)
    assert differed > 5


def test_what_has_changed_is_read_once_for_all_who_ask_meanwhile(own_doors: Doors) -> None:
    doors, query = own_doors, QUESTIONS[1]
    doors.front(query)
    begun, go_on = Event(), Event()

    def wait() -> None:
        begun.set()
        assert go_on.wait(PATIENCE_S)

    def change() -> None:
        with doors.workspace.database.writing() as connection:
            one = stored.find(connection, "cabinet-fresh")
            assert one is not None
            stored.write(connection, [replace(one, name="新名")])

    change()
    doors.readers.clear()
    doors.passed_on = 0
    doors.before_reading = wait  # type: ignore[method-assign] - what it is there for

    async def ask() -> list[Told]:
        waiting = [asyncio.create_task(doors.ask_front(query)) for _ in range(20)]
        await asyncio.to_thread(begun.wait, PATIENCE_S)
        gone, *others = waiting
        gone.cancel()
        assert not any(task.done() for task in others)
        go_on.set()
        return list(await asyncio.gather(*others))

    told = doors.run(ask())
    assert {one.body for one in told} == {*doors.anew(query)}
    assert "新名".encode() in told[0].body
    assert (len(doors.readers), doors.passed_on) == (1, 0)


def test_changes_faster_than_they_can_be_read_are_no_endless_wait(own_doors: Doors) -> None:
    """Each reading is void by the time it ends; the usual way takes what it then finds."""
    doors, query = own_doors, QUESTIONS[0]
    doors.front(query)

    def change() -> None:
        with doors.workspace.database.writing() as connection:
            city.count_change(connection)

    change()
    doors.before_reading = change  # type: ignore[method-assign] - what it is there for
    doors.passed_on = 0
    told = doors.front(query)
    assert (told.status, doors.passed_on) == (200, 1)
    assert [told.body] == doors.anew(query)


def test_state_reported_over_http_is_in_the_next_answer(
    own_doors: Doors, keys: dict[str, str]
) -> None:
    doors, query = own_doors, f"{HERE}&kind=charging_cabinet&usable=true"
    doors.front(query)
    assert doors.same(query)[1]
    for empty, usable in ((0, []), (2, ["cabinet-fresh"]), (0, [])):
        doors.now += timedelta(seconds=1)
        state = {"charged": 1, "empty": empty, "observed_at": doors.now.isoformat()}
        put = {
            "path": "/facilities/cabinet-fresh/state",
            "method": "PUT",
            "headers": [
                (b"authorization", b"Bearer " + keys["staff"].encode()),
                (b"content-type", b"application/json"),
            ],
            "body": json.dumps(state).encode(),
        }
        assert doors.front("", **put).status == 200
        for _ in range(2):
            assert ids(doors.front(query)) == usable


def test_time_that_passes_is_seen_in_front(doors: Doors) -> None:
    """At the very moment at which a state grows stale, and a place opens or closes."""
    ends = timedelta(minutes=7), timedelta(hours=2), timedelta(hours=12), timedelta(hours=22)
    random, start = Random(5), doors.now - timedelta(seconds=1)  # noqa: S311 - nothing secret
    moments = [start + end + timedelta(microseconds=one) for end in ends for one in (-1, 0, 1)]
    moments += [start + timedelta(seconds=random.randrange(3 * 86_400)) for _ in range(20)]
    random.shuffle(moments)
    answers = set()
    for doors.now in moments:
        told = [doors.same(query)[0].body for query in QUESTIONS]
        assert [doors.front(query).body for query in QUESTIONS] == told == doors.anew(*QUESTIONS)
        answers.update(told)
    assert len(answers) > len(moments)


def street(folder: Path, lat: float) -> Path:
    line = {"type": "LineString", "coordinates": [[112.13, lat], [112.145, lat]]}
    road = {"type": "Feature", "properties": {"highway": "residential"}, "geometry": line}
    path = folder / "street.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [road]}))
    return path


def test_streets_loaded_while_it_serves_are_those_of_the_next_answer(
    own_doors: Doors, tmp_path: Path
) -> None:
    doors, answers = own_doors, set()
    for lat in (32.0341, 32.0343, 32.0341, 32.1):
        answers.add(doors.front(QUESTIONS[0]).body)
        assert doors.same(QUESTIONS[0])[1]
        with open_workspace(doors.workspace.settings) as other:
            load_streets(other, [street(tmp_path, lat)])
        told = [doors.front(query).body for query in QUESTIONS]
        assert told == doors.anew(*QUESTIONS)
    assert len(answers) == 3, "the second street was loaded twice"
    assert json.loads(doors.front(HERE).body)["by"] == "straight"


@pytest.fixture
def bare_doors(tmp_path: Path, now: datetime) -> Iterator[Doors]:
    """Return the doors of a city without streets and facilities."""
    kept = Settings(workspace=tmp_path / "bare", rider_key_file=tmp_path / "rider.key")
    opened = Doors(start_workspace(kept, Calendar()), now)
    yield opened
    opened.close()


def test_city_without_streets_and_then_without_facilities(
    bare_doors: Doors, tmp_path: Path
) -> None:
    doors = bare_doors
    for query in (HERE, f"{HERE}&by=straight", f"{HERE}&kind=rest_station"):
        told, at_once = doors.same(query)
        assert (told.status, at_once) == (503, False)
        assert dict(told.headers)[b"retry-after"] == b"30"
    assert doors.same("lat=nan&lon=0")[0].status == 422
    load_streets(doors.workspace, [street(tmp_path, 32.034)])
    for query in (HERE, f"{HERE}&usable=true&open_at=now", f"{HERE}&by=distance&profile=walk"):
        told, at_once = doors.same(query)
        assert (told.status, at_once, ids(told)) == (200, True, [])
        assert json.loads(told.body)["notes"] == ["There are no facilities here yet."]
    assert doors.same(f"{HERE}&kind=rest_station")[0].status == 422
    with doors.workspace.database.writing() as connection:
        stored.write(connection, [Facility("first", "rest_station", 112.135, 32.034)])
    for _ in range(2):
        assert ids(doors.front(f"{HERE}&kind=rest_station")) == ["first"]
    assert doors.same(HERE)[1]
