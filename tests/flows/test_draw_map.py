"""A map is drawn by its viewer's rights, and written whole."""

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import h3
import numpy as np
import pytest

from geo_service.domain.check_in import CheckIn
from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.moments import to_microseconds
from geo_service.domain.trace import Fixes
from geo_service.domain.visibility import Viewer
from geo_service.errors import NotReady, UnknownKind, WrongUsage
from geo_service.flows.count_passes import Progress
from geo_service.flows.draw_map import draw_map, write_map
from geo_service.flows.find_blind_spots import blind_spots_frame
from geo_service.flows.find_catchments import CatchmentQuestion
from geo_service.flows.load_streets import load_streets
from geo_service.flows.look_at_trips import OverlayQuestion, as_it_goes
from geo_service.flows.overlay_issues import overlay_frame
from geo_service.flows.wiring import Workspace
from geo_service.maps.assets import Assets
from geo_service.maps.packing import take_lines
from geo_service.maps.page import LAYERS, PUBLIC_LAYERS
from geo_service.settings import Basemap
from geo_service.store import check_ins, city
from geo_service.store import facilities as stored_facilities
from geo_service.store import issues as stored
from geo_service.store.trace_days import LakeDay
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile


@pytest.fixture
def town(workspace: Workspace, now: datetime) -> Workspace:
    """Return the street with an issue everybody may see and one that staff have not approved."""
    day = now - timedelta(days=1)
    known = [
        Issue("a", "standing_water", 112.143, 32.0401, day, description="Forall"),
        Issue("b", "standing_water", 112.144, 32.0401, day, description="Forstaff", approved=False),
    ]
    with workspace.database.writing() as connection:
        stored.write(connection, known, replace=False)
        city.write_title(connection, "Xtown", "Xnote")
    return workspace


def test_public_never_sees_what_is_not_approved(town: Workspace, now: datetime) -> None:
    public, analyst = (draw_map(town, viewer, now) for viewer in Viewer)
    assert ("Forall" in public, "Forstaff" in public) == (True, False)
    assert ("Forall" in analyst, "Forstaff" in analyst) == (True, True)
    assert "Xtown" in public
    assert "Xnote" in public


@pytest.mark.parametrize("layer", sorted(set(LAYERS) - set(PUBLIC_LAYERS)))
def test_layer_that_tells_of_traces_is_not_for_the_public(
    town: Workspace, now: datetime, layer: str
) -> None:
    with pytest.raises(WrongUsage, match=layer) as caught:
        draw_map(town, Viewer.PUBLIC, now, layers=[layer])
    assert layer not in caught.value.remedy
    assert "</html>" in draw_map(town, Viewer.ANALYST, now, layers=[layer])


def rides(trips: int, begin: datetime) -> Fixes:
    """Ride the street to and fro, a fix every 20 m, errors and all; 51 fixes a trip."""
    random = np.random.default_rng(8)
    each = 51
    along = np.linspace(112.14, 112.15, each)
    lon = np.concatenate([along[:: 1 - 2 * (trip % 2)] for trip in range(trips)])
    minute = np.repeat(np.arange(trips), each) % 600
    t = to_microseconds(begin) + 60_000_000 * minute + 4_000_000 * np.tile(np.arange(each), trips)
    return Fixes(
        tuple(f"t{trip}" for trip in range(trips)),
        tuple(f"{rider:032x}" for rider in range(5)),
        np.arange(trips) % 5,
        np.arange(trips + 1) * each,
        t,
        lon + random.normal(0, 2e-5, len(lon)),
        32.04 + random.normal(0, 2e-5, len(lon)),
    )


def test_page_hardly_grows_with_the_fixes(town: Workspace, now: datetime) -> None:
    sizes = []
    # All hours of the day that are ridden are ridden by the fewer trips already.
    for trips in (600, 3000):
        town.lake.add(rides(trips, now - timedelta(hours=20)), replace=True)
        page = draw_map(town, Viewer.ANALYST, now, assets=Assets(embedded=False))
        assert page.count("imageOverlay(") == 3
        sizes.append(len(page))
    assert sizes[1] == pytest.approx(sizes[0], rel=0.05)


