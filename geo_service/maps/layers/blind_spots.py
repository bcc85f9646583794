"""Streets that no trip rode: where no rider can have seen what is wrong."""

from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Integers
from geo_service.maps.content import MapContent
from geo_service.maps.drawn_layer import DrawnLayer, new_group
from geo_service.maps.elements import Drawing
from geo_service.maps.escape import as_entities, as_script
from geo_service.maps.figures import say_count, say_length
from geo_service.maps.folding import fold
from geo_service.maps.legend import NO_MARK, explain, keys
from geo_service.maps.packing import pack_lines, pack_steps, take_lines, to_pixels
from geo_service.maps.palette import BLIND
from geo_service.maps.street_ground import simplified
from geo_service.maps.view import View
from geo_service.maps.words import FACTS, NO_NAME, STREET_CLASSES, Words, said
from geo_service.overlay.blind_spots import BlindSpots
from geo_service.streets.long_lines import Lines, join_pieces
from geo_service.streets.network import Network

MOST_LETTERS = 600_000
"""A page holds no more than this of these lines, folded; the longest first."""
_MANY_EDGES = 15_000
_FINE = ((1.0, 1),)
_COARSE = ((8.0, 4), (16.0, 8))
"""How far a line may leave its street, and to what positions are rounded, pixels at zoom 18: with
few edges, and with many; there the first that is small enough for the page."""
_LABELS = ("street_class", "stretch", "issues")
_BLIND = Words("没有行程骑过", "No trip rode here")
_ISSUES = Words("其上的问题（含已结）", "Issues on them, closed ones too")
_WHY = Words(
    "虚线街道没有任何行程骑过，骑手不可能在那里看到问题：没有上报不等于没有问题。"
    "长度按电动自行车可走的街道计，双向只计一次。",
    "No trip rode the dashed streets, so no rider can have seen anything there: no report does "
    "not mean that nothing is wrong. Of streets open to e-bikes, both directions counted once.",
)


@dataclass(frozen=True, slots=True, eq=False)
class _Stretches:
    """n lines of one street and class each, simplified, in the order of their streets."""

    street: Integers
    """Shape (n,): the row of ``_streets``."""
    x: Integers
    y: Integers
    offsets: Integers
    """Shape (n + 1,)."""
    metres: Integers
    """Shape (n,)."""
    issues: Integers
    """Shape (n,)."""

    def take(self, lines: Integers) -> "_Stretches":
        rows, offsets = take_lines(self.offsets, lines)
        return _Stretches(
            self.street[lines],
            self.x[rows],
            self.y[rows],
            offsets,
            self.metres[lines],
            self.issues[lines],
        )


def draw_blind_spots(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw the streets that no trip rode, as dashes; None if there are none, or no trips."""
    network, blind = content.network, content.blind
    if network is None or blind is None or len(blind) == 0:
        return None
    streets, street = _streets(network, np.sort(blind.place))
    for tolerance, grain in _COARSE if len(blind) > _MANY_EDGES else _FINE:
        whole = _stretches(network, blind, street, view, tolerance)
        shown, data = len(whole.street), _data(whole, streets, grain)
        if _size(data) <= MOST_LETTERS:
            break
    else:
        shown, data = _longest(whole, streets, grain)
    group = new_group("blind_spots")
    group.add_child(Drawing("blindSpots", "blind_spots", data))
    blind_m, all_m = float(blind.street_m.sum()), float(network.edge_length_mm.sum()) / 1000.0
    share = f"{say_length(blind_m)} · {100.0 * blind_m / all_m:.1f} %"
    legend = keys(
        [
            (f'<i class="gm-dashed" style="color:{BLIND}"></i>', _BLIND.html, share),
            (NO_MARK, _ISSUES.html, say_count(int(blind.issues.sum()))),
        ]
    )
    legend += explain(_WHY)
    if shown < len(whole.street):
        legend += explain(
            Words(
                f"仅绘出最长的 {say_count(shown)} 段。",
                f"Only the {say_count(shown)} longest stretches are drawn.",
            )
        )
    return DrawnLayer("blind_spots", group, legend)


def _streets(network: Network, edges: Integers) -> tuple[list[list[str]], Integers]:
    """Return name and class of each street in words, and the street of each edge."""
    pairs = np.column_stack((network.edge_name[edges], network.edge_class[edges]))
    known, street = np.unique(pairs, axis=0, return_inverse=True)
    rows = []
    for name, of_class in known.tolist():
        title = network.names[name] or network.names_en[name]
        english = network.names_en[name] if network.names_en[name] != title else ""
        slug = network.classes[of_class].removesuffix("_link") if of_class >= 0 else ""
        rows.append(
            [
                as_entities(title) if title else NO_NAME.line,
                as_entities(english),
                said(STREET_CLASSES, slug).line,
            ]
        )
    return rows, street.reshape(-1)


def _stretches(
    network: Network, blind: BlindSpots, street: Integers, view: View, tolerance: float
) -> _Stretches:
    order = np.argsort(blind.place)
    edges, issues = blind.place[order], blind.issues[order]
    length = network.edge_length_mm[edges]
    lines = join_pieces(network, edges, np.zeros_like(edges), length, street)
    x, y = to_pixels(view.unwrapped(lines.lon), lines.lat)
    x, y, offsets = simplified(x, y, lines.offsets, tolerance)
    line = _line_of_piece(lines, len(edges))
    count = len(offsets) - 1
    return _Stretches(
        lines.group,
        x,
        y,
        offsets,
        np.rint(np.bincount(line, length, count) / 1000.0).astype(np.int64),
        np.bincount(line, issues, count).astype(np.int64),
    )


def _line_of_piece(lines: Lines, pieces: int) -> Integers:
    """Say in which line each piece is."""
    line = np.zeros(pieces, dtype=np.int64)
    line[lines.piece] = np.repeat(np.arange(len(lines.group)), np.diff(lines.offsets))
    return line


def _longest(
    whole: _Stretches, streets: list[list[str]], grain: int
) -> tuple[int, dict[str, object]]:
    """Return how many lines fit into the page's share, and what the page's script draws."""
    longest = np.argsort(-whole.metres, kind="stable")
    count, size = len(longest), MOST_LETTERS
    while True:
        count = int(count * min(0.98, MOST_LETTERS / size))
        data = _data(whole.take(np.sort(longest[:count])), streets, grain)
        size = _size(data)
        if size <= MOST_LETTERS or count == 0:
            return count, data


def _size(data: dict[str, object]) -> int:
    return len(fold(as_script(data)))


def _data(shown: _Stretches, streets: list[list[str]], grain: int) -> dict[str, object]:
    street, count = np.unique(shown.street, return_counts=True)
    with_issues = np.flatnonzero(shown.issues)
    return {
        "colour": BLIND,
        "labels": [FACTS[label].line for label in _LABELS],
        "lines": pack_lines(shown.x, shown.y, shown.offsets, grain).as_values(),
        "streets": [
            [lines, *streets[row]]
            for row, lines in zip(street.tolist(), count.tolist(), strict=True)
        ],
        "metres": pack_steps(shown.metres),
        "issues": np.column_stack((with_issues, shown.issues[with_issues])).tolist(),
    }
