"""Streets by how many trips ride them."""

import numpy as np

from geo_service.arrays import Integers
from geo_service.maps.cards import Cards
from geo_service.maps.content import MapContent
from geo_service.maps.drawn_layer import DrawnLayer, new_group
from geo_service.maps.elements import Drawing
from geo_service.maps.escape import as_entities
from geo_service.maps.figures import (
    class_limits,
    class_ranges,
    say_length,
    say_number,
    say_range,
)
from geo_service.maps.legend import explain, steps
from geo_service.maps.packing import near_order, pack_lines, take_lines, to_pixels
from geo_service.maps.palette import EXPOSURE_RAMP
from geo_service.maps.street_ground import simplified
from geo_service.maps.view import View
from geo_service.maps.words import FACTS, Words
from geo_service.overlay.exposure import Exposure
from geo_service.streets.network import Network

MOST_LETTERS = 180_000
"""A page that can't ask for more holds no more of cards than this, folded; those with the most
trips first."""
_MANY_EDGES = 15_000
_FINE = 1.0
_COARSE = 8.0, 4
"""How far a line may leave its street, and to what many edges are rounded, pixels at zoom 18."""
_CLASSES = 5
"""The palest colour of the ramp is left out: a line is too thin for it."""
_LABELS = ("trips", "riders", "metres", "issues", "passes", "rate", "interval")
_WHY = Words(
    "每段街道的行程数，两个方向合计。颜色越深，行程越多。",
    "Trips on each stretch of street, both directions together. The darker, the more trips.",
)


def draw_streets(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw the streets that trips rode, by trips; None without street figures."""
    network, counted, edge = content.network, content.street_exposure, content.street_edge
    if network is None or counted is None or edge is None:
        return None
    trips = np.asarray(counted.trips)
    ridden = np.flatnonzero(trips > 0)
    if len(ridden) == 0:
        return None
    limits = class_limits(trips[ridden], _CLASSES)
    colours = list(EXPOSURE_RAMP[-len(limits) - 1 :])
    step = np.searchsorted(limits, trips[ridden], side="right")
    x, y, offsets = _shapes(network, edge[ridden], view)
    middle = (offsets[:-1] + offsets[1:]) // 2
    near = near_order(x[middle].astype(np.float64), y[middle].astype(np.float64))
    # The busiest last, so that they lie on top; neighbours of one class side by side.
    order = near[np.argsort(step[near], kind="stable")]
    rows = ridden[order].tolist()
    cards = Cards(
        lambda row: _card(network, counted, edge, rows[row]),
        np.argsort(-trips[ridden[order]], kind="stable"),
        MOST_LETTERS,
    )
    grain = _COARSE[1] if network.edges > _MANY_EDGES else 1
    data = {
        "lines": [
            pack_lines(x[points], y[points], begins, grain).as_values()
            for place in range(len(colours))
            for points, begins in (take_lines(offsets, order[step[order] == place]),)
        ],
        "colours": colours,
        "labels": [FACTS[label].line for label in _LABELS],
    }
    group = new_group("streets")
    group.add_child(Drawing("riddenStreets", "streets", data, cards))
    ranges = class_ranges(limits, float(trips[ridden].min()), float(trips[ridden].max()))
    return DrawnLayer("streets", group, steps(colours, ranges) + explain(_WHY))


def _shapes(network: Network, edges: Integers, view: View) -> tuple[Integers, Integers, Integers]:
    """Return the points of edges in pixels, with no more of them than their number allows."""
    points, offsets = take_lines(network.edge_shape, edges)
    x, y = to_pixels(view.unwrapped(network.shape_lon[points]), network.shape_lat[points])
    tolerance = _COARSE[0] if network.edges > _MANY_EDGES else _FINE
    return simplified(x, y, offsets, tolerance)


def _card(network: Network, counted: Exposure, edge: Integers, row: int) -> list[object]:
    """Return title, subtitle and facts, in the order of the labels, of a street."""
    return [
        as_entities(_name(network, int(edge[row])) or counted.key[row]),
        "",
        int(counted.trips[row]),
        int(counted.riders[row]),
        say_length(float(counted.metres[row])),
        int(counted.issues[row]),
        int(counted.passes[row]),
        say_number(float(counted.issues_per_1000_trips[row])),
        say_range(float(counted.rate_low[row]), float(counted.rate_high[row])),
    ]


def _name(network: Network, edge: int) -> str:
    name = int(network.edge_name[edge])
    return network.names[name] or network.names_en[name]
