"""A small city, really loaded and really served on a loopback port."""

import asyncio
import csv
import json
import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import httpx
import jsonschema
import pytest
import shapely
import uvicorn
from fastapi.routing import APIRoute
from jsonschema.exceptions import best_match

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.category import Category, DataType, Question
from geo_service.domain.lifecycle import Stage
from geo_service.domain.opening import Calendar
from geo_service.domain.role import Role
from geo_service.flows.import_traces import import_traces
from geo_service.flows.load_facilities import load_facilities
from geo_service.flows.load_issues import load_issues
from geo_service.flows.load_streets import load_streets
from geo_service.flows.loading import LoadOptions
from geo_service.flows.manage_keys import add_key, revoke_key
from geo_service.flows.publish_release import publish_release
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import areas as stored_areas
from geo_service.store import categories as stored_categories
from geo_service.store import deadlines as stored_deadlines
from geo_service.web.app import DOORS, make_served_app
from geo_service.web.openapi_document import DescribedApp, operation_id
from geo_service.web.server import DISCRETION

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
"""A Wednesday, ten in the morning in Shanghai."""
WEST, SOUTH, STEP = 112.13, 32.03, 0.002
ROWS = 8
HOSTILE = """<b onclick=x>"站' &amp; ${1+1}`</b>"""

Moment = Callable[[], datetime]


@dataclass(frozen=True)
class City:
    """A workspace on disk and the keys that open it."""

    settings: Settings
    keys: dict[str, str]


def _feature(shape: str, coordinates: object, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": shape, "coordinates": coordinates},
    }


