"""Exposure by slot as frames: names of slots, each row its own place and shape."""

from collections.abc import Callable
from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pytest

from geo_service.domain.slots import Per, SlotRule
from geo_service.export.slot_frames import (
    cell_slots_frame,
    issue_slots_frame,
    slot_columns,
    street_slots_frame,
)
from geo_service.overlay.cells import cell_names, cell_of
from geo_service.overlay.slot_exposure import SlotExposure
from geo_service.streets.prepared import Streets

SUNDAY = int(datetime(2026, 10, 4, 21, 30, tzinfo=UTC).timestamp()) * 1_000_000
FIGURES = ["trips", "riders", "metres", "passes"]


def seen(*place: int, per: Per = Per.WEEKDAY_HOUR) -> SlotExposure:
    row = np.arange(len(place))
    slot = SlotRule(per, UTC).slots(SUNDAY + row * 3_600_000_000)
    return SlotExposure(np.array(place, np.int64), slot, row + 1, row + 1, row / 2, row)


@pytest.mark.parametrize(
    ("per", "expected"),
    [
        (Per.HOUR, {"hour": [21, 22, 23, 0]}),
        (Per.WEEKDAY, {"weekday": [7, 7, 7, 1]}),
        (Per.WEEKDAY_HOUR, {"weekday": [7, 7, 7, 1], "hour": [21, 22, 23, 0]}),
    ],
)
def test_slots_have_the_columns_that_are_told_apart(per: Per, expected: dict) -> None:
    slot = SlotRule(per, UTC).slots(SUNDAY + np.arange(4) * 3_600_000_000)
    columns = slot_columns(slot, per)
    assert {name: column.tolist() for name, column in columns.items()} == expected


def test_cells_are_drawn_in_every_slot() -> None:
    one, other = cell_of(np.array([112.14, 112.16]), np.array([32.04, 32.05]), 10).tolist()
    frame = cell_slots_frame(seen(one, one, other), Per.WEEKDAY_HOUR)
    assert frame.columns.tolist() == ["cell", "weekday", "hour", *FIGURES, "geometry"]
    assert frame["cell"].tolist() == list(cell_names(np.array([one, one, other])))
    assert frame["metres"].tolist() == [0.0, 0.5, 1.0]
    assert frame.geometry.iloc[0].equals(frame.geometry.iloc[1])
    assert frame.geometry.iloc[2].contains(gpd.points_from_xy([112.16], [32.05])[0])
    assert len(cell_slots_frame(seen(), Per.HOUR)) == 0


def test_streets_have_their_names_in_every_slot(streets_of: Callable[..., Streets]) -> None:
    line = [(112.14, 32.04), (112.15, 32.04)]
    other = [(112.15, 32.04), (112.15, 32.05)]
    network = streets_of(line, other, name="南街").network
    frame = street_slots_frame(seen(1, 1, 0, per=Per.HOUR), Per.HOUR, network)
    assert frame.columns.tolist() == ["edge_id", "name", "highway", "hour", *FIGURES, "geometry"]
    edges = [network.edge_id(edge) for edge in (1, 1, 0)]
    assert frame["edge_id"].tolist() == edges
    assert frame["name"].tolist() == ["南街"] * 3
    assert frame.geometry.iloc[0].equals(frame.geometry.iloc[1])
    assert not frame.geometry.iloc[0].equals(frame.geometry.iloc[2])
    assert len(street_slots_frame(seen(), Per.HOUR, network)) == 0


def test_issues_keep_their_types_and_index() -> None:
    issues = gpd.GeoDataFrame(
        {"issue_id": [501, 503], "category": ["a", "b"], "more": [1, 2]},
        geometry=gpd.points_from_xy([112.1, 112.2], [32.0, 32.0]),
        crs=4326,
        index=["x", "y"],
    ).rename_geometry("place")
    frame = issue_slots_frame(issues, seen(1, 1, 0, per=Per.WEEKDAY), Per.WEEKDAY)
    columns = ["issue_id", "category", "weekday", "passes", "riders", "place"]
    assert frame.columns.tolist() == columns
    assert frame["issue_id"].tolist() == [503, 503, 501]
    assert frame.index.tolist() == ["y", "y", "x"]
    assert (frame.geometry.name, frame.crs.to_epsg()) == ("place", 4326)
    assert frame.geometry.x.tolist() == [112.2, 112.2, 112.1]
