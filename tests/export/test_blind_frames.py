"""Blind spots as frames."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely

from geo_service.export.blind_frames import blind_cells_frame, blind_streets_frame
from geo_service.overlay.blind_spots import BlindSpots
from geo_service.overlay.cells import cell_names, cell_of
from geo_service.streets.prepared import Streets


def blind(*place: int) -> BlindSpots:
    row = np.arange(len(place))
    return BlindSpots(np.array(place, np.int64), row + 0.5, row)


def test_streets_come_in_their_order_with_name_and_line(
    streets_of: Callable[..., Streets],
) -> None:
    corner = [(112.14, 32.04), (112.15, 32.04), (112.15, 32.05)]
    network = streets_of(corner[:2], corner[1:], name="南街").network
    frame = blind_streets_frame(blind(1, 0), network)
    columns = ["edge_id", "name", "highway", "length_m", "issues", "geometry"]
    assert frame.columns.tolist() == columns
    assert frame["edge_id"].tolist() == [network.edge_id(1), network.edge_id(0)]
    assert frame["length_m"].tolist() == [0.5, 1.5]
    ends = [line.coords[0] for line in frame.geometry]
    assert ends == [
        pytest.approx((network.node_lon[node], network.node_lat[node]))
        for node in network.edge_from[[1, 0]]
    ]
    assert len(blind_streets_frame(blind(), network)) == 0


def test_cells_come_in_their_order_as_hexagons() -> None:
    cells = cell_of(np.array([112.16, 112.14]), np.array([32.05, 32.04]), 10)
    frame = blind_cells_frame(blind(*cells.tolist()))
    assert frame.columns.tolist() == ["cell", "street_m", "issues", "geometry"]
    assert frame["cell"].tolist() == list(cell_names(cells))
    assert frame.geometry.iloc[0].contains(shapely.Point(112.16, 32.05))
    assert frame.crs.to_epsg() == 4326
    assert len(blind_cells_frame(blind())) == 0
