import numpy as np

from geo_service.maps.cell_shapes import pack_cells
from geo_service.maps.view import View
from geo_service.overlay.cells import cell_names, cell_of

VIEW = View(112.14, 32.0, 112.0, 33.0, 113.0)


def names(resolution: int, lon: list[float]) -> tuple[str, ...]:
    return cell_names(cell_of(np.array(lon), np.full(len(lon), 32.04), resolution))


def test_hexagons_have_six_corners() -> None:
    packed = pack_cells(names(10, [112.14, 112.15]), VIEW)
    assert (packed["lines"], packed["points"]) == (2, 12)


def test_no_cells_are_no_lines() -> None:
    assert pack_cells((), VIEW) == {"lines": 0, "points": 0, "grain": 1, "text": ""}
