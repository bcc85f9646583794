"""Released cells as features."""

from datetime import UTC, datetime

import h3
import shapely

from geo_service.domain.release import Release, ReleasedCell
from geo_service.export.frames import cell_shapes
from geo_service.flows.collections.collection import PUBLIC
from geo_service.flows.collections.releases import read_releases
from geo_service.flows.wiring import Workspace
from geo_service.store import releases

AT_180 = h3.latlng_to_cell(0.0, 180.0, 9)


def test_every_cell_of_every_period_is_a_feature(empty: Workspace) -> None:
    cell = h3.latlng_to_cell(32.04, 112.14, 9)
    march, april, may = (datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 5))
    one = Release("2026-03", march, april, 9, (ReleasedCell(cell, 20, 10),))
    other = Release(
        "2026-04", april, may, 9, (ReleasedCell(cell, 30, 10), ReleasedCell(AT_180, 40, 20))
    )
    with empty.database.writing() as connection:
        releases.write(connection, other)
        releases.write(connection, one)
    features = read_releases(empty, PUBLIC)
    assert set(features.ids) == {f"2026-03.{cell}", f"2026-04.{cell}", f"2026-04.{AT_180}"}
    row = features.ids.tolist().index(f"2026-03.{cell}")
    assert {name: column.value(row) for name, column in features.columns.items()} == {
        "period": "2026-03",
        "since": march,
        "until": april,
        "cell": cell,
        "resolution": 9,
        "trips": 20,
        "riders": 10,
    }
    assert shapely.equals(features.shapes[row], cell_shapes([cell])[0])
    across = features.shapes[features.ids.tolist().index(f"2026-04.{AT_180}")]
    assert across.geom_type == "MultiPolygon"
    assert across.bounds[0] == -180.0
    assert across.bounds[2] == 180.0
