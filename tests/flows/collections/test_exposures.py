"""What streets and cells saw, as features."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_service.domain.visibility import Viewer
from geo_service.errors import NotReady
from geo_service.flows.collections.collection import Sight
from geo_service.flows.collections.exposures import (
    CELL_EXPOSURE,
    STREET_EXPOSURE,
    STREET_FIELDS,
    features_of_frame,
)
from geo_service.flows.look_at_trips import OverlayQuestion
from geo_service.flows.overlay_issues import overlay_frame
from geo_service.flows.wiring import Workspace

ANALYST = Sight(Viewer.ANALYST)


@pytest.mark.parametrize(
    ("collection", "by"), [(STREET_EXPOSURE, "street"), (CELL_EXPOSURE, "cell")]
)
def test_figures_are_those_of_the_table(ridden: Workspace, collection: object, by: str) -> None:
    features = collection.read(ridden, ANALYST)
    table = overlay_frame(ridden, by, OverlayQuestion()).sort_values(collection.id_name)
    assert len(table)
    assert features.ids.tolist() == table[collection.id_name].tolist()
    assert tuple(features.columns) == tuple(one.name for one in collection.fields)
    assert {*features.columns, collection.id_name, "geometry"} == set(table.columns)
    for name, column in features.columns.items():
        blank = table[name].isna() | (table[name] == "")
        assert column.missing.tolist() == blank.tolist()
        told = [None if gone else value for gone, value in zip(blank, table[name], strict=True)]
        assert [column.value(row) for row in range(len(features))] == told
    assert shapely.equals(features.shapes, table.geometry.to_numpy()).all()


def test_numbers_that_are_none_are_no_values() -> None:
    size = 3
    told = {
        one.name: {"text": ["x", "", "z"], "number": [0.5, np.nan, np.inf]}.get(
            one.kind, np.arange(size)
        )
        for one in STREET_FIELDS
    }
    told["hot_spot"] = [True, False, True]
    frame = gpd.GeoDataFrame(
        {"edge_id": ["b", "a", "c"], **told},
        geometry=[shapely.LineString([(179, 1), (x, 2)]) for x in (180, 181, 179.5)],
        crs=4326,
    )
    features = features_of_frame(frame, "edge_id", STREET_FIELDS)
    assert features.ids.tolist() == ["a", "b", "c"]
    assert features.columns["rate_low"].values.tolist() == [0.0, 0.5, 0.0]
    assert features.columns["rate_low"].missing.tolist() == [True, False, True]
    assert features.columns["name"].missing.tolist() == [True, False, False]
    assert features.columns["trips"].values.dtype == np.int64
    assert features.columns["trips"].values.tolist() == [1, 0, 2]
    assert features.columns["hot_spot"].values.tolist() == [False, True, True]
    assert features.shapes[0].geom_type == "MultiLineString"


def test_streets_are_needed_for_their_exposure(empty: Workspace) -> None:
    with pytest.raises(NotReady):
        STREET_EXPOSURE.read(empty, ANALYST)
    assert len(CELL_EXPOSURE.read(empty, ANALYST)) == 0
