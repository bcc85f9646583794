"""Heat of passes at open issues: where riders' routes meet what was reported."""

from geo_service.maps.content import MapContent
from geo_service.maps.elements import Drawing, HeatSpots
from geo_service.maps.figures import say_count, say_number
from geo_service.maps.layers.drawn_layer import DrawnLayer, new_group, spots_of
from geo_service.maps.legend import explain, keys, ramp
from geo_service.maps.palette import PASS_RAMP, gradient
from geo_service.maps.view import View
from geo_service.maps.words import Words
from geo_service.overlay.heat import Heat, pass_heat
from geo_service.overlay.issue_grid import issue_points

_ACROSS_M = 240.0
"""How far a spot reaches on the ground."""


def draw_passes(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw a spot at each issue, as strong as its passes; None if passes were not counted.

    An open issue that nobody passed gets a dashed ring instead: nobody would have seen it.
    """
    counts = content.issue_passes
    if counts is None or not content.issues:
        return None
    heat = pass_heat(issue_points(content.issues), counts)
    unseen = [
        [round(issue.lat, 6), round(float(lon), 6)]
        for issue, lon, passes in zip(
            content.issues,
            view.unwrapped([issue.lon for issue in content.issues]),
            counts.passes,
            strict=True,
        )
        if passes == 0 and issue.is_open(content.now)
    ]
    group = new_group("passes")
    if len(heat):
        spots = spots_of(heat, view)
        group.add_child(HeatSpots("passes", spots, across_m=_ACROSS_M, ramp=gradient(PASS_RAMP)))
    if unseen:
        group.add_child(Drawing("rings", "passes", {"places": unseen}))
    return DrawnLayer("passes", group, _legend(content, heat, len(unseen)))


def _legend(content: MapContent, heat: Heat, unseen: int) -> str:
    radius = say_number(content.radius_m)
    listed = [
        (
            '<i class="gm-dot"></i>',
            Words("经过次数合计", "passes in all").html,
            say_count(int(heat.weight.sum())),
        ),
        (
            '<i class="gm-ring"></i>',
            Words("无人经过的未结问题", "open issues nobody passed").html,
            say_count(unseen),
        ),
    ]
    why = Words(
        f"经过：一次行程在问题未结期间进入其 {radius} 米范围。颜色越深，经过越多。",
        f"A pass: one trip came within {radius} m of an issue while it was open. "
        "The darker, the more passes.",
    )
    band = ramp(PASS_RAMP, "1", say_count(int(heat.weight.max(initial=0))))
    return band + keys(listed) + explain(why)
