"""Issues per 1,000 trips in each cell: where riders meet many issues for how few they are."""

import numpy as np

from geo_service.maps.content import MapContent
from geo_service.maps.elements import Drawing
from geo_service.maps.escape import as_entities
from geo_service.maps.figures import class_limits, class_ranges, say_length, say_number, say_range
from geo_service.maps.layers.cell_shapes import pack_cells
from geo_service.maps.layers.drawn_layer import DrawnLayer, new_group
from geo_service.maps.legend import explain, steps
from geo_service.maps.palette import EMPTY_CELL, RATE_RAMP
from geo_service.maps.view import View
from geo_service.maps.words import CELL, FACTS, Words

MOST_CELLS = 5_000
"""A page holds about so many; whoever gathers its content takes larger ones if need be."""
_LABELS = ("rate", "interval", "issues", "trips", "riders", "passes", "metres")
_FEW_TRIPS = 30
"""With fewer trips a cell is drawn faintly: one issue more or less would change its class."""
_WHY = Words(
    f"网格内的问题数除以行程数，乘以一千。行程不足 {_FEW_TRIPS} 次的网格画得浅，其数值不稳，"
    "请看卡片中的 95% 区间。",
    f"Issues in the cell per 1,000 trips through it. Cells with fewer than {_FEW_TRIPS} trips are "
    "faint, their figure is shaky: see the 95 % interval in the card.",
)


def draw_rate(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw cells by rate, those without trips left out; None without cells."""
    cells = content.rate_cells
    if cells is None:
        return None
    rate = np.asarray(cells.issues_per_1000_trips)
    shown = np.flatnonzero(np.isfinite(rate))
    if len(shown) == 0:
        return None
    limits = class_limits(rate, len(RATE_RAMP))
    positive = rate[shown][rate[shown] > 0]
    # Class 0 is "no issue"; the classes of the ramp follow.
    step = np.where(rate[shown] > 0, 1 + np.searchsorted(limits, rate[shown], side="right"), 0)
    colours = [EMPTY_CELL, *_spread(len(limits) + 1)]
    rows = [
        [
            int(step[place]),
            bool(step[place] and cells.trips[row] >= _FEW_TRIPS),
            f"{CELL.line} {as_entities(cells.key[row])}",
            say_number(float(rate[row])),
            say_range(float(cells.rate_low[row]), float(cells.rate_high[row])),
            int(cells.issues[row]),
            int(cells.trips[row]),
            int(cells.riders[row]),
            int(cells.passes[row]),
            say_length(float(cells.metres[row])),
        ]
        for place, row in enumerate(shown)
    ]
    group = new_group("rate")
    data = {
        "shape": "cell",
        "lines": pack_cells([cells.key[row] for row in shown], view),
        "colours": colours,
        "labels": [FACTS[label].line for label in _LABELS],
        "rows": rows,
    }
    group.add_child(Drawing("shapes", "rate", data))
    ranges = ["0"]
    if len(positive):
        ranges += class_ranges(limits, float(positive.min()), float(positive.max()))
    else:
        colours = colours[:1]
    return DrawnLayer("rate", group, steps(colours, ranges) + explain(_WHY))


def _spread(classes: int) -> list[str]:
    """Take so many colours of the ramp that the last is its darkest."""
    return list(RATE_RAMP[-classes:])
