"""Map matching: the edges a rider's trips were ridden on, from fixes with noise and gaps.

A trip is matched piece by piece: where fixes are too far apart, where several in a row lie far
from every street, or where no street leads from one fix to the next, the way is cut and nothing
is made up between the pieces. A piece that does not look like riding on streets is refused.
"""

from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Flags, Floats, Integers
from geo_service.domain.trace import Fixes
from geo_service.streets.matching.bounded_search import Labels, Streets, blank_labels, streets_of
from geo_service.streets.matching.candidates import Samples, Thinning, take_samples
from geo_service.streets.matching.moments import put_on_way, time_rows
from geo_service.streets.matching.most_likely import (
    NONE,
    Model,
    States,
    Steps,
    most_likely,
    states_of,
)
from geo_service.streets.matching.ridden import ARC, FROM, PIECE, TO, Way, lay_way
from geo_service.streets.network import Network
from geo_service.streets.snap import SnapGrid

_FIXES_AT_ONCE = 200_000
"""Whole trips of about so many fixes are matched together, so that memory stays bounded."""


@dataclass(frozen=True, slots=True)
class MatchRule:
    """The numbers of the matcher; the defaults suit phones and cars' receivers in cities."""

    radius_m: float = 50.0
    """A fix farther than this from every street is refused."""
    most_candidates: int = 12
    """So many edges are looked at for a fix, the nearest."""
    sigma_m: float = 8.0
    """Standard deviation of a fix across its street."""
    apart_m: float = 40.0
    """Fixes nearer than this to the last one looked at add only noise: 5 sigma."""
    beta_near_m: float = 6.0
    """Mean difference between the way ridden and the straight line, for fixes up to 5 s apart."""
    beta_far_m: float = 15.0
    """The same for fixes 15 s apart and more; between the two it rises evenly."""
    turn_m: float = 60.0
    """A turn back on the street counts as so many metres more."""
    max_gap_s: float = 120.0
    """Fixes farther apart in time are not joined."""
    max_gap_m: float = 2000.0
    """Fixes farther apart in space are not joined; 30 s at a car's speed are."""
    detour: float = 2.0
    """No way is believed that is longer than so many times the straight line,"""
    slack_m: float = 200.0
    """and this."""
    beam: float = 20.0
    """States so much less likely than the best (in natural logarithms) are given up."""
    off_m: float = 20.0
    """A piece is refused if its fixes lie farther than this off its streets (root mean square),"""
    stray: float = 1.5
    """or if its way is longer than so many times the straight lines from fix to fix."""

    def thinning(self) -> Thinning:
        """Return the numbers that choose fixes and candidates."""
        return Thinning(
            self.apart_m, self.radius_m, self.most_candidates,
            round(self.max_gap_s * 1e6), self.max_gap_m,
        )  # fmt: skip

    def model(self) -> Model:
        """Return the numbers of the hidden Markov model, in millimetres."""
        return Model(
            radius_m=self.radius_m,
            sigma_mm=self.sigma_m * 1000.0,
            turn_mm=round(self.turn_m * 1000.0),
            slip_mm=round(self.apart_m * 1000.0),
            detour=self.detour,
            slack_mm=round(self.slack_m * 1000.0),
            beam=self.beam,
        )

    def beta_mm(self, wait_us: Integers) -> Floats:
        """Return the mean difference between way and straight line after such waits."""
        return 1000.0 * np.interp(wait_us / 1e6, [5.0, 15.0], [self.beta_near_m, self.beta_far_m])


DEFAULT_RULE = MatchRule()


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """The edges ridden, a row for each time an edge was ridden, trips and rows in riding order."""

    trip: Integers
    """Shape (r,): number of the trip."""
    edge: Integers
    """Shape (r,)."""
    backward: Flags
    """Shape (r,): whether it was ridden against its shape."""
    t_enter: Integers
    """Shape (r,): microseconds since 1970-01-01T00:00Z."""
    t_leave: Integers
    """Shape (r,): the next row's ``t_enter`` where the way goes on."""
    metres: Floats
    """Shape (r,): how much of the edge was ridden."""
    edge_of_fix: Integers
    """Shape (n,): the edge on which each fix was taken; -1 if it was refused."""


