"""Whatever page is asked for, the answer in front of the app is the one behind it."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import facilities as stored
from geo_service.web.app import SMALLEST_ZIPPED, make_app, make_served_app
from geo_service.web.nearest_at_once import Shortcut
from geo_service.web.ogc.items_at_once import ItemsAtOnce

FACILITIES = "/ogc/collections/facilities/items"
ISSUES = "/ogc/collections/issues/items"
Fields = Sequence[tuple[bytes, bytes]]

PIECES = st.sampled_from([
    "limit=1", "limit=2", "limit=0", "limit=x", "limit=100000", "bbox=112,32,113,33",
    "bbox=112.13,32.03,112.134,32.034", "bbox=1,2", "datetime=2026-11-01/..", "kind=rest_station",
    "f=json", "f=html", "f=xml", "sortby=name", "name=%E9%A9%BF",
    "filter=kind%3D%27rest_station%27",
    "properties=name,kind", "properties=none", "unknown=1", "cursor=WyJhIl0", "cursor=x",
    "crs=http://www.opengis.net/def/crs/EPSG/0/4326", "crs=x",
])  # fmt: skip


class Told(NamedTuple):
    """An answer as it leaves."""

    status: int
    headers: list[tuple[bytes, bytes]]
    """In order of their names."""
    body: bytes


class Doors:
    """One city asked in front, where pages are answered at once, and behind."""

    def __init__(self, workspace: Workspace, now: datetime) -> None:
        self.workspace, self.passed_on = workspace, 0
        self._usual = make_app(workspace, clock=lambda: now)
        service = self._usual.state.service
        self._front = ItemsAtOnce(self._pass_on, service, SMALLEST_ZIPPED)
        self._runner = asyncio.Runner()
        for name in ("facilities", "issues"):
            self.behind(f"/ogc/collections/{name}/items")

    async def _pass_on(self, *asked: Any) -> None:  # noqa: ANN401 - handed on as they are
        self.passed_on += 1
        await self._usual(*asked)

    def close(self) -> None:
        self._runner.close()
        self.workspace.close()

    def behind(self, path: str, query: str = "", **request: Any) -> Told:  # noqa: ANN401 - as told_by
        return self._runner.run(told_by(self._usual, path, query, **request))

    def front(self, path: str, query: str = "", **request: Any) -> Told:  # noqa: ANN401 - as told_by
        return self._runner.run(told_by(self._front, path, query, **request))

    def at_once(self, path: str, query: str = "", **request: Any) -> bool:  # noqa: ANN401 - as told_by
        """Ask both, which must tell the same; say whether it was answered in front."""
        before = self.passed_on
        front = self.front(path, query, **request)
        at_once = self.passed_on == before
        assert front == self.behind(path, query, **request), query
        return at_once


async def told_by(
    app: Any,  # noqa: ANN401 - any app there is
    path: str,
    query: str,
    *,
    method: str = "GET",
    headers: Fields = (),
) -> Told:
    """Ask as a server does."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

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
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"city.test"), *headers],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    start, *rest = sent
    content = b"".join(message.get("body", b"") for message in rest)
    return Told(start["status"], sorted(start["headers"]), content)


@pytest.fixture
def doors(city: Any, now: datetime) -> Iterator[Doors]:  # noqa: ANN401 - of conftest
    opened = Doors(open_workspace(city.settings), now)
    yield opened
    opened.close()


@pytest.mark.parametrize("path", [FACILITIES, ISSUES])
@pytest.mark.parametrize(
    "query", ["", "limit=2", "bbox=112,32,113,33&limit=3", "f=json", "properties=id",
              "crs=http://www.opengis.net/def/crs/EPSG/0/4326"],
)  # fmt: skip
def test_a_page_of_what_anybody_sees_is_answered_at_once(
    doors: Doors, path: str, query: str
) -> None:
    assert doors.at_once(path, query)


@pytest.mark.parametrize(
    ("path", "query", "request_"),
    [
        (FACILITIES, "f=html", {}),
        (FACILITIES, "sortby=name", {}),
        (FACILITIES, "filter=kind%3D%27rest_station%27", {}),
        (FACILITIES, "limit=0", {}),
        (FACILITIES, "", {"headers": [(b"accept", b"text/html")]}),
        (FACILITIES, "", {"headers": [(b"accept-encoding", b"gzip, br")]}),
        (FACILITIES, "", {"headers": [(b"authorization", b"Bearer nobody")]}),
        (FACILITIES, "", {"headers": [(b"cookie", b"geo_service_key_80=nobody")]}),
        (FACILITIES, "", {"method": "HEAD"}),
        (FACILITIES, "", {"method": "POST"}),
        (f"{FACILITIES}/items", "", {}),
        ("/ogc/collections/none/items", "", {}),
        ("/ogc/collections/street_exposure/items", "", {}),
        ("/ogc/collections/areas/items", "f=html", {}),
        ("/ogc/collections", "", {}),
    ],
)
def test_all_else_goes_the_usual_way(
    doors: Doors, path: str, query: str, request_: dict[str, Any]
) -> None:
    assert not doors.at_once(path, query, **request_)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECES, max_size=4))
def test_whatever_is_asked_both_tell_the_same(doors: Doors, pieces: list[str]) -> None:
    doors.at_once(FACILITIES, "&".join(pieces))


def test_pages_follow_each_other_to_the_last_feature(doors: Doors) -> None:
    query, seen = "limit=1", []
    while query:
        page = json.loads(doors.front(FACILITIES, query).body)
        seen += [feature["id"] for feature in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        query = following[0].partition("?")[2] if following else ""
    assert seen == sorted(set(seen))
    assert len(seen) == page["numberMatched"]
    assert doors.passed_on == 0


def test_a_change_is_told_at_once_to_whoever_asks_next(
    own_settings: Settings, now: datetime
) -> None:
    doors = Doors(open_workspace(own_settings), now)
    with doors.workspace.database.writing() as connection:
        first = stored.read_all(connection)[0]
        stored.write(connection, [replace(first, name="新驿站")])
    told = doors.front(FACILITIES, f"id={first.facility_id}")
    assert doors.passed_on == 1
    assert "新驿站" in told.body.decode()
    assert doors.at_once(FACILITIES, f"id={first.facility_id}")
    doors.close()


def test_the_app_that_is_served_answers_pages_at_once(
    city: Any,  # noqa: ANN401 - of conftest
    now: datetime,
) -> None:
    with open_workspace(city.settings) as workspace:
        served = make_served_app(workspace, clock=lambda: now)
        # In front of both stands what says whose word about a request is taken.
        assert isinstance(served._app, Shortcut)
        assert isinstance(served._app._app, ItemsAtOnce)
