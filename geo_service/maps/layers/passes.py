"""Heat of passes at open issues: where riders' routes meet what was reported."""

from collections.abc import Sequence

import numpy as np

from geo_service.maps.content import MapContent
from geo_service.maps.drawn_layer import DrawnLayer, new_group
from geo_service.maps.elements import Drawing
from geo_service.maps.figures import say_count, say_number
from geo_service.maps.heat import draw_heat
from geo_service.maps.issue_filters import all_tags
from geo_service.maps.legend import NO_MARK, explain, keys
from geo_service.maps.mark_table import pack_places
from geo_service.maps.packing import near_order
from geo_service.maps.palette import PASS_RAMP
from geo_service.maps.view import View
from geo_service.maps.words import Words
from geo_service.overlay.heat import pass_weights
from geo_service.overlay.issue_grid import issue_points

_UNIT = Words("每平方公里经过次数", "passes per km²")
_ALL = Words("经过次数合计", "passes in all")
_UNSEEN = Words("无人经过的未结问题", "open issues nobody passed")


def draw_passes(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw the passes at issues per square kilometre; None if passes were not counted.

    An open issue that nobody passed gets a dashed ring instead: nobody would have seen it.
    """
    counts = content.issue_passes
    if counts is None or not content.issues:
        return None
    weights = pass_weights(issue_points(content.issues), counts)
    unseen = [
        row
        for row, issue in enumerate(content.issues)
        if counts.passes[row] == 0 and issue.is_open(content.now)
    ]
    group = new_group("passes")
    rows = [
        (NO_MARK, _ALL.html, say_count(int(weights.weight.sum()))),
        ('<i class="gm-ring"></i>', _UNSEEN.html, say_count(len(unseen))),
    ]
    why = _why(content)
    if len(weights):
        heat = draw_heat(group, weights, view, _UNIT, PASS_RAMP)
        legend = heat.scale + keys([heat.highest, *rows]) + heat.explain(why)
    else:
        legend = keys(rows) + explain(why)
    if unseen:
        group.add_child(Drawing("rings", "passes", _rings(content, unseen, view)))
    return DrawnLayer("passes", group, legend)


def _rings(content: MapContent, rows: Sequence[int], view: View) -> dict[str, object]:
    """Return where rings stand, and by what they are hidden together with their issues."""
    lon = view.unwrapped([content.issues[row].lon for row in rows])
    lat = np.array([content.issues[row].lat for row in rows])
    tags = all_tags(content)
    order = near_order(lon, lat)
    return pack_places(lon[order], lat[order], np.array([tags[rows[row]] for row in order]))


def _why(content: MapContent) -> Words:
    radius = say_number(content.radius_m)
    return Words(
        f"经过：一次行程在问题未结期间进入其 {radius} 米范围，计于问题所在处。",
        f"A pass: one trip came within {radius} m of an issue while it was open; "
        "counted at the issue's place.",
    )
