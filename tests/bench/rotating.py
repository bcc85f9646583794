"""Rides of people, kept under the names that their time gives them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from geo_service.domain.rider import pseudonym
from geo_service.domain.trace import Fixes
from geo_service.flows.name_traces import under_trace_names
from geo_service.flows.rotate_key import rotate_key
from geo_service.flows.wiring import Workspace

STEPS, STEP_S = 12, 10
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
WEST = 112.141


def rotate(workspace: Workspace, *months: str) -> None:
    """Change names with months, whether or not they have begun; no trips of them are here yet."""
    for month in months:
        rotate_key(workspace, month, BEGINNING)


def rides_of(workspace: Workspace, rides: Sequence[tuple[str, datetime]]) -> Fixes:
    """Return a ride of some two minutes along the street for each person and beginning."""
    starts = np.array([int(start.timestamp() * 1e6) for _, start in rides], dtype=np.int64)
    t = starts[:, None] + np.arange(STEPS) * STEP_S * 1_000_000
    key = workspace.rider_key()
    named = Fixes(
        tuple(f"{name}-{start:%m%dT%H%M%S}" for name, start in rides),
        tuple(pseudonym(name, key) for name, _ in rides),
        np.arange(len(rides)),
        np.arange(len(rides) + 1) * STEPS,
        t.ravel(),
        np.tile(WEST + 0.0005 * np.arange(STEPS), len(rides)),
        np.full(STEPS * len(rides), 32.04),
    )
    return under_trace_names(named, workspace.trace_names())


def add_rides(workspace: Workspace, rides: Sequence[tuple[str, datetime]]) -> Fixes:
    """Keep such rides, and return them."""
    fixes = rides_of(workspace, rides)
    workspace.lake.add(fixes)
    return fixes
