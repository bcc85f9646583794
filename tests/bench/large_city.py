"""A workspace as large as a planner's map must bear: Porto, 100,000 facilities and as many issues.

Its riders wander, so that nearly every street has figures: at each junction they take any street
but the one they came by.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
from figures import SHARED
from places import make_facilities
from rides import FIRST_DAY, Floats, Integers, make_issues

from geo_service.domain.issue import Issue
from geo_service.domain.moments import to_microseconds
from geo_service.domain.trace import Fixes
from geo_service.flows.load_streets import load_streets
from geo_service.flows.open_cases import keep_told
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace
from geo_service.settings import Settings
from geo_service.store import categories as stored_categories
from geo_service.store import facilities as stored_facilities
from geo_service.streets.arcs import list_arcs
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile

FACILITIES = ISSUES = 100_000
CATEGORIES = ("standing_water", "blocked_lane", "broken_light", "illegal_parking", "food_hygiene")
NOW = FIRST_DAY + timedelta(days=30)
DAYS, TRIPS_A_DAY, RIDERS = 2, 1_500, 400
ARCS_A_TRIP, STEP_S, SPEED = 300, 6.0, 7.0


def build_large_city(folder: Path) -> Workspace:
    """Fill a workspace, and leave it open."""
    workspace = start_workspace(Settings(workspace=folder, rider_key_file=folder / "rider.key"))
    load_streets(workspace, [SHARED / "streets" / "porto_conveyal_r5.osm.pbf"])
    network = workspace.streets(Profile.EBIKE).network
    with workspace.database.writing() as connection:
        stored_facilities.write(connection, make_facilities(network, FACILITIES))
        issues = make_described_issues(network, ISSUES)
        stored_categories.add_missing(connection, set(CATEGORIES))
        keep_told(connection, workspace, issues, NOW, replace=False)
    for day in range(DAYS):
        workspace.lake.add(wander(network, day))
    return workspace


def make_described_issues(network: Network, count: int) -> list[Issue]:
    """Return issues of five categories that say something; four fifths are closed."""
    return [
        replace(
            issue,
            category=CATEGORIES[row % len(CATEGORIES)],
            description=f"第 {row} 个问题，靠近路口 Problem {row} near the junction",
        )
        for row, issue in enumerate(make_issues(network, count))
    ]


def wander(network: Network, day: int) -> Fixes:
    """Return a day's trips, each a walk over so many arcs."""
    random = np.random.default_rng([5, day])
    arcs = list_arcs(network)
    at = random.choice(arcs.leaving, TRIPS_A_DAY)
    walks = np.empty((TRIPS_A_DAY, ARCS_A_TRIP), dtype=np.int64)
    for step in range(ARCS_A_TRIP):
        walks[:, step] = at
        first, last = arcs.leaving_offsets[arcs.head[at]], arcs.leaving_offsets[arcs.head[at] + 1]
        choices = np.maximum(last - first, 1)
        place = random.integers(0, choices)
        chosen = arcs.leaving[np.minimum(first + place, len(arcs.leaving) - 1)]
        back = chosen == (at ^ 1)
        other = arcs.leaving[np.minimum(first + (place + 1) % choices, len(arcs.leaving) - 1)]
        # Where a one-way street ends at nothing one turns round all the same.
        at = np.where(last > first, np.where(back, other, chosen), at ^ 1)
    parts = [_ride(network, walk) for walk in walks]
    counts = [len(lon) for lon, _ in parts]
    offsets = np.concatenate(([0], np.cumsum(counts)))
    lon, lat = (np.concatenate(column) for column in zip(*parts, strict=True))
    begins = random.uniform(6 * 3600, 20 * 3600, TRIPS_A_DAY)
    t_s = np.concatenate([begin + STEP_S * np.arange(count)
                          for begin, count in zip(begins, counts, strict=True)])  # fmt: skip
    names = tuple(np.random.default_rng(rider).bytes(16).hex() for rider in range(RIDERS))
    start = to_microseconds(FIRST_DAY + timedelta(days=day))
    return Fixes(
        tuple(f"{day}-{trip:05}" for trip in range(TRIPS_A_DAY)),
        names,
        random.integers(0, RIDERS, TRIPS_A_DAY),
        offsets,
        start + np.rint(t_s * 1e6).astype(np.int64),
        np.round(lon, 7),
        np.round(lat, 7),
    )


def _ride(network: Network, walk: Integers) -> tuple[Floats, Floats]:
    """Return positions along a walk, one every few seconds."""
    mm, lon, lat, begin = [], [], [], 0
    for arc in walk.tolist():
        shape = slice(network.edge_shape[arc >> 1], network.edge_shape[(arc >> 1) + 1])
        length = int(network.edge_length_mm[arc >> 1])
        step = -1 if arc & 1 else 1
        along = network.shape_mm[shape]
        mm.append(begin + (length - along[::-1] if arc & 1 else along))
        lon.append(network.shape_lon[shape][::step])
        lat.append(network.shape_lat[shape][::step])
        begin += length
    line = np.concatenate(mm)
    at = np.arange(0.0, begin, STEP_S * SPEED * 1000)
    return np.interp(at, line, np.concatenate(lon)), np.interp(at, line, np.concatenate(lat))