def _write(path: Path, features: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def _corner(column: int, row: int) -> list[float]:
    return [round(WEST + column * STEP, 6), round(SOUTH + row * STEP, 6)]


def _streets() -> list[dict[str, Any]]:
    """A grid of two-way streets, split at its corners."""
    inner = range(ROWS - 1)
    across = [[_corner(c, r), _corner(c + 1, r)] for c in inner for r in range(ROWS)]
    up = [[_corner(c, r), _corner(c, r + 1)] for c in range(ROWS) for r in inner]
    return [
        _feature("LineString", line, {"highway": "residential", "name": "格子街"})
        for line in (*across, *up)
    ]


def _facilities() -> list[dict[str, Any]]:
    fresh = (NOW - timedelta(minutes=3)).isoformat()
    stale = (NOW - timedelta(minutes=30)).isoformat()
    rows: list[tuple[list[float], dict[str, Any]]] = [
        (
            _corner(2, 2),
            {
                "id": "cabinet-fresh",
                "kind": "charging_cabinet",
                "name": "换电柜",
                "name_en": "Swap cabinet",
                "opening_hours": "24/7",
                "charged": 2,
                "empty": 3,
                "observed_at": fresh,
            },
        ),
        (
            _corner(3, 3),
            {
                "id": "cabinet-stale",
                "kind": "charging_cabinet",
                "name": "旧柜",
                "opening_hours": "24/7",
                "charged": 2,
                "empty": 3,
                "observed_at": stale,
            },
        ),
        (
            _corner(5, 2),
            {
                "id": "station",
                "kind": "rest_station",
                "name": HOSTILE,
                "name_en": "Station",
                "opening_hours": "Mo-Su 08:00-22:00",
                "amenities": "drinking_water;microwave",
            },
        ),
        (
            _corner(1, 5),
            {
                "id": "station-night",
                "kind": "rest_station",
                "name": "夜站",
                "opening_hours": "Mo-Su 20:00-23:00",
                "amenities": "drinking_water",
            },
        ),
        (
            _corner(6, 6),
            {
                "id": "window",
                "kind": "service_window",
                "name": "窗口",
                "opening_hours": "We 09:00-12:00; PH off",
            },
        ),
    ]
    return [_feature("Point", place, properties) for place, properties in rows]


def _issues() -> list[dict[str, Any]]:
    reported = "2026-09-20T08:00:00+08:00"
    return [
        _feature(
            "Point",
            [round(WEST + (column + 0.5) * STEP, 6), round(SOUTH + 4 * STEP + 0.00005, 6)],
            {
                "id": f"issue-{column}",
                "category": "standing_water",
                "description": "私密" if column == 5 else "积水",
                "reported_at": reported,
                "approved": column != 5,
            },
        )
        for column in range(1, 6)
    ]


def _trips(path: Path) -> Path:
    """Twelve riders ride two trips each along the fifth street, past all issues."""
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["trip_id", "rider_id", "t", "lon", "lat"])
        for rider in range(12):
            for trip in range(2):
                start = datetime(2026, 10, 5 + trip, 1, rider, tzinfo=UTC)
                for step in range(57):
                    t = (start + timedelta(seconds=5 * step)).isoformat()
                    lon = WEST + step * STEP / 8
                    name = f"trip-secret-{rider}-{trip}"
                    table.writerow(
                        [name, f"rider-secret-{rider}", t, f"{lon:.6f}", SOUTH + 4 * STEP]
                    )
    return path


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Build the city once; what changes it takes a copy."""
    folder = tmp_path_factory.mktemp("city")
    settings = Settings(
        workspace=folder / "workspace",
        rider_key_file=folder / "rider.key",
        # All tests report from one address, with keys that are none among them.
        reports_per_hour=0,
        failed_keys_per_hour=0,
    )
    options = LoadOptions()
    with start_workspace(settings, Calendar()) as workspace:
        load_streets(workspace, [_write(folder / "streets.geojson", _streets())])
        load_facilities(workspace, [_write(folder / "f.geojson", _facilities())], options, NOW)
        load_issues(workspace, [_write(folder / "i.geojson", _issues())], options, NOW)
        import_traces(workspace, [_trips(folder / "t.csv")], options, NOW)
        publish_release(workspace, "2026-10", NOW)
        keys = {str(role): add_key(workspace, role, None, NOW)[1] for role in Role}
        soon = NOW + timedelta(seconds=1)
        keys["expired"] = add_key(workspace, Role.ANALYST, soon, NOW - timedelta(days=1))[1]
        key_id, keys["revoked"] = add_key(workspace, Role.ANALYST, None, NOW)
        revoke_key(workspace, key_id, NOW)
    return City(settings, keys)


class JudgeOfAnswers:
    """Holds every answer that a test gets against what OpenAPI says of it.

    So a door can't answer what is not described, wherever a test asks it.
    """

    def __init__(self) -> None:
        app = DescribedApp(generate_unique_id_function=operation_id)
        for door in DOORS:
            app.include_router(door)
        self._routes = [
            route for door in DOORS for route in door.routes if isinstance(route, APIRoute)
        ]
        self._document = app.openapi()
        self._judges: dict[str, jsonschema.Draft202012Validator] = {}

    def __call__(self, response: httpx.Response) -> None:
        asked, answer = response.request, self._described(response)
        if answer is None:
            return
        where = f"{asked.method} {asked.url.path}: {response.status_code}"
        status = str(response.status_code)
        assert status in answer, f"{where} is not described"
        content = answer[status].get("content", {})
        media_type = response.headers.get("content-type", "").partition(";")[0]
        assert media_type in content or not (media_type or content), f"{where} as {media_type}"
        headers = answer[status].get("headers", {})
        always = [name for name, told in headers.items() if told.get("required")]
        missing = [name for name in always if name not in response.headers]
        assert not missing, f"{where} lacks {missing}"
        if media_type.endswith("json") and asked.method != "HEAD":
            schema = content[media_type]["schema"]
            fault = best_match(self._judge(schema).iter_errors(json.loads(response.read())))
            assert fault is None, f"{where}: {fault.json_path if fault else ''} {fault}"

    def _described(self, response: httpx.Response) -> dict[str, Any] | None:
        """Return what is described of the operation; None if there is no such operation."""
        method = {"HEAD": "GET"}.get(response.request.method, response.request.method)
        path = unquote(response.request.url.raw_path.partition(b"?")[0].decode("ascii"))
        for route in self._routes:
            if route.path_regex.match(path) and method in (route.methods or ()):
                if not route.include_in_schema or response.status_code == 500:
                    return None
                operation = self._document["paths"][route.path_format][method.lower()]
                return cast("dict[str, Any]", operation["responses"])
        return None

    def _judge(self, schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
        key = json.dumps(schema)
        if key not in self._judges:
            whole = {**schema, "components": self._document["components"]}
            formats = jsonschema.Draft202012Validator.FORMAT_CHECKER
            self._judges[key] = jsonschema.Draft202012Validator(whole, format_checker=formats)
        return self._judges[key]


@cache
def judge_of_answers() -> JudgeOfAnswers:
    """Make the judge once; the description is the same for every city."""
    return JudgeOfAnswers()


class PromptServer(uvicorn.Server):
    """Looks a hundred times a second, not ten times, whether it is to end: tests have hundreds."""

    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # noqa: ASYNC110 - another thread tells it
            await asyncio.sleep(0.01)


@cache
def certificates() -> ssl.SSLContext:
    """Read once what clients know of TLS, though nobody speaks it here: else each reads it anew."""
    return ssl.create_default_context()


@contextmanager
def served(settings: Settings, clock: Moment) -> Iterator[httpx.Client]:
    """Serve a workspace on a port of its own while the block runs."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    # Whoever connects from now on waits in line until the server is up.
    listening.listen(64)
    app = make_served_app(open_workspace(settings), clock=clock)
    server = PromptServer(uvicorn.Config(app, log_config=None, **DISCRETION))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        judge = {"response": [judge_of_answers()]}
        with httpx.Client(
            base_url=address, timeout=60, event_hooks=judge, verify=certificates()
        ) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture(scope="session")
def settings(city: City) -> Settings:
    return city.settings


@pytest.fixture(scope="session")
def keys(city: City) -> dict[str, str]:
    """Return a token for every role, and two that are worth nothing."""
    return city.keys