@pytest.mark.real
@pytest.mark.slow
def test_page_of_porto_with_scripts_and_all_layers_stays_under_three_megabytes(
    empty: Workspace, shared_data: Path, now: datetime
) -> None:
    load_streets(empty, [shared_data / "streets" / "porto_conveyal_r5.osm.pbf"])
    network = empty.streets(Profile.EBIKE).network
    random = np.random.default_rng(9)
    day = now - timedelta(days=1)
    at = random.integers(0, len(network.shape_lon), (2, 6_000))
    issues = [
        Issue(
            f"i{row}", "standing_water", network.shape_lon[place], network.shape_lat[place], day,
            description=random.bytes(100).hex(),
        )
        for row, place in enumerate(at[0])
    ]  # fmt: skip
    facilities = [
        Facility(f"f{row}", "rest_station", network.shape_lon[place], network.shape_lat[place])
        for row, place in enumerate(at[1, :1_000])
    ]
    with empty.database.writing() as connection:
        stored.write(connection, issues, replace=False)
        stored_facilities.write(connection, facilities, replace=False)
    empty.lake.add(along_streets(network, 12_000, day))
    page = draw_map(empty, Viewer.ANALYST, now)
    assert page.count("imageOverlay(") == 3
    assert "Left out, since a page holds only so much" in html.unescape(page)
    assert 1_000_000 < len(page.encode()) < 3_000_000


def along_streets(network: Network, trips: int, begin: datetime) -> Fixes:
    """Ride each of many streets once, from its first point to its last, at 5 m/s."""
    random = np.random.default_rng(10)
    edges = random.choice(np.flatnonzero(network.edge_length_mm > 100_000), trips)
    rows, offsets = take_lines(network.edge_shape, edges)
    us = network.shape_mm[rows] * 200 + np.repeat(np.arange(trips) * 1_000_000, np.diff(offsets))
    return Fixes(
        tuple(f"t{trip}" for trip in range(trips)),
        tuple(f"{rider:032x}" for rider in range(50)),
        np.arange(trips) % 50,
        offsets,
        to_microseconds(begin) + us,
        network.shape_lon[rows],
        network.shape_lat[rows],
    )


