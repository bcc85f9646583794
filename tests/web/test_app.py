"""What holds of all doors together."""

import html
import re
from collections.abc import Callable
from datetime import datetime

import httpx
import pytest

from geo_service.domain.facility import Facility
from geo_service.flows.tile_layers import TILE_SETS
from geo_service.flows.wiring import open_workspace
from geo_service.maps.page import LAYERS
from geo_service.settings import Settings
from geo_service.store import facilities as stored_facilities
from geo_service.web.app import paths

Bearer = Callable[[str], dict[str, str]]

OPEN311 = "/open311/v2"
OGC = "/ogc/collections"
COLLECTIONS = ("facilities", "issues", "areas", "releases", "street_exposure", "cell_exposure")
FILLED = {
    "/ogc": ["/ogc", "/ogc?f=html"],
    "/ogc/collections": [OGC, f"{OGC}?f=html"],
    "/ogc/collections/{collection_id}": [f"{OGC}/{name}" for name in COLLECTIONS],
    "/ogc/collections/{collection_id}/queryables": [
        f"{OGC}/{name}/queryables" for name in COLLECTIONS
    ],
    "/ogc/collections/{collection_id}/schema": [f"{OGC}/{name}/schema" for name in COLLECTIONS],
    "/ogc/collections/{collection_id}/items": [
        *(f"{OGC}/{name}/items?limit=10000" for name in COLLECTIONS),
        f"{OGC}/issues/items?f=html&limit=100",
        f"{OGC}/issues/items?filter=approved%20%3D%20false",
    ],
    "/ogc/collections/{collection_id}/items/{feature_id}": [
        f"{OGC}/issues/items/issue-5",
        f"{OGC}/facilities/items/station?f=html",
        f"{OGC}/cell_exposure/items/none",
    ],
    "/facilities/nearest": ["/facilities/nearest?lat=32.0341&lon=112.1341&k=50"],
    "/facilities/{facility_id}": ["/facilities/station", "/facilities/none"],
    "/facilities/{facility_id}/state": ["/facilities/station/state"],
    "/releases/{period}": ["/releases/2026-10"],
    "/files/{collection}.{ending}": [
        f"/files/{name}.{ending}"
        for name in ("facilities", "issues", "areas", "releases", "street_exposure", "traces")
        for ending in ("geojson", "csv", "gpkg", "gpx")
    ],
    "/gbfs/{feed}.json": [
        f"/gbfs/{name}.json"
        for name in ("gbfs", "gbfs_versions", "system_information", "vehicle_types")
    ]
    + ["/gbfs/station_information.json", "/gbfs/station_status.json", "/gbfs/none.json"],
    "/tiles/{layer}.json": [f"/tiles/{name}.json" for name in TILE_SETS],
    "/tiles/{layer}/{z}/{x}/{y}.mvt": [f"/tiles/{name}/12/3323/1662.mvt" for name in TILE_SETS],
    "/maps/{name}.html": [f"/maps/{name}.html" for name in ("public", "planner", *LAYERS)],
    "/photos/{photo_id}": [f"/photos/{'0' * 32}"],
    "/photos/{photo_id}/approved": [f"/photos/{'0' * 32}/approved"],
    "/issues": ["/issues", "/issues?stage=collected&limit=1"],
    "/issues/near": ["/issues/near?service_code=standing_water&lat=32.038&long=112.137"],
    "/issues/{issue_id}": ["/issues/issue-1", "/issues/issue-5"],
    "/issues/{issue_id}/moves": ["/issues/issue-1/moves", "/issues/issue-5/moves"],
    "/issues/{issue_id}/approved": ["/issues/issue-5/approved"],
    "/issues/{issue_id}/supporters": ["/issues/issue-5/supporters"],
    "/traces/{trip_id}": ["/traces/trip-secret-1-0", "/traces/none?f=gpx"],
    "/tasks/{task_id}/answer": ["/tasks/none/answer"],
    "/open311/discovery.{format}": ["/open311/discovery.json", "/open311/discovery.xml"],
    "/open311/v2/services.{format}": [f"{OPEN311}/services.json", f"{OPEN311}/services.xml"],
    "/open311/v2/services/{service_code}.{format}": [f"{OPEN311}/services/standing_water.json"],
    "/open311/v2/requests.{format}": [
        f"{OPEN311}/requests.json",
        f"{OPEN311}/requests.xml?status=open",
        f"{OPEN311}/requests.json?service_request_id=issue-5,issue-1",
    ],
    "/open311/v2/requests/{service_request_id}.{format}": [
        f"{OPEN311}/requests/issue-1.json",
        f"{OPEN311}/requests/issue-5.xml",
    ],
    "/open311/v2/tokens/{token}.{format}": [f"{OPEN311}/tokens/issue-5.00.json"],
    "/maps/parts/{drawing}/{name}": ["/maps/parts/0123456789abcdef/marks_issues"],
    "/report": ["/report", "/report?lang=en"],
    "/known/{issue_id}": ["/known/issue-1", "/known/issue-5"],
    "/report/{token}": ["/report/issue-5.00"],
    "/problems/{code}": ["/problems/not-found"],
    "/assets/{name}": ["/assets/rider.js", "/assets/page.js"],
    "/assets/icon-{size}.png": ["/assets/icon-192.png", "/assets/icon-1.png"],
    "/": ["/", "/?lat=32.0341&lon=112.1341&k=20", "/?lang=en"],
    "/stations/{facility_id}": ["/stations/station", "/stations/station?code=AAAAAAAAAA"],
    "/stations/{facility_id}/print": ["/stations/station/print"],
    "/credits/vouchers/{code}": ["/credits/vouchers/1-AAAAAAAAAA"],
    "/credits/vouchers/{code}/use": ["/credits/vouchers/1-AAAAAAAAAA/use"],
    "/desk": ["/desk", "/desk?overdue=true"],
    "/desk/{issue_id}": ["/desk/issue-1"],
    "/desk/{issue_id}/moves": ["/desk/issue-1/moves"],
    "/desk/{issue_id}/approved": ["/desk/issue-1/approved"],
    "/desk/{issue_id}/photos/{photo_id}/approved": [f"/desk/issue-1/photos/{'0' * 32}/approved"],
    "/overlay/issues": ["/overlay/issues", "/overlay/issues?radius_m=100"],
}


