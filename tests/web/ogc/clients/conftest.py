"""A city of more than one page, served to programs that other people wrote."""

import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.facility import Facility, Service, State
from geo_service.domain.visibility import Viewer
from geo_service.features.columns import Features
from geo_service.flows.collections.catalogue import read_features
from geo_service.flows.load_issues import load_issues
from geo_service.flows.loading import LoadOptions
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import areas as stored_areas
from geo_service.store import facilities as stored_facilities
from geo_service.web.app import make_served_app
from geo_service.web.server import DISCRETION

FIRST, FACILITIES, ISSUES = datetime.fromisoformat("2026-10-01T00:00:00Z"), 1_234, 150
WEST, SOUTH = 112.13, 32.03
STRANGE_IDS = ("osm/node/17", "驿站 一号", "100%&a=b?c#d", 'quote\'s "id"', "a+b", "%2F")
PATIENCE_S = 60


@dataclass
class Shown:
    """A served city, and what it was asked."""

    address: str
    settings: Settings
    keys: Mapping[str, str]
    asked: list[str] = field(default_factory=list)
    """The paths, with what stands behind them, since the test began."""

    @property
    def landing(self) -> str:
        return f"{self.address}/ogc"

    def features(self, name: str, viewer: Viewer = Viewer.PUBLIC) -> Features:
        """Read a collection from the workspace itself."""
        with open_workspace(self.settings) as workspace:
            return read_features(workspace, name, viewer)

    def values(self, name: str, viewer: Viewer = Viewer.PUBLIC) -> dict[str, dict[str, Any]]:
        """Tell of each feature, by its id, what its fields hold."""
        features = self.features(name, viewer)
        return {
            one: {name: column.value(row) for name, column in features.columns.items()}
            for row, one in enumerate(features.ids)
        }


class _Listening:
    """Writes down what is asked, and hands it on."""

    def __init__(self, app: ASGIApp, asked: list[str]) -> None:
        self._app, self._asked = app, asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            query = scope["query_string"].decode()
            self._asked.append(scope["path"] + (f"?{query}" if query else ""))
        await self._app(scope, receive, send)


@pytest.fixture(scope="session")
def shown_city(
    settings: Settings,
    keys: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("shown")
    own = replace(settings, workspace=shutil.copytree(settings.workspace, folder / "workspace"))
    _fill(own, folder)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    shown = Shown(f"http://127.0.0.1:{listening.getsockname()[1]}", own, keys)
    app = make_served_app(open_workspace(own))
    config = uvicorn.Config(_Listening(app, shown.asked), log_config=None, **DISCRETION)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    yield shown
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture
def shown(shown_city: Shown) -> Shown:
    """Show a city to other people's programs; what they ask is written down."""
    shown_city.asked.clear()
    return shown_city


@pytest.fixture(scope="session")
def run() -> Callable[..., str]:
    """Run somebody else's program; what it says on its standard output."""

    def run(*command: str | Path, environment: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
            env=None if environment is None else dict(environment),
        )
        assert done.returncode == 0, (command, done.stdout[-1000:], done.stderr[-2000:])
        return done.stdout

    return run


def _fill(settings: Settings, folder: Path) -> None:
    area = shapely.box(WEST, SOUTH, WEST + 0.01, SOUTH + 0.02)
    away = shapely.box(WEST + 0.02, SOUTH, WEST + 0.03, SOUTH + 0.01)
    with open_workspace(settings) as workspace:
        with workspace.database.writing() as connection:
            stored_facilities.write(connection, [_facility(one) for one in range(FACILITIES)])
            stored_areas.write(
                connection,
                [
                    Area("one", "东片", "body", shapely.to_wkb(area)),
                    Area("two", "西片", "body", shapely.to_wkb(area.union(away)), "West"),
                ],
                [Body("body", "示范街道", Level.STREET_COMMITTEE)],
            )
        load_issues(workspace, [_issues(folder / "issues.geojson")], LoadOptions(), FIRST)


def _facility(number: int) -> Facility:
    names = dict(enumerate(STRANGE_IDS, start=1_000))
    state = State(FIRST + timedelta(seconds=number, microseconds=250_000), charged=number % 7)
    return Facility(
        facility_id=names.get(number, f"f{number:05}"),
        kind=("rest_station", "charging_cabinet", "water_point")[number % 3],
        lon=round(WEST + number % 40 * 0.0003, 7),
        lat=round(SOUTH + number // 40 * 0.0003, 7),
        name=f"驿站 {number} 「大润发」 🛵",
        name_en="" if number % 2 else f"Station {number}",
        amenities=frozenset({"seats", "water"} if number % 5 == 0 else ()),
        services=frozenset({Service.SWAP} if number % 3 == 1 else ()),
        # The first pages tell of none: what is never there has a type all the same.
        state=state if number > 1_100 else None,
    )


def _issues(path: Path) -> Path:
    features = []
    for number in range(ISSUES):
        reported = FIRST - timedelta(days=ISSUES - number, milliseconds=number)
        closed = None if number % 3 else (reported + timedelta(hours=30)).isoformat()
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "id": f"case-{number:03}",
                    "category": "light" if number % 2 else "standing_water",
                    "description": f"第 {number} 处积水 'a' \"b\" & <c>",
                    "reported_at": reported.isoformat(),
                    "closed_at": closed,
                    "approved": number % 10 != 9,
                },
                "geometry": {
                    "type": "Point",
                    "coordinates": [WEST + number * 0.0001, SOUTH + number * 0.0001],
                },
            }
        )
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path
