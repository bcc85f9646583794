from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import select

from geo_service.domain.issue import Issue
from geo_service.geometry.metric import geodesic_m
from geo_service.store import issues
from geo_service.store.database import Database
from geo_service.store.near_place import IN_BOX, IN_CIRCLE, near_parameters
from geo_service.store.schema import issues as table

NOW = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize("lat", [0.0, 32.04, -58.0, 88.5])
@pytest.mark.parametrize("lon", [112.14, 179.999, -179.999])
@pytest.mark.parametrize("radius_m", [100.0, 9_000.0])
def test_a_circle_holds_what_the_ellipsoid_says_is_near(
    database: Database, lon: float, lat: float, radius_m: float
) -> None:
    random = np.random.default_rng(7)
    far = 1.5 * radius_m
    lats = np.clip(lat + random.uniform(-far, far, 300) / 111_000, -90, 90)
    wide = far / (111_000 * np.cos(np.radians(lat)))
    lons = (lon + random.uniform(-wide, wide, 300) + 180) % 360 - 180
    records = [
        Issue(f"i{row}", "x", float(x), float(y), NOW)
        for row, (x, y) in enumerate(zip(lons, lats, strict=True))
    ]
    with database.writing() as connection:
        issues.write(connection, records)
        ids = select(table.c.issue_id)
        place = near_parameters(lon, lat, radius_m)
        circle = set(connection.scalars(ids.where(IN_CIRCLE), place))
        box = set(connection.scalars(ids.where(IN_BOX), place))
    apart = geodesic_m(np.full(300, lon), np.full(300, lat), lons, lats)
    # A degree's length changes on the way north, near a pole by much.
    slack = 0.003 if abs(lat) <= 60 else 0.2
    surely = {f"i{row}" for row in np.flatnonzero(apart < radius_m * (1 - slack))}
    perhaps = {f"i{row}" for row in np.flatnonzero(apart <= radius_m * (1 + slack))}
    assert surely <= circle <= perhaps
    assert {f"i{row}" for row in np.flatnonzero(apart <= radius_m)} <= box
    assert surely
    assert len(box) < 300
