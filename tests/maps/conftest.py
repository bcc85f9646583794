"""A small district, made by hand: a chequerboard of streets with facilities, issues and figures."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from geo_service.domain.facility import Facility, State
from geo_service.domain.issue import Issue
from geo_service.domain.opening import Opening
from geo_service.domain.release import Release, ReleasedCell
from geo_service.domain.usable import Usable
from geo_service.geometry.metric import segment_lengths_m
from geo_service.ingest.streets.read import read_streets
from geo_service.maps.content import CatchmentsOnMap, FacilityOnMap, HoursOnMap, MapContent
from geo_service.overlay.blind_spots import BlindSpots
from geo_service.overlay.cells import cell_names, cell_of
from geo_service.overlay.exposure import Exposure
from geo_service.overlay.pass_counts import NO_MOMENT, PassCounts
from geo_service.overlay.slot_exposure import SlotExposure
from geo_service.streets.assemble import build_network
from geo_service.streets.catchments import Catchments, find_catchments
from geo_service.streets.measure import Measure
from geo_service.streets.network import Network
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import place_sites
from geo_service.streets.tables import make_table

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
WEST, SOUTH, BLOCK = 112.140, 32.040, 0.002
KINDS = ("rest_station", "parking_point", "charging_cabinet", "water_point", "repair_shop")
CATEGORIES = ("standing_water", "blocked_lane", "lost_dog")


def network_of_lines(
    lines: list[list[tuple[float, float]]], classes: list[str], names: list[str]
) -> Network:
    """Build a network whose edges are the lines; times do not matter to maps."""
    edges = len(lines)
    corners = sorted({line[at] for line in lines for at in (0, -1)})
    ends = {corner: node for node, corner in enumerate(corners)}
    along = [_along_mm(line) for line in lines]
    known = tuple(sorted(set(classes)))
    said = ("", *sorted(set(names) - {""}))
    lon, lat = np.array([point for line in lines for point in line], dtype=np.float64).T
    nothing = np.zeros(edges, dtype=np.int64)
    return Network(
        profile=Profile.EBIKE,
        node_lon=np.array([end[0] for end in ends]),
        node_lat=np.array([end[1] for end in ends]),
        edge_from=np.array([ends[line[0]] for line in lines]),
        edge_to=np.array([ends[line[-1]] for line in lines]),
        edge_forward=np.ones(edges, dtype=np.bool_),
        edge_backward=np.ones(edges, dtype=np.bool_),
        edge_length_mm=np.array([mm[-1] for mm in along]),
        edge_time_ms=nothing + 1,
        edge_shape=np.cumsum([0, *map(len, lines)]),
        shape_lon=lon,
        shape_lat=lat,
        shape_mm=np.concatenate(along),
        edge_way=np.arange(edges),
        edge_from_id=nothing - 1,
        edge_to_id=nothing - 1,
        edge_name=np.array([said.index(name) for name in names]),
        names=said,
        names_en=tuple(f"{name} Street" if name else "" for name in said),
        edge_class=np.array([known.index(name) for name in classes]),
        classes=known,
    )


def _along_mm(line: list[tuple[float, float]]) -> np.ndarray:
    """Measure millimetres along a line, to each of its points."""
    lon, lat = np.array(line, dtype=np.float64).T
    metres = segment_lengths_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    return np.rint(1000.0 * np.concatenate(([0.0], np.cumsum(metres)))).astype(np.int64)


@pytest.fixture
def chequerboard() -> Network:
    """Return six streets each way, the middle ones named main roads, the last ones footways."""
    lines, classes, names = [], [], []
    for row in range(6):
        at, end = row * BLOCK, 5 * BLOCK
        lines.append([(WEST, SOUTH + at), (WEST + end / 2, SOUTH + at), (WEST + end, SOUTH + at)])
        lines.append([(WEST + at, SOUTH), (WEST + at, SOUTH + end)])
        classes += ["primary" if row == 2 else "footway" if row == 5 else "residential"] * 2
        names += ["长虹路" if row == 2 else "", "建设街" if row == 2 else ""]
    return network_of_lines(lines, classes, names)


@pytest.fixture
def content(chequerboard: Network) -> MapContent:
    """Return content for every layer."""
    facilities = [
        FacilityOnMap(
            Facility(
                facility_id=f"f-{place}",
                kind=kind,
                lon=WEST + BLOCK * place,
                lat=SOUTH + BLOCK / 2,
                name=f"站点{place}",
                name_en=f"Place {place}",
                opening_hours="Mo-Su 08:00-20:00",
                amenities=frozenset({"drinking_water", "sofa"}),
                state=State(NOW, charged=3, empty=2) if kind == "charging_cabinet" else None,
            ),
            Opening(open=place != 1, changes_at=NOW + timedelta(hours=8)),
            (Usable.YES, Usable.NO, Usable.UNKNOWN)[place % 3],
        )
        for place, kind in enumerate(KINDS)
    ]
    issues = [
        Issue(
            issue_id=f"i-{place}",
            category=CATEGORIES[place % 3],
            lon=WEST + BLOCK * (place % 4),
            lat=SOUTH + BLOCK * (1 + place // 4),
            reported_at=NOW - timedelta(days=9),
            closed_at=NOW - timedelta(days=2) if place % 4 == 0 else None,
            description=f"第{place}处",
            approved=place != 5,
        )
        for place in range(12)
    ]
    passes = np.arange(12, dtype=np.int64)
    moment = np.where(passes > 0, 1_790_000_000_000_000, NO_MOMENT)
    closest = np.where(passes > 0, 4.2, np.nan)
    return MapContent(
        title="示例商圈 Sample",
        now=NOW,
        note="示意 illustrative",
        facilities=facilities,
        issues=issues,
        network=chequerboard,
        issue_passes=PassCounts(passes, passes // 2, moment, moment, closest, moment, passes // 2),
        cells=exposure_of(sample_cells(10), 12),
        rate_cells=exposure_of(sample_cells(10), 12),
        hours=HoursOnMap(week_of(sample_cells(10)), NOW - timedelta(days=29), NOW),
        street_exposure=exposure_of(tuple(f"{edge}/forward" for edge in range(12)), 12),
        street_edge=np.arange(12, dtype=np.int64)[::-1].copy(),
        blind=BlindSpots(np.array([7, 2]), np.array([943.0, 943.0]), np.array([1, 0])),
        release=Release(
            "2026-09",
            NOW - timedelta(days=31),
            NOW - timedelta(days=1),
            9,
            tuple(
                ReleasedCell(cell, 20 * (1 + row), 10) for row, cell in enumerate(sample_cells(9))
            ),
        ),
        since=NOW - timedelta(days=30),
        until=NOW,
    )


def sample_cells(resolution: int) -> tuple[str, ...]:
    """Name the cells of a row of places."""
    lon = WEST + np.arange(12) * BLOCK
    return cell_names(np.unique(cell_of(lon, np.full(12, SOUTH), resolution)))


def exposure_of(keys: tuple[str, ...], most: int) -> Exposure:
    """Make figures that grow from row to row; the first row saw no trip."""
    row = np.arange(len(keys), dtype=np.int64)
    trips = row * most
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(trips > 0, 1000.0 * (row % 3) / trips, np.nan)
    return Exposure(
        keys, trips, trips // 2, trips * 50.0, row % 3, row * 2, rate, rate * 0.5, rate * 2.0
    )


def week_of(cells: tuple[str, ...]) -> SlotExposure:
    """Make figures of a Monday's and a Tuesday's eighth hour; trips grow from cell to cell.

    Each third of the riders rides on both days, half the trips are ridden by the same riders.
    """
    place = np.repeat(np.array([int(cell, 16) for cell in cells]), 5)
    slot = np.tile([0, 9, 25, 34, 59], len(cells))
    size = np.repeat(np.arange(1, len(cells) + 1), 5)
    trips = size * np.tile([12, 12, 4, 4, 8], len(cells))
    passes = np.tile([3, 3, 3, 3, 0], len(cells)) * (size % 2)
    return SlotExposure(place, slot, trips, trips // 2, trips * 50.0, passes)


@pytest.fixture
def bare(content: MapContent) -> MapContent:
    """Return content with nothing but a title and a moment."""
    return MapContent(title=content.title, now=content.now)


@pytest.fixture
def public(content: MapContent) -> MapContent:
    """Return what a flow gathers for everybody: no figure of traces but the release."""
    return replace(
        content,
        issue_passes=None,
        cells=None,
        hours=None,
        street_exposure=None,
        street_edge=None,
        blind=None,
    )


@pytest.fixture(scope="session")
def streets_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Streets]:
    """Return a function that makes streets of drawn lines, longitude first."""

    def _streets_of(*lines: list[tuple[float, float]], **tags: str) -> Streets:
        features = [
            {
                "type": "Feature",
                "properties": {"highway": "residential", **tags},
                "geometry": {"type": "LineString", "coordinates": line},
            }
            for line in lines
        ]
        path = tmp_path_factory.mktemp("lines") / "streets.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return Streets.of(build_network(read_streets(path), Profile.EBIKE).network)

    return _streets_of


@pytest.fixture(scope="session")
def catchments_of() -> Callable[..., Catchments]:
    """Return a function that finds the catchments of facilities on streets."""

    def _catchments_of(
        streets: Streets,
        facilities: list[Facility],
        *,
        limit: int | None = None,
        measure: Measure = Measure.TIME,
    ) -> Catchments:
        sites = place_sites(
            streets.network,
            streets.grid,
            [one.facility_id for one in facilities],
            np.array([one.lon for one in facilities]),
            np.array([one.lat for one in facilities]),
            100.0,
        )
        table = make_table(streets, sites, np.ones(len(facilities), np.bool_), measure)
        return find_catchments(streets, sites, table, limit=limit)

    return _catchments_of


@pytest.fixture
def with_catchments(
    content: MapContent,
    streets_of: Callable[..., Streets],
    catchments_of: Callable[..., Catchments],
) -> MapContent:
    """Return the content with the catchments of two kinds on a cross of streets.

    The southern end is a dead end; each arm is some 470 m long.
    """
    middle = (WEST + 0.005, SOUTH + 0.005)
    arms = ((-5, 0), (5, 0), (0, -4), (0, 4))
    ends = [(middle[0] + x / 1000, middle[1] + y / 1000) for x, y in arms]
    streets = streets_of(*([end, middle] for end in ends))
    facilities = [
        Facility("a", "rest_station", *ends[0], name="西站", name_en="West"),
        Facility("b", "rest_station", *ends[1], name_en="East"),
        Facility("c", "repair_shop", *ends[3], name="<b>北</b>"),
    ]
    found = {
        kind: catchments_of(streets, chosen)
        for kind, chosen in (("rest_station", facilities[:2]), ("repair_shop", facilities[2:]))
    }
    return replace(
        content,
        catchments=[
            CatchmentsOnMap("repair_shop", facilities[2:], streets.network, found["repair_shop"]),
            CatchmentsOnMap("rest_station", facilities[:2], streets.network, found["rest_station"]),
        ],
        hole_minutes=1,
    )
