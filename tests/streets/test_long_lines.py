"""Joined lines are the pieces, each once, and as few as there can be."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import TypeAlias

import networkx as nx
import numpy as np
import pytest

from geo_service.streets.assemble import build_network
from geo_service.streets.long_lines import Lines, join_pieces, meeting_places, points_along
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.ways import Ways

RandomNetwork: TypeAlias = Callable[[int, Profile], Network]
Pieces: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Edge, start, end and group of each."""
Stretch: TypeAlias = tuple[int, frozenset[tuple[float, float]]]


def cut_at_random(network: Network, random: np.random.Generator, groups: int) -> Pieces:
    """Cut edges into up to four pieces, leave some out, and put the rest into groups."""
    rows = []
    for edge in range(network.edges):
        length = int(network.edge_length_mm[edge])
        shape = network.shape_mm[network.edge_shape[edge] : network.edge_shape[edge + 1]]
        cuts = {0, length, *random.integers(0, length + 1, random.integers(0, 3)).tolist()}
        cuts |= set(random.choice(shape, random.integers(0, 2)).tolist())
        ordered = sorted(cuts)
        rows += [
            (edge, start, end, int(random.integers(-1, groups)))
            for start, end in pairwise(ordered)
            if random.random() < 0.8
        ]
    edge, start, end, group = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return edge, start, end, group


def at(network: Network, edge: int, offset: int) -> tuple[float, float]:
    """The position on an edge, worked out slowly; longitudes within 180 of the edge's start."""
    first, last = int(network.edge_shape[edge]), int(network.edge_shape[edge + 1]) - 1
    row = first
    while row < last - 1 and network.shape_mm[row + 1] <= offset:
        row += 1
    before, after = int(network.shape_mm[row]), int(network.shape_mm[row + 1])
    share = (offset - before) / (after - before) if after > before else 0.0
    west = network.shape_lon[row]
    step = (network.shape_lon[row + 1] - west + 180.0) % 360.0 - 180.0
    lon = west + share * step
    lat = network.shape_lat[row] + share * (network.shape_lat[row + 1] - network.shape_lat[row])
    return round(float(lon) % 360.0, 8), round(float(lat), 8)


def stretches_of_pieces(network: Network, pieces: Pieces) -> Counter[Stretch]:
    found: Counter[Stretch] = Counter()
    for edge, start, end, group in zip(*(column.tolist() for column in pieces), strict=True):
        shape = network.shape_mm[network.edge_shape[edge] : network.edge_shape[edge + 1]]
        stops = [start, *(mm for mm in shape.tolist() if start < mm < end), end]
        places = [at(network, edge, stop) for stop in stops]
        found.update((group, frozenset(pair)) for pair in pairwise(places))
    return found


def stretches_of_lines(lines: Lines) -> Counter[Stretch]:
    found: Counter[Stretch] = Counter()
    places = [
        (round(lon % 360.0, 8), round(lat, 8))
        for lon, lat in zip(lines.lon.tolist(), lines.lat.tolist(), strict=True)
    ]
    for line, group in enumerate(lines.group.tolist()):
        here = places[lines.offsets[line] : lines.offsets[line + 1]]
        found.update((group, frozenset(pair)) for pair in pairwise(here))
    return found