def match(
    network: Network, grid: SnapGrid, fixes: Fixes, rule: MatchRule = DEFAULT_RULE
) -> Matched:
    """Match trips to the streets of a network.

    Parameters
    ----------
    network : Network
        The streets of one profile.
    grid : SnapGrid
        Of this network.
    fixes : Fixes
        Trips; WGS-84 decimal degrees, microseconds.
    rule : MatchRule, optional
        The matcher's numbers.

    Returns
    -------
    Matched
        The edges ridden, and the edge of each fix. A trip far from all streets has no rows.
        Raises nothing of its own.
    """
    streets = streets_of(network)
    labels = blank_labels(streets)
    parts = [
        _match_trips(network, grid, streets, labels, fixes, first, last, rule)
        for first, last in _shares(fixes)
    ]
    return Matched(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _shares(fixes: Fixes) -> list[tuple[int, int]]:
    """Divide trips into runs of whole trips with a bounded number of fixes (or one trip)."""
    bounds = [0]
    for trip in range(1, fixes.trips):
        if fixes.offsets[trip + 1] - fixes.offsets[bounds[-1]] > _FIXES_AT_ONCE:
            bounds.append(trip)
    return list(zip(bounds, [*bounds[1:], fixes.trips], strict=True))


def _match_trips(
    network: Network,
    grid: SnapGrid,
    streets: Streets,
    labels: Labels,
    fixes: Fixes,
    first: int,
    last: int,
    rule: MatchRule,
) -> tuple[Integers, Integers, Flags, Integers, Integers, Floats, Integers]:
    """Match the trips ``first`` to ``last``; return the columns of :class:`Matched`."""
    offsets = fixes.offsets[first : last + 1]
    part = slice(int(offsets[0]), int(offsets[-1]))
    # Copies: read-only or strided arrays would have every kernel compiled once more.
    t, lon, lat = np.array(fixes.t[part]), np.array(fixes.lon[part]), np.array(fixes.lat[part])
    samples = take_samples(grid, offsets - offsets[0], t, lon, lat, rule.thinning())
    sigma_mm = rule.sigma_m * 1000.0
    states = states_of(
        streets, samples.first, samples.edge, samples.offset_mm, samples.off_mm, sigma_mm
    )
    steps = Steps(
        samples.straight_mm, lon[samples.fix], lat[samples.fix], rule.beta_mm(samples.wait_us)
    )
    model = rule.model()
    chosen, piece = most_likely(streets, labels, states, steps, model)
    way = lay_way(streets, labels, states, steps, model, chosen, piece)

    ridden = way.rows[:, TO] - way.rows[:, FROM]
    start_mm = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(ridden)])
    row_of_fix, along_mm = put_on_way(
        way, start_mm, piece, samples.fix, samples.of_fix, lon, lat,
        np.array(network.edge_shape), grid, rule.radius_m,
    )  # fmt: skip
    enter, leave = time_rows(way.rows, start_mm, row_of_fix, along_mm, t)

    good = _believed(samples, steps, states, chosen, piece, way, rule)
    edge_of_row = np.where(good[way.rows[:, PIECE]], way.rows[:, ARC] >> 1, NONE)
    edge_of_fix = np.where(row_of_fix == NONE, NONE, np.append(edge_of_row, NONE)[row_of_fix])
    kept = (edge_of_row != NONE) & (ridden > 0)
    first_sample = np.searchsorted(piece, way.rows[kept, PIECE])
    trip = (
        first - 1 + np.searchsorted(offsets - offsets[0], samples.fix[first_sample], side="right")
    )
    backward = (way.rows[kept, ARC] & 1).astype(np.bool_)
    metres = ridden[kept] / 1000.0
    return trip, edge_of_row[kept], backward, enter[kept], leave[kept], metres, edge_of_fix


def _believed(
    samples: Samples,
    steps: Steps,
    states: States,
    chosen: Integers,
    piece: Integers,
    way: Way,
    rule: MatchRule,
) -> Flags:
    """Tell which pieces look like riding on streets, shape (pieces,)."""
    pieces = int(piece[-1]) + 1 if len(piece) else 0
    fixes = np.bincount(piece[samples.of_fix[samples.of_fix != NONE]], minlength=pieces)
    unlikely = np.bincount(piece, states.unlikely[chosen], pieces) / np.bincount(piece)
    off_m = rule.sigma_m * np.sqrt(2.0 * unlikely)
    straight_m = np.bincount(piece, np.maximum(steps.straight_mm, 0), pieces) / 1000.0
    ridden = way.rows[:, TO] - way.rows[:, FROM]
    way_m = np.bincount(way.rows[:, PIECE], ridden, pieces) / 1000.0
    return (fixes > 1) & (off_m <= rule.off_m) & (way_m <= rule.stray * straight_m + rule.turn_m)
