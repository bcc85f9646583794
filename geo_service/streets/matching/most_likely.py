"""The most likely way through a trip's candidates: a hidden Markov model, by Viterbi's method.

The model is that of Newson and Krumm, "Hidden Markov Map Matching Through Noise and Sparseness"
(2009): a fix lies off its street by a normal deviate, and the way ridden between two fixes
differs from the straight line by an exponential one. A *state* is a candidate ridden in one
direction; the unlikelihood of states and steps is the negative logarithm of their likelihood,
without the constants that are the same for all.
"""

from typing import NamedTuple

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.streets.matching.bounded_search import (
    COST,
    LENGTH,
    OPEN,
    SEARCH,
    TURNS,
    Goal,
    Labels,
    Streets,
    goal_at,
    search,
    want,
)

NONE = -1


class Model(NamedTuple):
    """The numbers of the model, as the kernels want them."""

    radius_m: float
    sigma_mm: float
    turn_mm: int
    slip_mm: int
    detour: float
    slack_mm: int
    beam: float


class States(NamedTuple):
    """The states of k samples: those of sample i are rows first[i] to first[i + 1]."""

    first: Integers
    """Shape (k + 1,)."""
    arc: Integers
    """Shape (s,)."""
    at_mm: Integers
    """Shape (s,): millimetres along the arc."""
    unlikely: Floats
    """Shape (s,): how unlikely a fix so far off the street is."""


class Steps(NamedTuple):
    """What is known of the steps to each of k samples from the one before it."""

    straight_mm: Integers
    """Shape (k,): straight from the sample before, or NONE where nothing joins the two."""
    lon: Floats
    """Shape (k,): of the sample itself, WGS-84, decimal degrees."""
    lat: Floats
    """Shape (k,)."""
    beta_mm: Floats
    """Shape (k,): mean difference between way and straight line."""


class _Step(NamedTuple):
    """One step: straight length, mean difference from it, and where it leads."""

    straight_mm: int
    beta_mm: float
    goal: Goal


@compiled
def states_of(
    streets: Streets,
    first: Integers,
    edge: Integers,
    offset_mm: Integers,
    off_mm: Integers,
    sigma_mm: float,
) -> States:
    """Give each candidate a state for each direction in which its edge may be taken.

    Parameters
    ----------
    streets : Streets
        The network.
    first : ndarray of int, shape (k + 1,)
        The candidates of sample i are rows first[i] to first[i + 1].
    edge, offset_mm, off_mm : ndarray of int, shape (c,)
        The candidates: edge, millimetres along it, millimetres from the fix to it.
    sigma_mm : float
        Standard deviation of a fix.

    Returns
    -------
    States
        At most 2c. Raises nothing.
    """
    arcs = streets.arcs
    samples = len(first) - 1
    state_first = np.zeros(samples + 1, dtype=np.int64)
    arc = np.empty(2 * len(edge), dtype=np.int64)
    at_mm = np.empty(2 * len(edge), dtype=np.int64)
    unlikely = np.empty(2 * len(edge), dtype=np.float64)
    state = 0
    for sample in range(samples):
        for row in range(first[sample], first[sample + 1]):
            for backward in range(2):
                taken = 2 * edge[row] + backward
                if arcs[taken, OPEN] == 0:
                    continue
                arc[state] = taken
                whole = arcs[taken, LENGTH]
                at_mm[state] = whole - offset_mm[row] if backward else offset_mm[row]
                unlikely[state] = 0.5 * (off_mm[row] / sigma_mm) ** 2
                state += 1
        state_first[sample + 1] = state
    return States(state_first, arc[:state].copy(), at_mm[:state].copy(), unlikely[:state].copy())


@compiled
def longest_mm(straight_mm: int, model: Model) -> int:
    """Return the length, turns back included, beyond which no way is believed."""
    return int(model.detour * straight_mm) + model.slack_mm


@compiled
def on_the_spot(
    arcs: Integers, arc: int, at_mm: int, to_arc: int, to_mm: int, model: Model
) -> tuple[int, int]:
    """Return length and turns of a way that stays on one edge; length NONE if there is none.

    A step a little backward on the same arc is noise of one who stands: length 0.
    """
    if to_arc == arc:
        if to_mm >= at_mm:
            return to_mm - at_mm, 0
        if at_mm - to_mm <= model.slip_mm:
            return 0, 0
    elif to_arc == arc ^ 1:
        return abs(arcs[arc, LENGTH] - at_mm - to_mm), 1
    return NONE, 0


@compiled
def _unlikely_step(length_mm: int, turns: int, step: _Step, model: Model) -> float:
    """Return how unlikely a way is between samples so far apart; infinite if not to be believed."""
    if length_mm + turns * model.turn_mm > longest_mm(step.straight_mm, model):
        return np.inf
    return (abs(length_mm - step.straight_mm) + turns * model.turn_mm) / step.beta_mm


@compiled
def _start(states: States, sample: int, score: Floats) -> None:
    """Begin a piece at a sample: nothing leads to it."""
    for state in range(states.first[sample], states.first[sample + 1]):
        score[state] = states.unlikely[state]


