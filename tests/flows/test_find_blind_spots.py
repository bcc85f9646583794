"""Streets and cells without a trip, out of a workspace."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geo_service.errors import NotReady, WrongUsage
from geo_service.flows.find_blind_spots import blind_beside, blind_spots_frame
from geo_service.flows.load_streets import load_streets
from geo_service.flows.look_at_trips import OverlayQuestion
from geo_service.flows.overlay_issues import overlay_by_street, overlay_frame
from geo_service.flows.wiring import Workspace

EVERYTHING = OverlayQuestion()
NEVER = OverlayQuestion(since=datetime(2030, 1, 1, tzinfo=UTC))
STREETS = {
    "ridden": [[112.14, 32.04], [112.15, 32.04]],
    "blind": [[112.15, 32.04], [112.15, 32.045]],
    "longer": [[112.14, 32.04], [112.14, 32.046]],
}


@pytest.fixture
def city(ridden: Workspace, tmp_path: Path) -> Workspace:
    """Return the street that is ridden with two more that are not, at its ends."""
    lines = [
        {
            "type": "Feature",
            "properties": {"highway": "residential", "name": name},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for name, line in STREETS.items()
    ]
    path = tmp_path / "streets.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": lines}))
    load_streets(ridden, [path])
    return ridden


def test_edges_that_nobody_rode_are_blind(city: Workspace) -> None:
    found = blind_spots_frame(city, "street", EVERYTHING)
    assert found["name"].tolist() == ["longer", "blind"]
    assert found["length_m"].tolist() == pytest.approx([665.3, 554.4], abs=0.2)
    assert found["issues"].tolist() == [0, 0]


def test_without_a_trip_all_is_blind_and_issues_come_first(city: Workspace) -> None:
    found = blind_spots_frame(city, "street", NEVER)
    assert found["name"].tolist() == ["ridden", "longer", "blind"]
    assert found["issues"].tolist() == [2, 0, 0]
    near = OverlayQuestion(since=NEVER.since, radius_m=5.0)
    assert blind_spots_frame(city, "street", near)["issues"].tolist() == [0, 0, 0]


def test_blind_edges_beside_those_ridden_are_the_same(city: Workspace) -> None:
    ridden = overlay_by_street(city, EVERYTHING)
    blind = blind_beside(ridden)
    assert blind is not None
    found = blind_spots_frame(city, "street", EVERYTHING)
    ids = [ridden.streets.network.edge_id(edge) for edge in blind.place.tolist()]
    assert ids == found["edge_id"].tolist()
    assert blind.street_m.tolist() == found["length_m"].tolist()
    assert blind.issues.tolist() == found["issues"].tolist()
    assert blind_beside(overlay_by_street(city, NEVER)) is None, "not all streets"


def test_cells_are_blind_or_seen_and_hold_all_streets_together(city: Workspace) -> None:
    all_cells = blind_spots_frame(city, "cell", NEVER)
    blind = blind_spots_frame(city, "cell", EVERYTHING)
    seen = set(overlay_frame(city, "cell", EVERYTHING).query("trips > 0")["cell"])
    assert set(blind["cell"]) == set(all_cells["cell"]) - seen
    assert 0 < len(blind) < len(all_cells)
    whole = sum(blind_spots_frame(city, "street", NEVER)["length_m"])
    assert all_cells["street_m"].sum() == pytest.approx(whole)
    assert all_cells["issues"].tolist()[:2] == [2, 0]
    assert all_cells["street_m"].iloc[1:].is_monotonic_decreasing


@pytest.mark.parametrize("by", ["street", "cell"])
def test_wrong_questions_are_refused(empty: Workspace, by: str) -> None:
    with pytest.raises(WrongUsage, match="at most 1000"):
        blind_spots_frame(empty, by, OverlayQuestion(radius_m=0.0))
    with pytest.raises(NotReady, match="no streets yet"):
        blind_spots_frame(empty, by, EVERYTHING)
