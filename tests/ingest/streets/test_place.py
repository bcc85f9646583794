"""Streets of a named place, from a server beside the test that answers as OpenStreetMap's do."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlparse

import osmnx
import pytest

from geo_service.errors import NotFound, NotReady, RefusedData
from geo_service.ingest.streets.read import fetch_streets
from geo_service.streets.assemble import build_network
from geo_service.streets.profile import Profile

RING = [[112.13, 32.03], [112.15, 32.03], [112.15, 32.05], [112.13, 32.05], [112.13, 32.03]]
DISTRICT = {
    "place_id": 1, "osm_type": "relation", "osm_id": 5, "lat": "32.04", "lon": "112.14",
    "importance": 0.6, "display_name": "樊城区, 襄阳市", "name": "樊城区", "class": "boundary",
    "type": "administrative", "boundingbox": ["32.03", "32.05", "112.13", "112.15"],
    "geojson": {"type": "Polygon", "coordinates": [RING]},
}  # fmt: skip
POINT = DISTRICT | {"geojson": {"type": "Point", "coordinates": [112.14, 32.04]}}


def node(number: int, lon: float, lat: float) -> dict[str, object]:
    return {"type": "node", "id": number, "lon": lon, "lat": lat}


def way(number: int, nodes: list[int], **tags: str) -> dict[str, object]:
    return {"type": "way", "id": number, "nodes": nodes, "tags": tags}


STREETS = [
    node(1, 112.140, 32.040),
    node(2, 112.141, 32.040),
    node(3, 112.142, 32.040),
    node(4, 112.142, 32.041),
    way(10, [1, 2, 3], highway="residential", name="长虹路", **{"name:en": "Changhong Road"}),
    way(11, [4, 3], highway="tertiary", oneway="-1"),
    way(12, [4, 1], highway="service", oneway="yes", cycleway="opposite_lane"),
    way(13, [2, 4], highway="footway"),
]


@dataclass
class Answers:
    """What the server says, and what it was asked."""

    found: object = field(default_factory=lambda: [DISTRICT])
    elements: list[dict[str, object]] = field(default_factory=lambda: STREETS)
    status: int = 200
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def openstreetmap(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    """Start a server on this machine and point osmnx at it, its pauses left out."""
    answers = Answers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlparse(self.path).query)
            answers.asked.append(query.get("q", [""])[0])
            self._answer(answers.found)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answers.asked.append(parse_qs(body)["data"][0])
            self._answer({"version": 0.6, "elements": answers.elements})

        def _answer(self, content: object) -> None:
            body = json.dumps(content).encode() if answers.status == 200 else b"<html>busy</html>"
            self.send_response(answers.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:  # noqa: ANN401 - as http.server has it
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(osmnx.settings, "nominatim_url", address)
    monkeypatch.setattr(osmnx.settings, "overpass_url", address)
    monkeypatch.setattr(osmnx.settings, "overpass_rate_limit", False)
    at_once = SimpleNamespace(sleep=lambda _seconds: None)
    monkeypatch.setattr("osmnx._nominatim.time", at_once)
    monkeypatch.setattr("osmnx._overpass.time", at_once)
    yield answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_streets_of_a_place_come_as_osm_has_them(openstreetmap: Answers) -> None:
    ways = fetch_streets("樊城区, 襄阳")
    assert openstreetmap.asked[0] == "樊城区, 襄阳"
    assert '["highway"]' in openstreetmap.asked[1]
    assert sorted(ways.way_id.tolist()) == [10, 11, 12, 13]
    tags = {
        int(number): dict(ways.tag_sets[tags])
        for number, tags in zip(ways.way_id, ways.tags, strict=True)
    }
    assert tags[11] == {"highway": "tertiary", "oneway": "-1"}
    name = ways.name[ways.way_id.tolist().index(10)]
    assert (ways.names[name], ways.names_en[name]) == ("长虹路", "Changhong Road")


def test_network_of_a_place_has_osms_names_and_directions(openstreetmap: Answers) -> None:
    ways = fetch_streets("樊城区, 襄阳")
    assert len(openstreetmap.asked) == 2
    network = build_network(ways, Profile.EBIKE).network
    flags = {
        network.edge_id(edge): (bool(network.edge_forward[edge]), bool(network.edge_backward[edge]))
        for edge in range(network.edges)
    }
    assert flags == {
        "10/1/3": (True, True),
        "11/4/3": (False, True),
        "12/4/1": (True, True),
    }
    walk = build_network(ways, Profile.WALK).network
    assert "13/2/4" in {walk.edge_id(edge) for edge in range(walk.edges)}


def test_settings_of_osmnx_are_left_as_they_were(
    openstreetmap: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = osmnx.settings
    before = (settings.all_oneway, settings.use_cache, list(settings.useful_tags_way))
    fetch_streets("樊城区, 襄阳")
    assert (settings.all_oneway, settings.use_cache, settings.useful_tags_way) == before
    assert list(tmp_path.iterdir()) == []
    assert openstreetmap.asked


def test_place_that_nobody_knows_is_not_found(openstreetmap: Answers) -> None:
    openstreetmap.found = []
    with pytest.raises(NotFound, match="knows no place 'Nowhere'"):
        fetch_streets("Nowhere")


def test_place_that_is_a_point_is_refused(openstreetmap: Answers) -> None:
    openstreetmap.found = [POINT]
    with pytest.raises(RefusedData, match="as a point, not as an area"):
        fetch_streets("樊城区, 襄阳")


@pytest.mark.parametrize("elements", [[], [node(1, 112.14, 32.04)]])
def test_place_without_streets_is_refused(
    openstreetmap: Answers, elements: list[dict[str, object]]
) -> None:
    openstreetmap.elements = elements
    with pytest.raises(RefusedData, match="no streets in '樊城区, 襄阳'"):
        fetch_streets("樊城区, 襄阳")


def test_server_that_fails_is_not_ready(openstreetmap: Answers) -> None:
    openstreetmap.status = 500
    with pytest.raises(NotReady, match="servers can't be reached"):
        fetch_streets("樊城区, 襄阳")


def test_server_that_is_not_there_is_not_ready(
    openstreetmap: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(osmnx.settings, "nominatim_url", "http://127.0.0.1:9")
    with pytest.raises(NotReady, match="load a downloaded"):
        fetch_streets("樊城区, 襄阳")
    assert openstreetmap.asked == []
