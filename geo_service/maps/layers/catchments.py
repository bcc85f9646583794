"""Catchments: the streets by their nearest facility, and the holes between them."""

import math
from collections.abc import Sequence

import numpy as np

from geo_service.domain.facility import Facility
from geo_service.maps.content import CatchmentsOnMap, MapContent
from geo_service.maps.drawn_layer import DrawnLayer, new_group
from geo_service.maps.elements import Drawing
from geo_service.maps.escape import as_entities
from geo_service.maps.figures import say_length, say_minutes
from geo_service.maps.graded_lines import grade_lines
from geo_service.maps.icons import OTHER_FACILITY, sign
from geo_service.maps.legend import choices, explain, keys, mark, slider, stroke
from geo_service.maps.neighbour_colours import colour_neighbours
from geo_service.maps.packing import pack_lines, pack_steps
from geo_service.maps.palette import CATCHMENT_COLOURS, HOLE, KIND_COLOURS, OTHER_KIND_COLOUR
from geo_service.maps.view import View
from geo_service.maps.words import FACTS, KINDS, Words, said
from geo_service.streets.catchment_totals import Coverage, length_beyond_mm, sum_up
from geo_service.streets.catchments import farthest_spots
from geo_service.streets.long_lines import points_along
from geo_service.streets.profile import Profile

MOST_POINTS = 600_000
"""A page holds no more points than this, but for its first kind; a kind that would pass it is
left out, and named."""
MOST_EDGES_IN_A_CROWD = 40_000
"""A page that also shows figures of traces draws no more edges than this, those of all kinds
together; here the first kind is no exception."""
MOST_MINUTES = 60
MINUTE_MS = 60_000
_MANY_EDGES = 15_000
_FINE, _COARSE = 1.0, 8.0
"""How far a line may leave its street, pixels at zoom 18; the second with many edges."""
_GRAIN = 4
"""Positions of many edges are rounded to so many pixels."""
_LABELS = ("kind", "from_here", "nearest_streets", "farthest")
_HOLE = Words("盲区", "Holes, farther")
_FAR = Words("盲区", "hole")
_SERVED = Words("可及", "Within reach")
_WORST = Words("最远处", "Farthest spot")
_LIMIT = Words("最多几分钟", "Minutes at most")
_WHY = {
    Profile.EBIKE: Words(
        "红色：骑行到最近设施超过所选分钟数。其余颜色与所属设施的圆圈一致，只用来区分相邻设施。"
        "点击街道可查看设施与用时。",
        "Red: farther by e-bike from every facility than the minutes chosen. Other colours are "
        "those of the circle around the nearest facility. Click a street for its minutes.",
    ),
    Profile.WALK: Words(
        "红色：步行到最近设施超过所选分钟数。其余颜色与所属设施的圆圈一致，只用来区分相邻设施。"
        "点击街道可查看设施与用时。",
        "Red: farther on foot from every facility than the minutes chosen. Other colours are "
        "those of the circle around the nearest facility. Click a street for its minutes.",
    ),
}


