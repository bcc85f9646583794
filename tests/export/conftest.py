"""A small frame of issues with figures, as the overlay gives it; streets and their catchments."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pytest

from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.moments import to_microseconds
from geo_service.export.frames import issues_frame, with_pass_counts
from geo_service.ingest.streets.read import read_streets
from geo_service.overlay.pass_counts import NO_MOMENT, PassCounts
from geo_service.streets.assemble import build_network
from geo_service.streets.catchments import Catchments, find_catchments
from geo_service.streets.measure import Measure
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import place_sites
from geo_service.streets.tables import make_table

REPORTED = datetime(2026, 10, 1, 4, 0, 0, 500_000, tzinfo=UTC)


@pytest.fixture
def counted() -> gpd.GeoDataFrame:
    """Return two issues: one passed twice and closed, one never passed and open."""
    issues = [
        Issue("a", "standing_water", 112.14, 32.04, REPORTED, REPORTED, description="=1+1 积水"),
        Issue("b", "blocked_lane", 112.15, 32.05, REPORTED, approved=False),
    ]
    counts = PassCounts(
        passes=np.array([2, 0]),
        riders=np.array([1, 0]),
        first_us=np.array([1_790_000_000_000_000, NO_MOMENT]),
        last_us=np.array([1_790_000_000_500_000, NO_MOMENT]),
        closest_m=np.array([3.25, np.nan]),
        confirmed_us=np.array([to_microseconds(REPORTED)] * 2),
        riders_since_confirmed=np.array([1, 0]),
    )
    return with_pass_counts(issues_frame(issues).drop(columns="reopened"), counts)


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
