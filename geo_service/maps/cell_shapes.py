"""H3 cells as a page draws them."""

from collections.abc import Sequence

import numpy as np

from geo_service.maps.packing import pack_lines, to_pixels
from geo_service.maps.view import View
from geo_service.overlay.cells import cell_boundary


def pack_cells(cells: Sequence[str], view: View) -> dict[str, object]:
    """Pack the outlines of cells for the page's script."""
    # The page closes rings itself.
    rings = [ring[:-1] for ring in cell_boundary(cells)]
    offsets = np.zeros(len(rings) + 1, dtype=np.int64)
    np.cumsum([len(ring) for ring in rings], out=offsets[1:])
    corners = np.concatenate([np.array(ring) for ring in rings]) if rings else np.empty((0, 2))
    x, y = to_pixels(view.unwrapped(corners[:, 0]), corners[:, 1])
    return pack_lines(x, y, offsets).as_values()
