"""Streets by how many trips ride them."""

import numpy as np

from geo_service.arrays import Integers
from geo_service.maps.content import MapContent
from geo_service.maps.elements import Drawing
from geo_service.maps.escape import as_entities
from geo_service.maps.figures import (
    class_limits,
    class_ranges,
    say_count,
    say_length,
    say_number,
    say_range,
)
from geo_service.maps.folding import fitting
from geo_service.maps.layers.drawn_layer import DrawnLayer, new_group
from geo_service.maps.legend import explain, steps
from geo_service.maps.packing import pack_lines, take_lines, to_pixels
from geo_service.maps.palette import EXPOSURE_RAMP
from geo_service.maps.view import View
from geo_service.maps.words import FACTS, Words
from geo_service.overlay.exposure import Exposure
from geo_service.streets.network import Network

MOST_STREETS = 10_000
MOST_LETTERS = 180_000
"""A page holds no more than this of cards, folded; those with the most trips first."""
_CLASSES = 5
"""The palest colour of the ramp is left out: a line is too thin for it."""
_LABELS = ("trips", "riders", "metres", "issues", "passes", "rate", "interval")
_WHY = Words(
    "每段街道的行程数，两个方向合计。颜色越深，行程越多。",
    "Trips on each stretch of street, both directions together. The darker, the more trips.",
)


def draw_streets(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw the streets that trips rode, by trips; None without street figures."""
    network, counted, edge = content.network, content.streets, content.street_edge
    if network is None or counted is None or edge is None:
        return None
    trips = np.asarray(counted.trips)
    ridden = np.flatnonzero(trips > 0)
    if len(ridden) == 0:
        return None
    busiest = ridden[np.argsort(-trips[ridden], kind="stable")][:MOST_STREETS]
    cards = _cards(network, counted, edge, busiest)
    cards = cards[: fitting(cards, MOST_LETTERS)]
    # The busiest last, so that they lie on top.
    shown = busiest[: len(cards)][::-1]
    limits = class_limits(trips[shown], _CLASSES)
    colours = list(EXPOSURE_RAMP[-len(limits) - 1 :])
    step = np.searchsorted(limits, trips[shown], side="right").tolist()
    rows = [[place, True, *card] for place, card in zip(step, cards[::-1], strict=True)]
    points, offsets = take_lines(network.edge_shape, edge[shown])
    x, y = to_pixels(view.unwrapped(network.shape_lon[points]), network.shape_lat[points])
    group = new_group("streets")
    data = {
        "shape": "street",
        "lines": pack_lines(x, y, offsets).as_values(),
        "colours": colours,
        "labels": [FACTS[label].line for label in _LABELS],
        "rows": rows,
    }
    group.add_child(Drawing("shapes", "streets", data))
    ranges = class_ranges(limits, float(trips[shown].min()), float(trips[shown].max()))
    left_out = ""
    if len(shown) < len(ridden):
        left_out = explain(
            Words(
                f"仅绘出行程最多的 {say_count(len(shown))} 段。",
                f"Only the {say_count(len(shown))} busiest stretches are drawn.",
            )
        )
    return DrawnLayer("streets", group, steps(colours, ranges) + explain(_WHY) + left_out)


def _cards(
    network: Network, counted: Exposure, edge: Integers, chosen: Integers
) -> list[list[object]]:
    """Return title and facts, in the order of the labels, of each street."""
    return [
        [
            as_entities(_name(network, int(edge[row])) or counted.key[row]),
            int(counted.trips[row]),
            int(counted.riders[row]),
            say_length(float(counted.metres[row])),
            int(counted.issues[row]),
            int(counted.passes[row]),
            say_number(float(counted.issues_per_1000_trips[row])),
            say_range(float(counted.rate_low[row]), float(counted.rate_high[row])),
        ]
        for row in chosen
    ]


def _name(network: Network, edge: int) -> str:
    name = int(network.edge_name[edge])
    return network.names[name] or network.names_en[name]