def test_rates_are_counted_by_larger_cells_where_small_ones_are_too_many(
    town: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.lake.add(rides(3, now - timedelta(hours=20)))
    fine = draw_map(town, Viewer.ANALYST, now, layers=["rate", "exposure"])
    monkeypatch.setattr("geo_service.flows.draw_map.MOST_CELLS", 4)
    coarse = draw_map(town, Viewer.ANALYST, now, layers=["rate", "exposure"])
    assert {h3.get_resolution(cell) for cell in cells_of(fine)} == {10}
    assert {h3.get_resolution(cell) for cell in cells_of(coarse)} == {8}
    assert len(cells_of(coarse)) <= 4 < len(cells_of(fine))
    # Figures of small cells don't add up: a trip through several is one trip.
    trips = [int(found) for found in re.findall(r'\u2013[^"]*",\d+,(\d+),', coarse)]
    assert max(trips) == 3
    pictures = [re.findall(r'imageOverlay\("[^"]+"', page) for page in (fine, coarse)]
    assert pictures[0] == pictures[1], "heat is made of the small cells"


@pytest.mark.parametrize("most", [5_000, 6])
def test_hot_spots_are_those_of_the_cells_drawn(
    town: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    town.lake.add(rides(20, now - timedelta(hours=20)))
    heap = [
        Issue(f"h{n}", "standing_water", 112.1411, 32.04, now - timedelta(days=2))
        for n in range(30)
    ]
    with town.database.writing() as connection:
        stored.write(connection, heap, replace=False)
    monkeypatch.setattr("geo_service.flows.draw_map.MOST_CELLS", most)
    assets = Assets(embedded=False)
    page = draw_map(town, Viewer.ANALYST, now, layers=["rate"], assets=assets)
    found = page.partition("geoMap.cells(feature_group_rate, ")[2]
    data, _ = json.JSONDecoder().raw_decode(found)
    cells = {html.unescape(row[2]).split()[-1]: row[-3:] for row in data["rows"]}
    resolution = h3.get_resolution(min(cells))
    assert resolution == (10 if most > 6 else 9)
    settings = replace(town.settings, cell_resolution=resolution)
    frame = overlay_frame(replace(town, settings=settings), "cell", OverlayQuestion())
    frame = frame[frame["trips"] > 0].set_index("cell")
    assert set(cells) == set(frame.index)
    hot = set(frame.index[frame["hot_spot"]])
    assert 0 < len(hot) == data["ringed"] < len(cells)
    assert set(list(cells)[-len(hot) :]) == hot
    for cell, (_, expected, q_value) in cells.items():
        assert float(expected) == pytest.approx(frame.loc[cell, "expected_issues"], rel=0.005)
        assert html.unescape(q_value).removeprefix("< ") == (
            f"{max(0.001, frame.loc[cell, 'q_value']):.3f}"
        )


@pytest.mark.parametrize("layer", ["rate", "hours", "streets"])
def test_layers_of_a_page_are_of_the_same_issues_whatever_is_reported_meanwhile(
    town: Workspace, now: datetime, layer: str
) -> None:
    town.lake.add(rides(20, now - timedelta(hours=20)))
    ridden_past = Issue("late", "standing_water", 112.145, 32.04, now - timedelta(days=2))

    def report_one(days: Sequence[LakeDay]) -> Iterator[LakeDay]:
        """Commit an issue once a layer's trips have been counted."""
        yield from days
        with town.database.writing() as connection:
            stored.write(connection, [ridden_past])

    def draw(progress: Progress) -> str:
        assets = Assets(embedded=False)
        return draw_map(town, Viewer.ANALYST, now, layers=[layer], assets=assets, progress=progress)

    before, meanwhile, after = draw(as_it_goes), draw(report_one), draw(as_it_goes)
    assert meanwhile == before != after


def cells_of(page: str) -> set[str]:
    return set(re.findall(r"\b8[0-9a-f]{14}\b", page))


def test_map_of_an_empty_workspace_is_drawn(empty: Workspace, now: datetime) -> None:
    for viewer in Viewer:
        assert "</html>" in draw_map(empty, viewer, now)


@pytest.mark.parametrize("offline", [True, False])
def test_map_is_written_whole_with_its_scripts(
    town: Workspace, now: datetime, offline: bool, tmp_path: Path
) -> None:
    path = tmp_path / "maps" / "x.html"
    words = {"layers": ["issues"], "public": True, "progress": as_it_goes}
    size = write_map(town, path, now, offline=offline, **words)
    assert size == path.stat().st_size
    beside = {one.name for one in path.parent.iterdir()}
    assert beside == ({"x.html"} if offline else {"x.html", "assets"})
    with pytest.raises(WrongUsage):
        write_map(town, path, now, offline=offline, **(words | {"layers": ["rate"]}))
    assert path.stat().st_size == size


def test_file_that_needs_no_other_needs_no_base_map_either(
    town: Workspace, now: datetime, tmp_path: Path
) -> None:
    settings = replace(town.settings, basemap=Basemap.OSM)
    mapped = replace(town, settings=settings)
    words = {"layers": ["issues"], "public": True, "progress": as_it_goes}
    for offline in (True, False):
        path = tmp_path / f"{offline}.html"
        write_map(mapped, path, now, offline=offline, **words)
        assert ("tile.openstreetmap.org" in path.read_text("utf-8")) is not offline
    assert "tile.openstreetmap.org" not in draw_map(mapped, Viewer.PUBLIC, now)


@pytest.mark.parametrize("layer", ["streets", "blind_spots", "catchments"])
def test_streets_that_are_asked_for_must_be_there(
    empty: Workspace, now: datetime, layer: str
) -> None:
    with pytest.raises(NotReady, match="no streets yet"):
        draw_map(empty, Viewer.ANALYST, now, layers=[layer])


def test_streets_nobody_rode_are_drawn_only_once_somebody_rides(
    town: Workspace, now: datetime, tmp_path: Path
) -> None:
    aside = {
        "type": "Feature",
        "properties": {"highway": "residential", "name": "Xaside"},
        "geometry": {"type": "LineString", "coordinates": [[112.15, 32.04], [112.15, 32.05]]},
    }
    ridden = {**aside, "properties": {"highway": "residential", "name": "Xridden"}}
    ridden["geometry"] = {"type": "LineString", "coordinates": [[112.14, 32.04], [112.15, 32.04]]}
    path = tmp_path / "two.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [aside, ridden]}))
    load_streets(town, [path])
    seen = [Issue("c", "standing_water", 112.15, 32.047, now - timedelta(days=1))]
    with town.database.writing() as connection:
        stored.write(connection, seen, replace=False)
    words = {"layers": ["blind_spots"], "assets": Assets(embedded=False)}
    assert "geoMap.blindSpots(" not in draw_map(town, Viewer.ANALYST, now, **words)
    town.lake.add(rides(2, now - timedelta(hours=20)))
    page = draw_map(town, Viewer.ANALYST, now, **words)
    data, _ = json.JSONDecoder().raw_decode(
        page.partition("geoMap.blindSpots(feature_group_blind_spots, ")[2]
    )
    frame = blind_spots_frame(town, "street", OverlayQuestion())
    assert frame["name"].tolist() == [data["streets"][0][1]] == ["Xaside"]
    assert data["issues"] == [[0, frame["issues"].iloc[0]]] == [[0, 1]]
    assert f"{frame['length_m'].sum() / 1000:.1f} km" in html.unescape(page)


def test_catchments_are_for_everybody_by_kind_and_open_at_the_minutes_asked(
    town: Workspace, now: datetime
) -> None:
    stations = [
        Facility("x", "rest_station", 112.141, 32.04, name="Xstation"),
        Facility("y", "water_point", 112.149, 32.04, name="Ywater"),
    ]
    with town.database.writing() as connection:
        stored_facilities.write(connection, stations, replace=False)
    for viewer in Viewer:
        assert 'data-layer="catchments"' in draw_map(town, viewer, now)
    page = draw_map(town, Viewer.PUBLIC, now, layers=["catchments"])
    assert ("Xstation" in page, "Ywater" in page) == (True, True)
    assert 'step="1" value="10"' in page
    asked = CatchmentQuestion(kinds=frozenset({"water_point"}), minutes=4)
    page = draw_map(town, Viewer.PUBLIC, now, layers=["catchments"], catchments=asked)
    assert ("Xstation" in page, "Ywater" in page) == (False, True)
    assert 'step="1" value="4"' in page
    wrong = CatchmentQuestion(kinds=frozenset({"helipad"}))
    with pytest.raises(UnknownKind, match="helipad"):
        draw_map(town, Viewer.PUBLIC, now, layers=["catchments"], catchments=wrong)


def test_how_stations_are_used_is_for_planners_only(town: Workspace, now: datetime) -> None:
    station = Facility("s", "rest_station", 112.143, 32.0401, "驿站")
    with town.database.writing() as connection:
        stored_facilities.write(connection, [station])
        for rider in ("a", "b"):
            check_ins.write(connection, CheckIn("s", rider, 20_775, now - timedelta(hours=1)))
    public, analyst = (
        draw_map(town, viewer, now, layers=["facilities"])
        for viewer in (Viewer.PUBLIC, Viewer.ANALYST)
    )
    busiest = "最多 most 11:00-12:00 (2)"
    assert (busiest in public, busiest in analyst) == (False, True)
