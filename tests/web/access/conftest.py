"""A city with two areas, and somebody of every role who has something there."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import shapely
from PIL import Image

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.category import Category
from geo_service.domain.credit import Reason
from geo_service.domain.facility import Facility
from geo_service.domain.lifecycle import Stage
from geo_service.domain.offer import Offer
from geo_service.domain.progress import Wanted
from geo_service.domain.report import Report
from geo_service.domain.rider import pseudonym
from geo_service.domain.role import Role
from geo_service.domain.verification import Task
from geo_service.flows.check_in import check_in, station_code
from geo_service.flows.check_keys import recognise_key
from geo_service.flows.give_consent import agree, present_text
from geo_service.flows.manage_keys import add_key, revoke_key
from geo_service.flows.manage_teams import add_team, join_team
from geo_service.flows.progress_issue import progress_issue
from geo_service.flows.redeem_offer import redeem
from geo_service.flows.report_issue import report_issue
from geo_service.flows.track_report import token_of
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import areas as stored_areas
from geo_service.store import categories as stored_categories
from geo_service.store import facilities as stored_facilities
from geo_service.store import ledger
from geo_service.store import offers as stored_offers
from geo_service.store import photos as stored_photos
from geo_service.store import tasks as stored_tasks
from geo_service.store.keys import Key
from geo_service.web.app import make_served_app

WEST, SOUTH, MIDDLE, EAST, NORTH = 112.13, 32.03, 112.137, 112.15, 32.04
ADDRESS = "http://testserver"
COOKIE = "geo_service_key"
PEOPLE = (
    "none",
    "rider",
    "other",
    "op",
    "op2",
    "west",
    "east",
    "staff",
    "analyst",
    "admin",
    "expired",
    "revoked",
)


@dataclass
class AccessCity:
    """A workspace behind its doors, who comes to them, and what must not come out to whom."""

    workspace: Workspace
    client: httpx.AsyncClient
    runner: asyncio.Runner
    now: datetime
    tokens: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Of things, as addresses of the table call them."""
    secrets: dict[str, frozenset[str]] = field(default_factory=dict)
    """Words, and who may read them."""

    def key(self, who: str) -> Key:
        return recognise_key(self.workspace, self.tokens[who], self.now)

    def hide(self, word: str, *people: str) -> None:
        self.secrets[word] = frozenset(people)

    def ask(
        self,
        who: str,
        method: str,
        address: str,
        *,
        shown: str = "header",
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Ask as somebody, whose key is shown in the header, the cookie or the address."""
        self.client.cookies.clear()
        sent = dict(headers or {})
        token = self.tokens.get(who)
        if token and shown == "header":
            sent["Authorization"] = f"Bearer {token}"
        if token and shown == "cookie":
            sent["Cookie"] = f"{COOKIE}={token}"
        if token and shown not in ("header", "cookie"):
            address += f"{'&' if '?' in address else '?'}{shown}={token}"
        more = {"data": body["form"]} if isinstance(body, dict) and "form" in body else {}
        if body is not None and not more:
            more = {"json": body}
        return self.runner.run(self.client.request(method, address, headers=sent, **more))


def _picture(colour: str) -> bytes:
    held = BytesIO()
    Image.new("RGB", (64, 48), colour).save(held, "JPEG")
    return held.getvalue()


def _ground(workspace: Workspace) -> None:
    """Part the city, and let a block lie in its western half."""

    def box(area_id: str, *sides: float) -> Area:
        return Area(area_id, area_id, "body", shapely.to_wkb(shapely.box(*sides)))

    with workspace.database.writing() as connection:
        stored_areas.write(
            connection,
            [
                box("west", WEST, SOUTH, MIDDLE, NORTH),
                box("west/block", WEST, SOUTH, WEST + 0.003, SOUTH + 0.003),
                box("east", MIDDLE, SOUTH, EAST, NORTH),
            ],
            [Body("body", "街道", Level.STREET_COMMITTEE)],
        )
        stored_categories.write(
            connection, [Category("standing_water", "积水"), Category("hole", "坑")]
        )
        stored_facilities.write(
            connection,
            [
                Facility("f/west", "charging_cabinet", 112.134, 32.034, operator="Tower"),
                Facility("f/east", "charging_cabinet", 112.14, 32.034, operator="Other"),
            ],
        )
        stored_offers.write(connection, [Offer("tea", "茶", "Tea", "", "", 5)])


def _keys(city: AccessCity) -> None:
    workspace, now = city.workspace, city.now
    made: dict[str, tuple[Role, dict[str, Any]]] = {
        "rider": (Role.RIDER, {"rider": "Wang"}),
        "other": (Role.RIDER, {"rider": "Li"}),
        "op": (Role.OPERATOR, {"operator": "Tower"}),
        "op2": (Role.OPERATOR, {"operator": "Other"}),
        "west": (Role.STAFF, {"areas": ["west"]}),
        "east": (Role.STAFF, {"areas": ["east"]}),
        "staff": (Role.STAFF, {}),
        "analyst": (Role.ANALYST, {}),
        "admin": (Role.ADMIN, {}),
    }
    for who, (role, more) in made.items():
        _, city.tokens[who] = add_key(workspace, role, None, now, **more)
    # What has ended opened everything.
    day = timedelta(days=1)
    _, city.tokens["expired"] = add_key(workspace, Role.ADMIN, now - day, now - 2 * day)
    key_id, city.tokens["revoked"] = add_key(workspace, Role.ADMIN, None, now - day)
    revoke_key(workspace, key_id, now - day)
    for token in city.tokens.values():
        city.hide(token)
    for name in ("Wang", "Li"):
        city.hide(pseudonym(name, workspace.rider_key()))


def _report(city: AccessCity, name: str, who: str, lon: float, lat: float, *seen: str) -> None:
    """Report an issue with a photo; whoever ``seen`` names may learn of it, or, if *, all."""
    words = f"words-of-{name}"
    key = city.key(who) if who else None
    report = Report("standing_water", lon, lat, words)
    case = report_issue(
        city.workspace, report, key=key, now=city.now, photos=[_picture("navy")]
    ).case
    issue_id = case.issue.issue_id
    with city.workspace.database.writing() as connection:
        (photo,) = stored_photos.of_issue(connection, issue_id)
        stored_photos.set_approved(connection, photo.photo_id, approved=name.endswith("_shown"))
    city.names[name] = issue_id
    city.names[f"{name}_photo"] = photo.photo_id
    city.names[f"{name}_token"] = token_of(city.workspace, issue_id)
    city.hide(city.names[f"{name}_token"])
    if seen:
        # Maps and collections show analysts everything.
        for word in (issue_id, words):
            city.hide(word, *seen, "staff", "admin", "analyst")
        city.hide(photo.photo_id, *seen, "staff", "admin")


def _riders(city: AccessCity) -> None:
    workspace, now = city.workspace, city.now
    version = present_text(workspace).version
    for number, who in enumerate(("rider", "other")):
        key = city.key(who)
        agree(workspace, key.rider, version, now)
        taken = city.ask(who, "POST", "/traces", body=trip(number)).json()["trips"][0]["trip_id"]
        gone = city.ask(who, "POST", "/traces", body=trip(number, day=2)).json()["trips"][0]
        spare = city.ask(who, "POST", "/traces", body=trip(number, day=3)).json()["trips"][0]
        city.names[f"{who}_trip"], city.names[f"{who}_gone"] = taken, gone["trip_id"]
        city.names[f"{who}_spare"] = spare["trip_id"]
        city.hide(taken, who)
        place = ("f/west", "f/east")[number]
        code = station_code(workspace, place)
        check_in(workspace, key, place, code, now)
        shown = city.names[("w_shown", "e_shown")[number]]
        task = Task(f"task-{who}", shown, 1, key.rider, 1 << 10, now, now + timedelta(days=7))
        with workspace.database.writing() as connection:
            stored_tasks.add(connection, [task])
            if who == "rider":
                ledger.enter(
                    connection,
                    rider=key.rider,
                    points=9,
                    reason=Reason.CORRECTED,
                    source=who,
                    now=now,
                )
        city.hide(f"task-{who}", who)
        staff = ("west", "east")[number]
        city.names[f"{staff}_code"] = code
        city.hide(code, staff, "staff", "admin")
    city.names["voucher"] = redeem(workspace, city.key("rider"), "tea", "sent-1", now).voucher
    city.hide(city.names["voucher"], "rider")
    add_team(workspace, "team", "队")
    join_team(workspace, "team", "Wang", now)


def trip(number: int, day: int = 0) -> dict[str, Any]:
    """Return a trip as a rider sends it."""
    begin = 1_794_960_000 + 3600 * number - 86_400 * (day + 2)
    return {
        "type": "Feature",
        "properties": {"times": [begin + 10 * step for step in range(6)]},
        "geometry": {
            "type": "LineString",
            "coordinates": [[112.131 + 0.0005 * step, 32.034] for step in range(6)],
        },
    }


@pytest.fixture(scope="session")
def access_city(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AccessCity]:
    """Make the city once; what the table asks for leaves it as it is."""
    folder = tmp_path_factory.mktemp("access") / "workspace"
    shutil.copytree(settings.workspace, folder)
    now = datetime.fromisoformat("2026-11-18T02:00:01Z")
    with open_workspace(replace(settings, workspace=Path(folder))) as workspace:
        app = make_served_app(workspace, clock=lambda: now)
        # No server and no thread beside it: nothing happens but what is asked for.
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url=ADDRESS,
            # To zip large pages for nobody would take most of the time.
            headers={"Accept-Encoding": "identity"},
        )
        runner = asyncio.Runner()
        city = AccessCity(workspace, client, runner, now)
        _ground(workspace)
        _keys(city)
        _report(city, "w_shown", "staff", 112.134, 32.035)
        _report(city, "e_shown", "staff", 112.14, 32.035)
        _report(city, "w_hidden", "rider", 112.1315, 32.0315, "rider", "west")
        _report(city, "e_hidden", "other", 112.141, 32.036, "other", "east")
        _report(city, "m_hidden", "", 112.136, 32.036, "west")
        _report(city, "n_hidden", "", 112.134, 32.0435, "")
        merged = Wanted(Stage.MERGED, merged_into=city.names["e_hidden"])
        progress_issue(workspace, city.key("staff"), city.names["m_hidden"], merged, now)
        _riders(city)
        yield city
        runner.run(client.aclose())
        runner.close()


@pytest.fixture(scope="session")
def people() -> tuple[str, ...]:
    return PEOPLE


@pytest.fixture(scope="session")
def a_trip() -> Callable[..., dict[str, Any]]:
    return trip
