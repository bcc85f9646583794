"""Released cells: what everybody may know of where riders go."""

import numpy as np

from geo_service.maps.cell_shapes import pack_cells
from geo_service.maps.content import MapContent
from geo_service.maps.drawn_layer import DrawnLayer, new_group
from geo_service.maps.elements import Drawing
from geo_service.maps.escape import as_entities
from geo_service.maps.figures import class_limits, class_ranges, say_count
from geo_service.maps.legend import explain, steps
from geo_service.maps.palette import RELEASE_RAMP
from geo_service.maps.view import View
from geo_service.maps.words import CELL, FACTS, Words

_LABELS = ("trips", "riders")


def draw_release(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw the cells of a release by trips; None without a release."""
    release = content.release
    if release is None:
        return None
    trips = np.array([row.trips for row in release.rows], dtype=np.float64)
    limits = class_limits(trips, len(RELEASE_RAMP))
    colours = list(RELEASE_RAMP[-len(limits) - 1 :])
    step = np.searchsorted(limits, trips, side="right")
    rows = [
        [
            int(step[place]),
            False,
            f"{CELL.line} {as_entities(row.cell)}",
            f"≥ {say_count(row.trips)}",
            f"≥ {say_count(row.riders)}",
        ]
        for place, row in enumerate(release.rows)
    ]
    group = new_group("release")
    data = {
        "lines": pack_cells([row.cell for row in release.rows], view),
        "colours": colours,
        "labels": [FACTS[label].line for label in _LABELS],
        "rows": rows,
    }
    group.add_child(Drawing("cells", "release", data))
    ranges = class_ranges(limits, float(trips.min()), float(trips.max())) if rows else []
    why = Words(
        f"{release.period} 期间的行程数；仅含骑手足够多的网格，数值向下取整，行程首尾不计。",
        f"Trips in {release.period}; only cells with enough riders, counts rounded down, "
        "the ends of trips left out.",
    )
    return DrawnLayer("release", group, steps(colours[: len(ranges)], ranges) + explain(why))