@pytest.fixture(scope="session")
def bearer(city: City) -> Callable[[str], dict[str, str]]:
    """Return the header that shows a key."""
    return lambda name: {"Authorization": f"Bearer {city.keys[name]}"}


@pytest.fixture(scope="session")
def city_door(city: City) -> Iterator[httpx.Client]:
    with served(city.settings, lambda: NOW + timedelta(seconds=1)) as client:
        yield client


@pytest.fixture
def door(city_door: httpx.Client) -> httpx.Client:
    """Ask the city over HTTP; the clock stands a second after ``NOW``."""
    city_door.cookies.clear()
    return city_door


@pytest.fixture
def own_settings(city: City, tmp_path: Path) -> Settings:
    """Return the settings of a city that the test may change."""
    folder = shutil.copytree(city.settings.workspace, tmp_path / "workspace")
    return replace(city.settings, workspace=folder)


@pytest.fixture
def governed_door(own_settings: Settings, now: datetime) -> Iterator[httpx.Client]:
    """Ask a city that the test may change, all of which one body answers for."""
    square = shapely.to_wkb(shapely.box(112.12, 32.02, 112.16, 32.06))
    with open_workspace(own_settings) as workspace, workspace.database.writing() as connection:
        stored_areas.write(
            connection,
            [Area("a", "商圈", "body", square)],
            [Body("body", "商圈党委", Level.BUSINESS_DISTRICT_COMMITTEE, "District committee")],
        )
    with served(own_settings, lambda: now + timedelta(seconds=1)) as client:
        yield client


@pytest.fixture
def two_riders(own_settings: Settings, now: datetime) -> list[dict[str, str]]:
    """Return the headers of two riders of that city."""
    with open_workspace(own_settings) as workspace:
        tokens = [add_key(workspace, Role.RIDER, None, now)[1] for _ in range(2)]
    return [{"Authorization": f"Bearer {token}"} for token in tokens]


@pytest.fixture
def report(governed_door: httpx.Client) -> Callable[..., str]:
    """Return what reports standing water there, and gives the issue's id."""

    def send(headers: dict[str, str], **more: str) -> str:
        fields = {"service_code": "standing_water", "lat": "32.0352", "long": "112.1372"} | more
        answer = governed_door.post("/open311/v2/requests.json", data=fields, headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()[0]["service_request_id"])

    return send


@pytest.fixture
def serve_city() -> Callable[[Settings, Moment], Any]:
    return served


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def hostile() -> str:
    return HOSTILE


def reporting_city(city: City, folder: Path) -> Settings:
    """Copy a city, and let things be reported in it."""
    settings = replace(
        city.settings, workspace=Path(shutil.copytree(city.settings.workspace, folder))
    )
    depth = Question(
        "depth",
        DataType.SINGLE_VALUE_LIST,
        "水有多深？",
        choices=(("ankle", "没过脚踝"), ("wheel", "半个车轮")),
    )
    by = Question("by", DataType.MULTI_VALUE_LIST, "被什么？", choices=(("a", "甲"), ("b", "乙")))
    known = [
        Category("standing_water", "道路积水", "Standing water", questions=(depth,)),
        Category("blocked_lane", "占道", "Blocked lane", questions=(by,)),
        Category("a/b? 站.x", "斜杠"),
        Category("light", "路灯", questions=(replace(depth, required=True),)),
    ]
    square = shapely.to_wkb(shapely.box(WEST, SOUTH, WEST + 0.02, SOUTH + 0.02))
    with open_workspace(settings) as workspace, workspace.database.writing() as connection:
        stored_categories.write(connection, known)
        stored_areas.write(
            connection,
            [Area("square", "格子", "body", square)],
            [Body("body", "示范街道", Level.STREET_COMMITTEE)],
        )
        stored_deadlines.write(connection, {("*", Stage.COLLECTED): 24.0})
    return settings


@pytest.fixture(scope="session")
def reporting_settings(city: City, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings of a city in which things can be reported; tests add reports to it."""
    return reporting_city(city, tmp_path_factory.mktemp("reporting") / "workspace")


@pytest.fixture(scope="module")
def untouched_settings(city: City, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return those of such a city that no other module's tests have changed."""
    return reporting_city(city, tmp_path_factory.mktemp("untouched") / "workspace")


@pytest.fixture(scope="module")
def untouched_door(untouched_settings: Settings) -> Iterator[httpx.Client]:
    """Ask it."""
    with served(untouched_settings, lambda: NOW + timedelta(seconds=1)) as client:
        yield client


@pytest.fixture(scope="session")
def reporting_city_door(reporting_settings: Settings) -> Iterator[httpx.Client]:
    with served(reporting_settings, lambda: NOW + timedelta(seconds=1)) as client:
        yield client


@pytest.fixture
def reporting_door(reporting_city_door: httpx.Client) -> httpx.Client:
    """Ask the city in which things can be reported over HTTP."""
    reporting_city_door.cookies.clear()
    return reporting_city_door
