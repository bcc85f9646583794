"""Heat of issues: how many are open at the moment of the map."""

import math

from geo_service.maps.content import MapContent
from geo_service.maps.drawn_layer import DrawnLayer, new_group
from geo_service.maps.figures import say_count, say_number
from geo_service.maps.heat import draw_heat
from geo_service.maps.legend import NO_MARK, keys
from geo_service.maps.palette import ISSUE_RAMP
from geo_service.maps.view import View
from geo_service.maps.words import OPEN_ISSUES, Words
from geo_service.overlay.heat import issue_weights

_UNIT = Words("每平方公里未结问题数", "open issues per km²")


def draw_issue_density(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw the issues open at the moment of the map per square kilometre; None without any.

    Those open now say where there is work to do; those of a whole period would say where there
    was, and the issues' own layer shows them.
    """
    weights = issue_weights(content.issues, content.now)
    if not len(weights):
        return None
    group = new_group("issue_density")
    heat = draw_heat(group, weights, view, _UNIT, ISSUE_RAMP)
    # The top of a Gaussian of weight 1.
    alone = say_number(1.0 / (2.0 * math.pi * (heat.surface.bandwidth_m / 1000.0) ** 2))
    why = Words(
        f"此刻未结的问题，不论有无骑手经过；孤立一个问题在其位置显示为 {alone}。",
        "Issues open at the moment of this map, whether or not riders pass them; one alone shows "
        f"as {alone} at its place.",
    )
    rows = [heat.highest, (NO_MARK, OPEN_ISSUES.html, say_count(len(weights)))]
    return DrawnLayer("issue_density", group, heat.scale + keys(rows) + heat.explain(why))
