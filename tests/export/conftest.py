"""A small frame of issues with figures, as the overlay gives it."""

from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pytest

from geo_service.domain.issue import Issue
from geo_service.export.frames import issues_frame, with_pass_counts
from geo_service.overlay.passes import NO_MOMENT, PassCounts

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
    )
    return with_pass_counts(issues_frame(issues).drop(columns="reopened"), counts)
