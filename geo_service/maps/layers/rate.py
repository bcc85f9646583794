"""Issues per 1,000 trips in each cell: where riders meet many issues for how few they are."""

import numpy as np

from geo_service.arrays import Integers
from geo_service.maps.cell_shapes import pack_cells
from geo_service.maps.content import MapContent
from geo_service.maps.drawn_layer import DrawnLayer, new_group
from geo_service.maps.elements import Drawing
from geo_service.maps.escape import as_entities
from geo_service.maps.figures import (
    class_limits,
    class_ranges,
    say_chance,
    say_count,
    say_length,
    say_number,
    say_range,
)
from geo_service.maps.legend import explain, keys, steps
from geo_service.maps.palette import EMPTY_CELL, RATE_RAMP
from geo_service.maps.view import View
from geo_service.maps.words import CELL, FACTS, Words
from geo_service.overlay.exposure import Exposure
from geo_service.overlay.hotspots import HotSpots

MOST_CELLS = 5_000
"""A page holds about so many; whoever gathers its content takes larger ones if need be."""
_LABELS = ("rate", "interval", "issues", "trips", "riders", "passes", "metres")
_JUDGED_LABELS = ("judged", "expected", "q_value")
_FEW_TRIPS = 30
"""With fewer trips a cell is drawn faintly: one issue more or less would change its class."""
_WHY = Words(
    f"网格内的问题数除以行程数，乘以一千。行程不足 {_FEW_TRIPS} 次的网格画得浅，其数值不稳，"
    "请看卡片中的 95% 区间。",
    f"Issues in the cell per 1,000 trips through it. Cells with fewer than {_FEW_TRIPS} trips are "
    "faint, their figure is shaky: see the 95 % interval in the card.",
)
_HOT = Words("问题多于行程所能解释", "More issues than its trips explain")
_NOT_HOT = Words("不能断定偏多", "not clearly more than its trips explain")
_WHY_HOT = Words(
    "黑框：该网格连同相邻网格的问题，比同样多的行程按全区平均会遇到的明显更多，不像是偶然。"
    "q 值：在 q 值不高于它的网格中，预计误判所占的比例。",
    "Dark outline: this cell and those around it have clearly more issues than as many trips "
    "meet on average; chance hardly explains it. q-value: the share of false ones to be expected "
    "among cells with such a value or a lower one.",
)


def draw_rate(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw cells by rate, hot spots outlined, cells without trips left out; None without cells."""
    cells, hot = content.rate_cells, content.rate_hot
    if cells is None:
        return None
    rate = np.asarray(cells.issues_per_1000_trips)
    shown = np.flatnonzero(np.isfinite(rate))
    if len(shown) == 0:
        return None
    if hot is not None:
        # Those outlined last, so that they lie on top.
        shown = shown[np.argsort(hot.hot_spot[shown], kind="stable")]
    limits = class_limits(rate, len(RATE_RAMP))
    positive = rate[shown][rate[shown] > 0]
    # Class 0 is "no issue"; the classes of the ramp follow.
    step = np.where(rate[shown] > 0, 1 + np.searchsorted(limits, rate[shown], side="right"), 0)
    colours = [EMPTY_CELL, *_spread(len(limits) + 1)]
    ringed = 0 if hot is None else int(hot.hot_spot[shown].sum())
    labels = _LABELS if hot is None else (*_LABELS, *_JUDGED_LABELS)
    group = new_group("rate")
    data = {
        "lines": pack_cells([cells.key[row] for row in shown], view),
        "colours": colours,
        "labels": [FACTS[label].line for label in labels],
        "rows": _rows(cells, hot, shown, step),
        "ringed": ringed,
    }
    group.add_child(Drawing("cells", "rate", data))
    ranges = ["0"]
    if len(positive):
        ranges += class_ranges(limits, float(positive.min()), float(positive.max()))
    else:
        colours = colours[:1]
    legend = steps(colours, ranges) + explain(_WHY)
    if hot is not None:
        legend += keys([('<i class="gm-ringed"></i>', _HOT.html, say_count(ringed))])
        legend += explain(_WHY_HOT)
    return DrawnLayer("rate", group, legend)


def _rows(
    cells: Exposure, hot: HotSpots | None, shown: Integers, step: Integers
) -> list[list[object]]:
    """Return class, strength, title and facts of each cell shown."""
    return [
        [
            int(step[place]),
            bool(step[place] and cells.trips[row] >= _FEW_TRIPS),
            f"{CELL.line} {as_entities(cells.key[row])}",
            say_number(float(cells.issues_per_1000_trips[row])),
            say_range(float(cells.rate_low[row]), float(cells.rate_high[row])),
            int(cells.issues[row]),
            int(cells.trips[row]),
            int(cells.riders[row]),
            int(cells.passes[row]),
            say_length(float(cells.metres[row])),
            *(() if hot is None else _judged(hot, row)),
        ]
        for place, row in enumerate(shown)
    ]


def _judged(hot: HotSpots, row: int) -> tuple[str, str, str]:
    return (
        (_HOT if hot.hot_spot[row] else _NOT_HOT).line,
        say_number(float(hot.expected_issues[row])),
        as_entities(say_chance(float(hot.q_value[row]))),
    )


def _spread(classes: int) -> list[str]:
    """Take so many colours of the ramp that the last is its darkest."""
    return list(RATE_RAMP[-classes:])
