"""The matcher against all sequences of states of small trips, with ways found by networkx."""

from collections.abc import Callable
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from geo_service.domain.trace import Fixes
from geo_service.geometry.metric import GEOD, metres_per_degree_east, metres_per_degree_north
from geo_service.streets.matching.bounded_search import (
    COST,
    SEARCH,
    TURNS,
    blank_labels,
    goal_at,
    search,
    streets_of,
    want,
)
from geo_service.streets.matching.candidates import take_samples
from geo_service.streets.matching.match import Matched, MatchRule, match
from geo_service.streets.matching.most_likely import Steps, most_likely, states_of
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap import build_grid

RandomNetwork = Callable[[int, Profile], Network]
State = tuple[int, float, float]
"""Arc, metres along it, metres off it."""
FIXES = 4
BETA_M = 6.0
# A turn costs no multiple of a block's length: equal costs would have two right answers.
# So wide that nothing is cut, given up or refused: every sequence of states is in the running.
RULE = MatchRule(
    radius_m=35.0, most_candidates=100, apart_m=15.0, max_gap_m=1e6, detour=100.0, slack_m=1e5,
    beam=1e9, off_m=1e6, stray=1e6, beta_near_m=BETA_M,
    turn_m=57.31,
)  # fmt: skip


def _flat(network: Network, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Metres east and north of the network's first shape point."""
    origin = network.shape_lat[0]
    east = ((lon - network.shape_lon[0] + 180.0) % 360.0 - 180.0) * metres_per_degree_east(origin)
    return np.column_stack((east, (lat - origin) * metres_per_degree_north(origin)))


def _ride(network: Network, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Fixes with noise around shape points, each more than 20 m from the one before."""
    lon: list[float] = []
    lat: list[float] = []
    while len(lon) < FIXES:
        point = random.integers(len(network.shape_lon))
        azimuth, off = random.uniform(0, 360), min(abs(random.normal(0.0, 12.0)), 30.0)
        x, y, _ = GEOD.fwd(network.shape_lon[point], network.shape_lat[point], azimuth, off)
        if lon and not 20.0 < GEOD.inv(lon[-1], lat[-1], x, y)[2] < 160.0:
            continue
        lon.append(x)
        lat.append(y)
    return np.array(lon), np.array(lat)


def _states(network: Network, at: np.ndarray, shape: np.ndarray) -> list[State]:
    """The nearest point of every edge in the radius, in each direction it may be taken."""
    states = []
    for edge in range(network.edges):
        first, last = network.edge_shape[edge], network.edge_shape[edge + 1]
        nearest = (np.inf, 0.0)
        for a in range(first, last - 1):
            d = shape[a + 1] - shape[a]
            share = float(np.clip((at - shape[a]) @ d / (d @ d), 0.0, 1.0)) if d @ d else 0.0
            off = float(np.hypot(*(shape[a] + share * d - at)))
            metres = (1 - share) * network.shape_mm[a] + share * network.shape_mm[a + 1]
            nearest = min(nearest, (off, metres / 1000.0))
        if nearest[0] > RULE.radius_m:
            continue
        if network.edge_forward[edge]:
            states.append((2 * edge, nearest[1], nearest[0]))
        if network.edge_backward[edge]:
            whole = network.edge_length_mm[edge] / 1000.0
            states.append((2 * edge + 1, whole - nearest[1], nearest[0]))
    return states


class Oracle:
    """Ways between states, over a graph whose nodes are the starts of arcs."""

    def __init__(self, network: Network) -> None:
        self.length = np.repeat(network.edge_length_mm, 2) / 1000.0
        head = np.column_stack((network.edge_to, network.edge_from)).ravel()
        tail = np.column_stack((network.edge_from, network.edge_to)).ravel()
        self.open = np.column_stack((network.edge_forward, network.edge_backward)).ravel()
        self.after = {
            int(a): [int(b) for b in np.flatnonzero(self.open) if tail[b] == head[a]]
            for a in range(len(head))
        }
        self.graph = nx.DiGraph()
        for a in np.flatnonzero(self.open):
            for b in self.after[int(a)]:
                self.graph.add_edge(int(a), b, weight=self.length[a] + self.turn(int(a), b))

    @staticmethod
    def turn(a: int, b: int) -> float:
        return RULE.turn_m if b == a ^ 1 else 0.0

    def way(self, source: State, target: State) -> tuple[float, int, list[int]]:
        """Length, turns and the arcs entered on the cheapest way; staying on the edge if it can."""
        (a, x, _), (b, y, _) = source, target
        if a == b and y >= x:
            return y - x, 0, []
        if a == b and x - y <= RULE.apart_m:
            return 0.0, 0, []
        if b == a ^ 1:
            return abs(self.length[a] - x - y), 1, [b]
        graph = self.graph
        for following in self.after[a]:
            ahead = self.length[a] - x + self.turn(a, following)
            graph.add_edge("start", ("ahead", following), weight=ahead)
            graph.add_edge(("ahead", following), following, weight=0.0)
        for following in self.after[a ^ 1] if self.open[a ^ 1] else []:
            back = x + RULE.turn_m + self.turn(a ^ 1, following)
            graph.add_edge("start", ("back", following), weight=back)
            graph.add_edge(("back", following), following, weight=0.0)
        path = nx.shortest_path(graph, "start", b, weight="weight")
        cost = nx.path_weight(graph, path, "weight") + y
        graph.remove_nodes_from([n for n in graph if not isinstance(n, int)])
        arcs = [n for n in path if isinstance(n, int)]
        arcs = [a ^ 1, *arcs] if path[1][0] == "back" else arcs
        turns = sum(two == one ^ 1 for one, two in pairwise([a, *arcs]))
        return cost - turns * RULE.turn_m, turns, arcs

    def step(self, source: State, target: State, straight: float) -> float:
        length, turns, _ = self.way(source, target)
        return (abs(length - straight) + turns * RULE.turn_m) / BETA_M

    def unlikely(self, sequence: list[State], straight: np.ndarray) -> float:
        """How unlikely a sequence of states is."""
        total = sum(0.5 * (state[2] / RULE.sigma_m) ** 2 for state in sequence)
        legs = zip(pairwise(sequence), straight, strict=True)
        return total + sum(self.step(*pair, metres) for pair, metres in legs)

    def least_unlikely(self, states: list[list[State]], straight: np.ndarray) -> float:
        """How unlikely the best of all sequences is."""
        total = np.zeros((1,) * FIXES)
        for i, here in enumerate(states):
            shape = [1] * FIXES
            shape[i] = -1
            off = np.array([0.5 * (state[2] / RULE.sigma_m) ** 2 for state in here])
            total = total + off.reshape(shape)
        for i, (here, there) in enumerate(pairwise(states)):
            cost = np.array([[self.step(one, two, straight[i]) for two in there] for one in here])
            shape = [1] * FIXES
            shape[i : i + 2] = cost.shape
            total = total + cost.reshape(shape)
        return float(total.min())


def _rides(network: Network, seed: int) -> tuple[Fixes, list[list[State]], np.ndarray]:
    lon, lat = _ride(network, np.random.default_rng(seed))
    shape, at = _flat(network, network.shape_lon, network.shape_lat), _flat(network, lon, lat)
    one = np.zeros(1, dtype=np.int64)
    fixes = Fixes(
        ("trip",), ("rider",), one, np.array([0, FIXES]), 5_000_000 * np.arange(FIXES), lon, lat
    )
    straight = np.hypot(*np.diff(at, axis=0).T)
    return fixes, [_states(network, place, shape) for place in at], straight


def _chosen(network: Network, fixes: Fixes, states: list[list[State]]) -> list[State]:
    """The matcher's choice, as the oracle's own states."""
    streets, rule = streets_of(network), RULE
    samples = take_samples(
        build_grid(network), fixes.offsets, fixes.t, fixes.lon, fixes.lat, rule.thinning()
    )
    sigma_mm = rule.sigma_m * 1000.0
    found = states_of(
        streets, samples.first, samples.edge, samples.offset_mm, samples.off_mm, sigma_mm
    )
    beta_mm = rule.beta_mm(samples.wait_us)
    steps = Steps(samples.straight_mm, fixes.lon[samples.fix], fixes.lat[samples.fix], beta_mm)
    chosen, piece = most_likely(streets, blank_labels(streets), found, steps, rule.model())
    assert samples.fix.tolist() == list(range(FIXES))
    assert set(piece.tolist()) == {0}
    arcs = [int(found.arc[state]) for state in chosen]
    known = [{state[0]: state for state in here} for here in states]
    assert found.first.tolist() == np.cumsum([0, *(len(here) for here in states)]).tolist()
    return [here[arc] for here, arc in zip(known, arcs, strict=True)]


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("seed", range(60))
def test_no_sequence_of_states_is_likelier(
    random_network: RandomNetwork, profile: Profile, seed: int
) -> None:
    network = random_network(seed, profile)
    fixes, states, straight = _rides(network, seed)
    oracle = Oracle(network)
    sequence = _chosen(network, fixes, states)
    best = oracle.least_unlikely(states, straight)
    # Millimetres are rounded: a thousandth of a natural logarithm.
    assert oracle.unlikely(sequence, straight) == pytest.approx(best, abs=2e-3)

    matched = match(network, build_grid(network), fixes, RULE)
    ridden = sum(oracle.way(one, two)[0] for one, two in pairwise(sequence))
    slipped = any(one[0] == two[0] and two[1] < one[1] for one, two in pairwise(sequence))
    if not slipped:
        assert matched.metres.sum() == pytest.approx(ridden, abs=0.01)
    assert matched.metres.sum() <= ridden + 0.01
    _assert_the_way_hangs_together(network, matched)


@pytest.mark.parametrize("seed", range(20))
def test_every_arc_is_reached_at_the_least_cost(random_network: RandomNetwork, seed: int) -> None:
    network = random_network(seed, Profile.EBIKE)
    streets, oracle = streets_of(network), Oracle(network)
    labels, usable = blank_labels(streets), np.flatnonzero(oracle.open)
    everywhere = goal_at(network.node_lon[0], network.node_lat[0], 1e7)
    targets = want(labels, usable)
    for arc in usable.tolist():
        middle = int(oracle.length[arc] * 500)
        many, turn_mm = len(usable), round(RULE.turn_m * 1000)
        number = search(
            streets, labels, arc, middle, targets, many, 10_000_000, turn_mm, everywhere
        )
        for target in usable.tolist():
            if target in {arc, arc ^ 1}:
                continue
            length, turns, _ = oracle.way((arc, middle / 1000.0, 0.0), (target, 0.0, 0.0))
            assert labels.table[target, SEARCH] == number
            assert labels.table[target, COST] == round(1000 * (length + turns * RULE.turn_m))
            assert labels.table[target, TURNS] == turns


def _assert_the_way_hangs_together(network: Network, matched: Matched) -> None:
    """Each row begins where and when the one before ended."""
    head = np.where(
        matched.backward, network.edge_from[matched.edge], network.edge_to[matched.edge]
    )
    tail = np.where(
        matched.backward, network.edge_to[matched.edge], network.edge_from[matched.edge]
    )
    same = matched.edge[1:] == matched.edge[:-1]
    assert np.all((head[:-1] == tail[1:]) | same)
    assert np.all(matched.t_leave[:-1] == matched.t_enter[1:])
    assert np.all(matched.metres > 0.0)
    assert np.all(matched.t_enter <= matched.t_leave)
    allowed = np.where(
        matched.backward, network.edge_backward[matched.edge], network.edge_forward[matched.edge]
    )
    assert np.all(allowed)