@compiled
def _join_on_the_spot(
    arcs: Integers,
    states: States,
    sample: int,
    step: _Step,
    model: Model,
    alive: float,
    score: Floats,
    back: Integers,
) -> float:
    """Join the states of a sample to those before that lie on the same edge; return the best."""
    arc, at_mm, unlikely = states.arc, states.at_mm, states.unlikely
    before, first, last = states.first[sample - 1], states.first[sample], states.first[sample + 1]
    best = np.inf
    for target in range(first, last):
        score[target] = np.inf
        for source in range(before, first):
            if arc[source] >> 1 != arc[target] >> 1 or score[source] > alive:
                continue
            length, turns = on_the_spot(
                arcs, arc[source], at_mm[source], arc[target], at_mm[target], model
            )
            if length == NONE:
                continue
            whole = score[source] + unlikely[target]
            whole += _unlikely_step(length, turns, step, model)
            if whole < score[target]:
                score[target], back[target] = whole, source
        best = min(best, score[target])
    return best


@compiled
def _allowance(
    states: States, sample: int, source: int, best: float, model: Model, score: Floats
) -> float:
    """Return how unlikely a step from a source may be and still matter to some target."""
    unlikely, first, last = states.unlikely, states.first[sample], states.first[sample + 1]
    most = -np.inf
    for target in range(first, last):
        most = max(most, min(score[target], best + model.beam) - unlikely[target])
    return float(most - score[source])


@compiled
def _join_by_search(
    streets: Streets,
    labels: Labels,
    states: States,
    sample: int,
    source: int,
    step: _Step,
    model: Model,
    targets: int,
    bound_mm: int,
    best: float,
    score: Floats,
    back: Integers,
) -> float:
    """Join a state to those of the next sample that streets lead to; return the best score."""
    arc, at_mm, unlikely = states.arc, states.at_mm, states.unlikely
    first, last = states.first[sample], states.first[sample + 1]
    arcs, table = streets.arcs, labels.table
    start, start_mm = arc[source], at_mm[source]
    number = search(
        streets, labels, start, start_mm, targets, last - first, bound_mm, model.turn_mm, step.goal
    )
    for target in range(first, last):
        end, end_mm = arc[target], at_mm[target]
        if table[end, SEARCH] != number:
            continue
        if on_the_spot(arcs, start, start_mm, end, end_mm, model)[0] != NONE:
            continue
        turns = table[end, TURNS]
        length = table[end, COST] - turns * model.turn_mm + end_mm
        whole = score[source] + unlikely[target]
        whole += _unlikely_step(length, turns, step, model)
        if whole < score[target]:
            score[target], back[target] = whole, source
            best = min(best, whole)
    return best


@compiled
def _join(
    streets: Streets,
    labels: Labels,
    states: States,
    steps: Steps,
    sample: int,
    model: Model,
    score: Floats,
    back: Integers,
) -> bool:
    """Join a sample to the one before it, the likeliest sources first; return whether it can be."""
    before, first, last = states.first[sample - 1], states.first[sample], states.first[sample + 1]
    order = before + np.argsort(score[before:first])
    goal = goal_at(steps.lon[sample], steps.lat[sample], model.radius_m)
    step = _Step(steps.straight_mm[sample], steps.beta_mm[sample], goal)
    alive = score[order[0]] + model.beam
    best = _join_on_the_spot(streets.arcs, states, sample, step, model, alive, score, back)
    targets = want(labels, states.arc[first:last])
    limit = longest_mm(step.straight_mm, model)
    for source in order:
        if score[source] > alive:
            break
        allowance = _allowance(states, sample, source, best, model, score)
        if allowance <= 0.0:
            break
        bound_mm = int(min(step.straight_mm + allowance * step.beta_mm, limit))
        best = _join_by_search(
            streets, labels, states, sample, source, step, model, targets,
            bound_mm, best, score, back,
        )  # fmt: skip
    return best < np.inf


@compiled
def most_likely(
    streets: Streets, labels: Labels, states: States, steps: Steps, model: Model
) -> tuple[Integers, Integers]:
    """Find the most likely state of each sample.

    Where no step leads to any state of a sample, the way is cut there and a new piece begins.

    Parameters
    ----------
    streets, labels : Streets, Labels
        The network, and labels to search with.
    states : States
        At least one for each of k samples.
    steps : Steps
        k of them.
    model : Model
        The model's numbers.

    Returns
    -------
    state : ndarray of int, shape (k,)
        Rows of ``states``.
    piece : ndarray of int, shape (k,)
        From 0, rising by one at each cut. Raises nothing.
    """
    samples = len(states.first) - 1
    score = np.empty(len(states.arc), dtype=np.float64)
    back = np.full(len(states.arc), NONE, dtype=np.int64)
    piece = np.zeros(samples, dtype=np.int64)
    for sample in range(samples):
        joined = sample > 0 and steps.straight_mm[sample] != NONE
        if joined:
            joined = _join(streets, labels, states, steps, sample, model, score, back)
        if not joined:
            _start(states, sample, score)
        if sample > 0:
            piece[sample] = piece[sample - 1] + (0 if joined else 1)
    return _trace_back(states, piece, score, back), piece


@compiled
def _trace_back(states: States, piece: Integers, score: Floats, back: Integers) -> Integers:
    """Follow each piece back from its likeliest end."""
    samples = len(piece)
    chosen = np.empty(samples, dtype=np.int64)
    for sample in range(samples - 1, -1, -1):
        if sample == samples - 1 or piece[sample + 1] != piece[sample]:
            first, last = states.first[sample], states.first[sample + 1]
            chosen[sample] = first + np.argmin(score[first:last])
        else:
            chosen[sample] = back[chosen[sample + 1]]
    return chosen