def draw_catchments(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw the streets of each facility, a kind at a time, and the holes; None without any.

    The page cuts the holes itself, at the number of minutes that its reader chooses.
    """
    shown: list[CatchmentsOnMap] = []
    prepared: list[dict[str, object]] = []
    left_out, points, most = [], 0, content.hole_minutes
    for each in sorted(content.catchments, key=_order):
        edges = sum(one.network.edges for one in (*shown, each))
        if content.crowded and edges > MOST_EDGES_IN_A_CROWD:
            left_out.append(said(KINDS, each.kind))
            continue
        data, size, minutes = _prepare(each, view)
        if shown and points + size > MOST_POINTS:
            left_out.append(said(KINDS, each.kind))
            continue
        shown.append(each)
        prepared.append(data)
        points, most = points + size, max(most, minutes)
    group = new_group("catchments")
    if not shown:
        return DrawnLayer("catchments", group, _missing(left_out)) if left_out else None
    data = {
        "minutes": content.hole_minutes,
        "colours": CATCHMENT_COLOURS,
        "hole": HOLE,
        "far": _FAR.line,
        "labels": [FACTS[label].line for label in _LABELS],
        "kinds": prepared,
    }
    group.add_child(Drawing("catchments", "catchments", data))
    legend = _legend(shown, content.hole_minutes, most) + _missing(left_out)
    return DrawnLayer("catchments", group, legend)


def _order(one: CatchmentsOnMap) -> tuple[int, str]:
    known = list(KINDS)
    return (known.index(one.kind) if one.kind in known else len(known), one.kind)


def _prepare(one: CatchmentsOnMap, view: View) -> tuple[dict[str, object], int, int]:
    """Prepare a kind for the page; also how many points it has, and the farthest in minutes."""
    network, catchments = one.network, one.catchments
    tolerance, grain = (_COARSE, _GRAIN) if network.edges > _MANY_EDGES else (_FINE, 1)
    lines = grade_lines(network, catchments, view, tolerance)
    coverage = sum_up(catchments, len(one.facilities))
    limits = np.arange(MOST_MINUTES + 1) * MINUTE_MS
    sites, counts = np.unique(lines.site, return_counts=True)
    data = {
        "lines": pack_lines(lines.x, lines.y, lines.offsets, grain).as_values(),
        "seconds": pack_steps(lines.seconds),
        "sites": _sites(
            one, coverage, view, dict(zip(sites.tolist(), counts.tolist(), strict=True))
        ),
        "metres": coverage.total_mm // 1000,
        "beyond": (length_beyond_mm(catchments, limits) // 1000).tolist(),
        "worst": _worst(one, coverage, view),
    }
    minutes = math.ceil(max(0, int(coverage.farthest.cost[0])) / MINUTE_MS)
    return data, len(lines.x), min(MOST_MINUTES, minutes)


def _sites(
    one: CatchmentsOnMap, coverage: Coverage, view: View, lines: dict[int, int]
) -> list[list[object]]:
    """Say of each site how many lines are its own, its colour, place, and what its card tells."""
    colours = colour_neighbours(one.network, one.catchments, len(CATCHMENT_COLOURS))
    spots = farthest_spots(one.catchments, one.catchments.site, len(one.facilities))
    rows: list[list[object]] = []
    for site, count in lines.items():
        if site < 0:
            rows.append([count, -1])
            continue
        facility = one.facilities[site]
        metres = (coverage.within_mm[site] + coverage.beyond_mm[site]) / 1000.0
        rows.append(
            [
                count,
                colours[site],
                round(facility.lat, 6),
                round(float(view.unwrapped(facility.lon)), 6),
                *_titles(facility),
                said(KINDS, one.kind).line,
                say_length(float(metres)),
                say_minutes(float(spots.cost[site]) / 1000.0),
            ]
        )
    return rows


def _titles(facility: Facility) -> tuple[str, str]:
    title = facility.name or facility.name_en or said(KINDS, facility.kind).zh
    return as_entities(title), as_entities(facility.name_en if facility.name_en != title else "")


def _worst(one: CatchmentsOnMap, coverage: Coverage, view: View) -> list[object] | None:
    """Say where it is farthest to any facility of the kind, and how far."""
    spot = coverage.farthest
    if spot.edge[0] < 0:
        return None
    lon, lat = points_along(one.network, spot.edge, spot.offset_mm)
    place = [round(float(lat[0]), 6), round(float(view.unwrapped(lon)[0]), 6)]
    return [*place, say_minutes(float(spot.cost[0]) / 1000.0)]


def _legend(shown: Sequence[CatchmentsOnMap], minutes: int, most: int) -> str:
    rows = [
        (
            mark(
                "square",
                "solid",
                KIND_COLOURS.get(one.kind, OTHER_KIND_COLOUR),
                sign(one.kind, OTHER_FACILITY),
            ),
            said(KINDS, one.kind).html,
        )
        for one in shown
    ]
    listed = [
        (stroke(HOLE), _HOLE.html, ""),
        (stroke(*CATCHMENT_COLOURS), _SERVED.html, ""),
        ('<i class="gm-spot"></i>', _WORST.html, ""),
    ]
    return (
        choices("catchments", rows)
        + slider(_LIMIT, minutes, most)
        + keys(listed)
        + explain(_WHY[shown[0].network.profile])
    )


def _missing(left_out: Sequence[Words]) -> str:
    if not left_out:
        return ""
    zh, en = "、".join(one.zh for one in left_out), ", ".join(one.en or one.zh for one in left_out)
    return explain(
        Words(
            f"本页容量有限，未包含：{zh}。可单独绘制该图层或该类设施。",
            f"Left out, since a page holds only so much: {en}. Draw a map of this layer, or of "
            "that kind, alone.",
        )
    )