ROUTE = {"type": "LineString", "coordinates": [[112.13, 32.034], [112.145, 32.034]]}


def addresses() -> list[str]:
    return [address for path in paths() for address in FILLED.get(path, [path])]


def test_every_path_can_be_walked() -> None:
    assert not [address for address in addresses() if "{" in address]
    assert len(paths()) == len(set(paths()))


@pytest.mark.parametrize("key", [None, "rider", "operator", "staff"])
def test_nothing_of_traces_comes_out_without_an_analysts_key(
    door: httpx.Client, bearer: Bearer, settings: Settings, key: str | None
) -> None:
    """Every path is asked; only releases may tell of trips, and they only of rounded cells."""
    headers = {} if key is None else bearer(key)
    with open_workspace(settings) as workspace:
        riders = {name for day in workspace.lake.read(None, None) for name in day.rider_ids}
    assert len(riders) == 12
    for address in addresses():
        answer = door.get(address, headers=headers)
        if answer.status_code == 405:
            answer = door.post(address, json=ROUTE, headers=headers)
        # 405: what is only put there tells nothing.
        assert answer.status_code in {200, 303, 401, 403, 404, 405, 422, 503}, address
        text = _words(answer.text)
        assert "secret" not in text, address
        assert not any(rider in text for rider in riders), address
        # Staff work on what is not approved yet.
        assert key == "staff" or "issue-5" not in text, address
        if address not in {"/openapi.json", "/docs", "/assets/page.js"}:
            for word in ("passes", "first_pass", "closest_m", "per_1000", "trip_id", "rider_id"):
                assert not re.search(rf'"{word}"|\b{word}\b *[:=]', text), (address, word)
        if answer.headers.get("content-type") == "application/geo+json":
            told = {name for one in _features(answer) for name in one["properties"]}
            if not address.startswith(("/releases", "/files/releases", f"{OGC}/releases")):
                assert told.isdisjoint({"trips", "riders", "metres", "passes"}), address


def _words(page: str) -> str:
    """Read an answer as a person does: neither entities nor script's escapes."""
    return html.unescape(re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), page))


def _features(answer: httpx.Response) -> list[dict]:
    body = answer.json()
    return body.get("features", [body])


def test_nothing_is_at_other_paths(door: httpx.Client) -> None:
    missing = door.get("/secret-place?x=1")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"
    assert "secret-place" not in missing.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_told_which_there_are(door: httpx.Client, method: str) -> None:
    refused = door.request(method, "/releases", content=b"a body to keep")
    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET, HEAD"
    assert refused.headers["content-type"] == "application/problem+json"
    assert "body to keep" not in refused.text


def test_a_path_of_several_methods_tells_all(door: httpx.Client) -> None:
    refused = door.post("/facilities/some", content=b"")
    assert refused.status_code == 405
    assert refused.headers["allow"] == "DELETE, GET, HEAD, PUT"
    assert door.post("/facilities/some/state").headers["allow"] == "PUT"


def test_fault_of_ours_is_told_without_its_insides(
    door: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("insides of the program")

    monkeypatch.setattr(stored_facilities, "find", break_down)
    # The server gives up a connection on which something broke.
    broken = door.get("/facilities/station", headers={"Connection": "close"})
    assert broken.status_code == 500
    assert broken.headers["content-type"] == "application/problem+json"
    assert "insides" not in broken.text
    assert "Traceback" not in broken.text
    assert broken.headers["x-content-type-options"] == "nosniff"


def test_people_are_told_on_a_page_and_programs_in_json(
    door: httpx.Client, keys: dict[str, str]
) -> None:
    address = f"/planner?key={keys['revoked']}"
    page = door.get(address, headers={"Accept": "text/html,*/*"})
    assert page.headers["content-type"].startswith("text/html")
    data = door.get(address, headers={"Accept": "*/*"})
    assert data.headers["content-type"] == "application/problem+json"
    assert page.status_code == data.status_code == 401


def test_doors_see_what_is_loaded_while_they_are_open(
    own_settings: Settings, serve_city: Callable, now: datetime
) -> None:
    question = "/facilities/nearest?lat=32.0341&lon=112.1341&k=1"
    with serve_city(own_settings, lambda: now) as door:
        before = door.get(question).json()["features"][0]["id"]
        with open_workspace(own_settings) as workspace:
            new = Facility("new", "water_point", 112.134, 32.0341)
            with workspace.database.writing() as connection:
                stored_facilities.write(connection, [new])
        assert before == "cabinet-fresh"
        assert door.get(question).json()["features"][0]["id"] == "new"


def test_long_answers_are_zipped(door: httpx.Client) -> None:
    assert door.get("/planner").headers["content-encoding"] == "gzip"