def fewest_lines(network: Network, pieces: Pieces) -> dict[int, int]:
    """Of each group: a drawing needs half as many lines as it has places of odd degree."""
    fewest: dict[int, int] = {}
    for group in set(pieces[3].tolist()):
        graph: nx.MultiGraph = nx.MultiGraph()
        for edge, start, end, of in zip(*(column.tolist() for column in pieces), strict=True):
            if of != group:
                continue
            length = int(network.edge_length_mm[edge])
            graph.add_edge(
                int(network.edge_from[edge]) if start == 0 else (edge, start),
                int(network.edge_to[edge]) if end == length else (edge, end),
            )
        fewest[group] = sum(
            max(1, sum(graph.degree(place) % 2 for place in part) // 2)
            for part in nx.connected_components(graph)
        )
    return fewest


@pytest.mark.parametrize("seed", range(40))
def test_lines_are_the_pieces_each_once_in_the_order_of_groups(
    random_network: RandomNetwork, seed: int
) -> None:
    network = random_network(seed, Profile.WALK)
    pieces = cut_at_random(network, np.random.default_rng(seed), 1 + seed % 4)
    lines = join_pieces(network, *pieces)
    assert stretches_of_lines(lines) == stretches_of_pieces(network, pieces)
    assert (np.diff(lines.group) >= 0).all()
    inner = np.ones(len(lines.lon) - 1, dtype=np.bool_)
    inner[lines.offsets[1:-1] - 1] = False
    assert (np.abs(np.diff(lines.lon))[inner] < 1.0).all(), "no leap at the 180th meridian"


@pytest.mark.parametrize("seed", range(40))
def test_open_lines_are_as_few_as_can_be(random_network: RandomNetwork, seed: int) -> None:
    network = random_network(seed, Profile.WALK)
    pieces = cut_at_random(network, np.random.default_rng(seed), 1 + seed % 4)
    lines = join_pieces(network, *pieces)
    first, last = lines.offsets[:-1], lines.offsets[1:] - 1
    is_ring = (lines.lon[first] == lines.lon[last]) & (lines.lat[first] == lines.lat[last])
    for group, fewest in fewest_lines(network, pieces).items():
        of_group = lines.group == group
        assert (of_group & ~is_ring).sum() <= fewest
        assert of_group.sum() >= fewest


def test_streets_that_begin_at_one_junction_are_one_line(draw_ways: Callable[..., Ways]) -> None:
    # The first two begin where they meet; the third goes on from the end of the first.
    places = {node: (0.001 * node, 0.0) for node in range(1, 5)}
    road = {"highway": "residential"}
    ways = draw_ways(places, ([2, 3], road), ([2, 1], road), ([3, 4], road))
    network = build_network(ways, Profile.WALK).network
    edge, start, group = np.arange(3), np.zeros(3, np.int64), np.zeros(3, np.int64)
    lines = join_pieces(network, edge, start, network.edge_length_mm, group)
    assert lines.offsets.tolist() == [0, 4]


def test_pieces_meet_at_junctions_and_at_cuts(random_network: RandomNetwork) -> None:
    network = random_network(4, Profile.WALK)
    pieces = cut_at_random(network, np.random.default_rng(4), 1)
    at_start, at_end = meeting_places(network, *pieces[:3])
    places: dict[int, set[object]] = {}
    for row, (edge, start, end) in enumerate(zip(*pieces[:3], strict=True)):
        for number, offset in ((at_start[row], start), (at_end[row], end)):
            where: object = (int(edge), int(offset))
            if offset == 0:
                where = int(network.edge_from[edge])
            elif offset == network.edge_length_mm[edge]:
                where = int(network.edge_to[edge])
            places.setdefault(int(number), set()).add(where)
    assert all(len(where) == 1 for where in places.values())
    assert len({where for held in places.values() for where in held}) == len(places)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_points_along_are_where_the_slow_way_finds_them(
    random_network: RandomNetwork, seed: int
) -> None:
    network, random = random_network(seed, Profile.EBIKE), np.random.default_rng(seed)
    edge = random.integers(0, network.edges, 50)
    offset = (random.random(50) * (network.edge_length_mm[edge] + 1)).astype(np.int64)
    lon, lat = points_along(network, edge, offset)
    for row in range(50):
        slow = at(network, int(edge[row]), int(offset[row]))
        assert (lon[row] % 360.0, lat[row]) == pytest.approx(slow, abs=2e-8)


def test_no_piece_no_line(random_network: RandomNetwork) -> None:
    nothing = np.zeros(0, dtype=np.int64)
    lines = join_pieces(random_network(1, Profile.WALK), nothing, nothing, nothing, nothing)
    assert (len(lines.group), lines.offsets.tolist(), len(lines.lon)) == (0, [0], 0)


def test_pieces_of_different_groups_are_never_joined(random_network: RandomNetwork) -> None:
    network = random_network(1, Profile.WALK)
    length = int(network.edge_length_mm[0])
    stops = np.array([0, length // 3, length // 2, length])
    edge, group = np.zeros(3, dtype=np.int64), np.arange(3)
    assert len(join_pieces(network, edge, stops[:-1], stops[1:], group).group) == 3
    assert len(join_pieces(network, edge, stops[:-1], stops[1:], edge).group) == 1


@pytest.mark.parametrize("seed", range(8))
def test_each_point_tells_its_piece_and_its_place_on_the_edge(
    random_network: RandomNetwork, seed: int
) -> None:
    network = random_network(seed, Profile.WALK)
    edge, start, end, group = pieces = cut_at_random(network, np.random.default_rng(seed), 2)
    lines = join_pieces(network, *pieces)
    for row, piece in enumerate(lines.piece.tolist()):
        offset = int(lines.offset_mm[row])
        assert start[piece] <= offset <= end[piece]
        place = (lines.lon[row] % 360.0, lines.lat[row])
        assert place == pytest.approx(at(network, int(edge[piece]), offset), abs=2e-8)
    of_point = np.repeat(lines.group, np.diff(lines.offsets))
    assert (group[lines.piece] == of_point).all()
