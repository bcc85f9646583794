"""A rider's own trips over HTTP: whose they are, and what is taken of them."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest

from geo_service.domain.erasure import Erasure
from geo_service.domain.role import Role
from geo_service.flows.erase_rider import erase_rider, rider_of
from geo_service.flows.give_consent import agree, present_text, withdraw
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.geometry.datum import Datum, convert
from geo_service.settings import Settings
from geo_service.store import erasures
from geo_service.web.traces import GPX, MOST_BYTES

Bearer = Callable[[str], dict[str, str]]
Headers = dict[str, str]

SENT = "2026-11-17T01:00:00Z"
GEOJSON = "application/geo+json"


def line(start: str = SENT, fixes: int = 20, **said: object) -> dict[str, Any]:
    """Ride along a street, five seconds and some 24 m from fix to fix."""
    begin = datetime.fromisoformat(start)
    times = [(begin + timedelta(seconds=5 * i)).isoformat() for i in range(fixes)]
    corners = [[round(112.131 + i * 0.00025, 6), 32.034] for i in range(fixes)]
    geometry = {"type": "LineString", "coordinates": corners}
    return {"type": "Feature", "geometry": geometry, "properties": {"times": times, **said}}


def gpx(*starts: str) -> bytes:
    def point(start: str, i: int) -> str:
        moment = datetime.fromisoformat(start) + timedelta(seconds=5 * i)
        place = f'lat="32.034" lon="{112.131 + i * 0.00025:.6f}"'
        return f"<trkpt {place}><time>{moment.isoformat()}</time></trkpt>"

    tracks = [
        f"<trk><trkseg>{''.join(point(s, i) for i in range(20))}</trkseg></trk>" for s in starts
    ]
    head = '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1">'
    return f"{head}{''.join(tracks)}</gpx>".encode()


@pytest.fixture
def riders(own_settings: Settings, now: datetime) -> dict[str, Headers]:
    """Return the keys of two riders who agree, and of one who does not."""
    made = {}
    with open_workspace(own_settings) as workspace:
        version = present_text(workspace).version
        for name in ("wang", "li", "silent"):
            token = add_key(workspace, Role.RIDER, None, now, rider=name)[1]
            made[name] = {"Authorization": f"Bearer {token}"}
        with workspace.database.reading() as connection:
            rows = connection.exec_driver_sql("SELECT rider FROM keys WHERE rider <> ''").all()
        for (rider,) in rows[-3:-1]:
            agree(workspace, rider, version, now)
    return made


@pytest.fixture
def own_door(
    own_settings: Settings, serve_city: Callable[..., Any], now: datetime
) -> Iterator[httpx.Client]:
    with serve_city(own_settings, lambda: now + timedelta(seconds=1)) as client:
        yield client


def test_a_rider_sends_sees_takes_along_and_removes_trips(
    own_settings: Settings, own_door: httpx.Client, riders: dict[str, Headers]
) -> None:
    wang = riders["wang"]
    sent = own_door.post("/traces", json=line(), headers=wang)
    assert sent.status_code == 200, sent.text
    (trip,) = sent.json()["trips"]
    assert trip["fixes"] == 20
    assert trip["starts_at"] == SENT
    # 19 times 0.00025 degrees of longitude at 32 degrees north.
    assert trip["metres"] == pytest.approx(19 * 23.61, rel=1e-3)
    again = own_door.post("/traces", json=line(), headers=wang).json()
    assert (again["added"], again["unchanged"], again["trips"]) == (0, 1, [trip])
    both = own_door.post(
        "/traces",
        content=gpx("2026-11-16T01:00:00Z", "2026-11-15T01:00:00Z"),
        headers={**wang, "Content-Type": GPX},
    )
    assert both.json()["added"] == 2, both.text
    page = own_door.get("/traces?limit=2", headers=wang).json()
    assert [one["starts_at"][:10] for one in page["trips"]] == ["2026-11-17", "2026-11-16"]
    assert page["trips"][0] == trip
    rest = own_door.get(page["next"], headers=wang).json()
    assert [one["starts_at"][:10] for one in rest["trips"]] == ["2026-11-15"]
    assert rest["next"] is None

    address = f"/traces/{trip['trip_id']}"
    shown = own_door.get(address, headers=wang)
    assert shown.headers["content-type"] == GEOJSON
    assert shown.json()["geometry"] == line()["geometry"]
    assert shown.json()["properties"]["times"][1] == "2026-11-17T01:00:05Z"
    assert "rider" not in shown.text
    for asked in ({"params": {"f": "gpx"}}, {"headers": {**wang, "Accept": GPX}}):
        track = own_door.get(address, **{"headers": wang, **asked})
        assert track.headers["content-type"] == GPX
        assert track.text.count("<trkpt") == 20
    # What was taken along can be sent again, and is the same trip.
    sent = own_door.post("/traces", content=track.content, headers={**wang, "Content-Type": GPX})
    assert sent.json()["unchanged"] == 1
    sent = own_door.post("/traces", json=shown.json(), headers=wang)
    assert sent.json()["unchanged"] == 1

    assert own_door.delete(address, headers=wang).status_code == 204
    assert own_door.delete(address, headers=wang).status_code == 404
    assert own_door.get(address, headers=wang).status_code == 404
    held = [path.read_bytes() for path in Path(own_settings.workspace, "traces").iterdir()]
    assert not any(trip["trip_id"].encode() in content for content in held)
    assert len(own_door.get("/traces", headers=wang).json()["trips"]) == 2


def test_a_trip_is_its_riders_and_nobody_elses(
    own_door: httpx.Client, riders: dict[str, Headers], bearer: Bearer
) -> None:
    """Every path, for its rider, another rider, every other role, and nobody."""
    trip = own_door.post("/traces", json=line(), headers=riders["wang"]).json()["trips"][0]
    address, none = f"/traces/{trip['trip_id']}", "/traces/none"
    for method in ("GET", "DELETE"):
        # As if it were not there, word for word; nobody finds out that it is.
        foreign = own_door.request(method, address, headers=riders["li"])
        missing = own_door.request(method, none, headers=riders["li"])
        assert (foreign.status_code, foreign.json()) == (missing.status_code, missing.json())
        assert foreign.status_code == 404
        # Trips out of files too.
        filed = own_door.request(method, "/traces/trip-secret-1-0", headers=riders["li"])
        assert filed.json() == missing.json()
    nothing = {"trips": [], "next": None, "untold": []}
    assert own_door.get("/traces", headers=riders["li"]).json() == nothing
    doors = [("GET", "/traces"), ("POST", "/traces"), ("GET", address), ("DELETE", address)]
    doors += [(method, "/consent") for method in ("GET", "PUT", "DELETE")]
    for method, path in doors:
        for role in ("admin", "staff", "analyst", "operator"):
            answer = own_door.request(method, path, headers=bearer(role))
            assert (role, answer.status_code) == (role, 403), (method, path)
        assert own_door.request(method, path).status_code == 401
        assert own_door.request(method, path, headers=bearer("revoked")).status_code == 401
    # The same ride of another rider is another trip; neither replaces the other.
    other = own_door.post("/traces", json=line(), headers=riders["li"]).json()
    assert other["added"] == 1
    assert other["trips"][0]["trip_id"] != trip["trip_id"]
    assert own_door.get(address, headers=riders["wang"]).status_code == 200


def test_what_a_sender_says_of_riders_and_ids_is_not_looked_at(
    own_door: httpx.Client, riders: dict[str, Headers]
) -> None:
    said = line(rider_id="rider-secret-1", trip_id="trip-secret-1-0", id="x")
    sent = own_door.post("/traces", json=said, headers=riders["wang"]).json()
    assert sent["added"] == 1
    assert sent["trips"][0]["trip_id"].startswith("own-")
    assert len(own_door.get("/traces", headers=riders["wang"]).json()["trips"]) == 1


def test_without_consent_nothing_is_taken(
    own_settings: Settings, own_door: httpx.Client, riders: dict[str, Headers], now: datetime
) -> None:
    refused = own_door.post("/traces", json=line(), headers=riders["silent"])
    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/no-consent"
    assert "GET /consent" in refused.json()["detail"]
    assert "同意" in refused.json()["detail"]
    assert own_door.get("/traces", headers=riders["silent"]).json()["trips"] == []
    own_door.post("/traces", json=line(), headers=riders["wang"])
    with open_workspace(own_settings) as workspace:
        with workspace.database.reading() as connection:
            rider = connection.exec_driver_sql(
                "SELECT rider_id FROM trips WHERE trip_id LIKE 'own-%'"
            ).scalar_one()
        withdraw(workspace, rider, now, delete_traces=False)
    late = line("2026-11-16T01:00:00Z")
    assert own_door.post("/traces", json=late, headers=riders["wang"]).status_code == 403
    # What is there can still be seen, and removed.
    (trip,) = own_door.get("/traces", headers=riders["wang"]).json()["trips"]
    gone = own_door.delete(f"/traces/{trip['trip_id']}", headers=riders["wang"])
    assert gone.status_code == 204


def test_positions_in_another_datum_are_converted(
    own_door: httpx.Client, riders: dict[str, Headers]
) -> None:
    meant = line()
    moved = json.loads(json.dumps(meant))
    moved["geometry"]["coordinates"] = [
        [float(one) for one in convert(lon, lat, source=Datum.WGS84, target=Datum.GCJ02)]
        for lon, lat in meant["geometry"]["coordinates"]
    ]
    sent = own_door.post("/traces?datum=gcj02", json=moved, headers=riders["wang"]).json()
    shown = own_door.get(f"/traces/{sent['trips'][0]['trip_id']}", headers=riders["wang"]).json()
    for got, right in zip(
        shown["geometry"]["coordinates"], meant["geometry"]["coordinates"], strict=True
    ):
        assert got == pytest.approx(right, abs=1e-6)


def test_who_has_not_agreed_is_told_before_a_body_comes(
    own_door: httpx.Client, riders: dict[str, Headers]
) -> None:
    for headers, status in ((riders["silent"], 403), ({}, 401)):
        host, port = own_door.base_url.host, own_door.base_url.port
        with closing(HTTPConnection(host, port, timeout=20)) as connection:
            connection.putrequest("POST", "/traces")
            told = {**headers, "Content-Type": GPX, "Content-Length": str(MOST_BYTES)}
            for name, text in told.items():
                connection.putheader(name, text)
            connection.endheaders()
            assert connection.getresponse().status == status


def test_what_is_wrong_is_said_and_nothing_of_it_repeated(
    own_door: httpx.Client, riders: dict[str, Headers]
) -> None:
    timeless = line()
    del timeless["properties"]["times"]
    short = line()
    short["properties"]["times"].pop()
    odd = line()
    odd["properties"]["times"] = ["echo-me"] * 20
    far = line()
    far["geometry"]["coordinates"] = [[0.5, 0.5]] * 20
    twice = {"type": "FeatureCollection", "features": [line(), line(fixes=5)]}
    one_bad = {"type": "FeatureCollection", "features": [line("2026-11-14T01:00:00Z"), odd]}
    many = {"type": "FeatureCollection", "features": [line(fixes=2)] * 101}
    shape = {"type": "Polygon", "coordinates": [[[112, 32], [112.1, 32], [112.1, 32.1], [112, 32]]]}
    bodies: list[tuple[object, int, str]] = [
        (timeless, 422, "bears a time"),
        (short, 422, "20 positions and 19 times"),
        (odd, 422, "None of its 20 fixes can be used"),
        (far, 422, "None of its 20 fixes can be used"),
        (twice, 422, "same moment"),
        (one_bad, 422, "trips[2]"),
        (many, 422, "At most 100 trips"),
        (shape, 422, "trace"),
        ({"type": "echo-me"}, 422, "no traces"),
        ({}, 422, "no traces"),
        (line("2027-01-01T00:00:00Z"), 422, "None of its 20 fixes can be used"),
    ]
    for body, status, said in bodies:
        answer = own_door.post("/traces", json=body, headers=riders["wang"])
        assert (answer.status_code, said in answer.text) == (status, True), answer.text
        assert "echo-me" not in answer.text
    for content, media_type, status in (
        (b"<gpx", GPX, 422),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><gpx/>', GPX, 422),
        (b"{", GEOJSON, 422),
        (b"\xff\xfe", GEOJSON, 422),
        (b"a,b", "text/csv", 415),
        (b"x" * (MOST_BYTES + 1), GPX, 413),
    ):
        headers = {**riders["wang"], "Content-Type": media_type}
        answer = own_door.post("/traces", content=content, headers=headers)
        assert answer.status_code == status, (content[:20], answer.text)
    for wrong in ("before=yesterday", "limit=0", "rider=x", "limit=201"):
        assert own_door.get(f"/traces?{wrong}", headers=riders["wang"]).status_code == 422
    assert own_door.get("/traces/x?f=csv", headers=riders["wang"]).status_code == 422
    assert own_door.get("/traces", headers=riders["wang"]).json()["trips"] == []


def test_a_running_server_knows_nothing_of_who_was_erased(
    own_settings: Settings, own_door: httpx.Client, riders: dict[str, Headers], now: datetime
) -> None:
    assert own_door.post("/traces", json=line(), headers=riders["wang"]).json()["added"] == 1
    assert own_door.post("/traces", json=line(), headers=riders["li"]).json()["added"] == 1
    with open_workspace(own_settings) as workspace:
        erase_rider(workspace, rider_of(workspace, "wang", ""), now)
    for method, path in (("GET", "/traces"), ("POST", "/traces"), ("GET", "/consent")):
        assert own_door.request(method, path, headers=riders["wang"]).status_code == 401
    assert len(own_door.get("/traces", headers=riders["li"]).json()["trips"]) == 1
    # Who comes back is a rider like any other, who has agreed to nothing.
    with open_workspace(own_settings) as workspace:
        token = add_key(workspace, Role.RIDER, None, now, rider="wang")[1]
    back = {"Authorization": f"Bearer {token}"}
    assert own_door.get("/traces", headers=back).json()["trips"] == []
    assert own_door.post("/traces", json=line(), headers=back).status_code == 403


def test_a_start_says_what_was_left_unfinished(
    own_settings: Settings,
    serve_city: Callable[..., Any],
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with open_workspace(own_settings) as workspace, workspace.database.writing() as connection:
        erasures.begin(connection, Erasure("0" * 32, now), [])
    with serve_city(own_settings, lambda: now) as door:
        assert door.get("/health/live").status_code == 200
    assert "1 erasures of riders are not finished" in caplog.text


def test_a_fix_that_cannot_be_true_is_dropped_and_counted(
    own_door: httpx.Client, riders: dict[str, Headers]
) -> None:
    leaping = line()
    leaping["geometry"]["coordinates"][7] = [112.2, 32.1]
    timeless = line("2026-11-16T01:00:00Z")
    timeless["properties"]["times"][3] = "soon"
    for body in (leaping, timeless):
        sent = own_door.post("/traces", json=body, headers=riders["wang"]).json()
        assert (sent["dropped"], sent["trips"][0]["fixes"]) == (1, 19)


def test_a_trip_of_one_fix_comes_back_as_a_line(
    own_door: httpx.Client, riders: dict[str, Headers]
) -> None:
    content = gpx(SENT).replace(b"</trkpt>", b"</trkpt>|", 1).split(b"|")[0]
    content += b"</trkseg></trk></gpx>"
    headers = {**riders["wang"], "Content-Type": GPX}
    (trip,) = own_door.post("/traces", content=content, headers=headers).json()["trips"]
    assert (trip["fixes"], trip["metres"]) == (1, 0.0)
    shown = own_door.get(f"/traces/{trip['trip_id']}", headers=headers).json()
    assert shown["geometry"]["coordinates"] == [[112.131, 32.034]] * 2
    assert shown["properties"]["times"] == [SENT] * 2
