"""The peers of the benchmark count the same passes as we do."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pass_peers import BEIJING, PEERS, Peer, differences

from geo_service.domain.issue import Issue
from geo_service.domain.pass_rule import PassRule
from geo_service.export.frames import moments
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.pass_counts import NO_MOMENT, count_passes
from geo_service.store.trace_file import encode
from geo_service.store.trace_packing import PackedTrips, unpack

START = datetime(2024, 5, 1, tzinfo=UTC)
START_MS = int(START.timestamp()) * 1000
LON, LAT = 116.4062208, 39.8923520
"""In Beijing, where four cells meet at every level of ``duckdb_passes``."""
RULE = PassRule(radius_m=25.0, max_gap_s=120.0, max_gap_m=500.0)

MOVES = st.tuples(
    st.sampled_from([0, 1, 5, 60, 120, 121]),
    st.sampled_from([0, 0, 0, 15, 40, -40, 200, -200, 495, 520]),
    st.sampled_from([0, 0, 0, 13, -13, 60, -60]),
)
"""Seconds, metres east and metres north to the next fix, about."""
TRIPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.lists(MOVES, min_size=1, max_size=25)),
    min_size=1,
    max_size=4,
)
ISSUES = st.lists(
    st.tuples(
        st.integers(-80, 80), st.integers(-80, 80), st.lists(st.integers(0, 900), max_size=5)
    ),
    min_size=1,
    max_size=5,
)
"""Metres east and north, and when it is opened and closed by turns, seconds."""


def at(east: float, north: float) -> tuple[float, float]:
    return LON + east / 85_400.0, LAT + north / 111_030.0


def issue(number: int, east: float, north: float, turns: Sequence[float]) -> Issue:
    times = [START + timedelta(seconds=second + 0.5) for second in (-1e5, *sorted(turns))]
    (reported, closed), *later = zip_longest(times[::2], times[1::2])
    lon, lat = at(east, north)
    return Issue(f"i{number}", "blocked_lane", lon, lat, reported, closed, reopened=tuple(later))


def packed(trips: Sequence[tuple[str, Sequence[tuple[float, float, float]]]]) -> PackedTrips:
    """Return trips of a rider and moves each."""
    rows = np.concatenate([np.cumsum(moves, axis=0) for _, moves in trips])
    lon, lat = at(rows[:, 1], rows[:, 2])
    return PackedTrips(
        trip_ids=tuple(f"t{number}" for number in range(len(trips))),
        rider_ids=tuple(rider for rider, _ in trips),
        offsets=np.cumsum([0, *(len(moves) for _, moves in trips)]),
        t=START_MS + (rows[:, 0] * 1000).astype(np.int64),
        lon=np.rint(lon * 1e7).astype(np.int32),
        lat=np.rint(lat * 1e7).astype(np.int32),
    )


def write(folder: Path, files: Sequence[PackedTrips]) -> list[Path]:
    paths = [folder / f"it's {number}.parquet" for number in range(len(files))]
    for path, trips in zip(paths, files, strict=True):
        path.write_bytes(encode(trips))
    return paths


def ours(files: Sequence[PackedTrips], issues: Sequence[Issue]) -> pd.DataFrame:
    counts = count_passes(map(unpack, files), issue_points(issues), RULE)
    return pd.DataFrame(
        {
            "passes": counts.passes,
            "riders": counts.riders,
            "first_pass": moments(counts.first_us, none=NO_MOMENT),
            "last_pass": moments(counts.last_us, none=NO_MOMENT),
            "closest_m": counts.closest_m,
        },
        index=pd.Index([one.issue_id for one in issues], name="issue_id", dtype=object),
    )


@pytest.mark.parametrize("peer", PEERS.values(), ids=PEERS)
@settings(max_examples=15)
@given(drawn=st.lists(TRIPS, min_size=1, max_size=3), places=ISSUES)
def test_a_peer_counts_the_same_passes(peer: Peer, drawn: list, places: list) -> None:
    files = [packed(trips) for trips in drawn]
    issues = [issue(number, *place) for number, place in enumerate(places)]
    with TemporaryDirectory() as folder:
        paths = write(Path(folder), files)
        theirs = peer(paths, issues, RULE, BEIJING)
        mine = ours(files, issues)
        assert theirs.dtypes.to_dict() == mine.dtypes.to_dict()
        differ = differences(mine, theirs, paths, issues, RULE)
    assert differ["explained"].all(), differ


@pytest.mark.parametrize("peer", PEERS.values(), ids=PEERS)
def test_a_peer_knows_gaps_single_fixes_and_lives(peer: Peer, tmp_path: Path) -> None:
    through = [(0, -100, 3), (20, 200, 0)]
    files = [
        packed([("a", through), ("b", through), ("a", [(5, 0, 10)])]),
        # There and back, then two fixes by themselves.
        packed([("c", [*through, (20, 0, 20), (20, -200, -20), (130, 100, 0), (130, 0, 0)])]),
    ]
    issues = [issue(0, 0, 0, []), issue(1, 0, 0, [9, 60]), issue(2, 900, 900, [])]
    theirs = peer(write(tmp_path, files), issues, RULE, BEIJING)
    assert theirs["passes"].tolist() == [7, 3, 0]
    assert theirs["riders"].tolist() == [3, 2, 0]
    assert differences(ours(files, issues), theirs, write(tmp_path, files), issues, RULE).empty


@pytest.mark.parametrize("peer", PEERS.values(), ids=PEERS)
@pytest.mark.parametrize(("east", "north"), [(1, 0), (-1, 0), (0, 1), (0, -1)])
def test_a_segment_meets_issues_beyond_the_cell_of_its_middle(
    peer: Peer, east: int, north: int, tmp_path: Path
) -> None:
    trips = [
        (
            "a",
            [(0, -0.8 * metres * east, -0.8 * metres * north), (9, metres * east, metres * north)],
        )
        for metres in (30, 120, 450)
    ]
    issues = [issue(0, 5 * east, 5 * north, []), issue(1, 90 * east, 90 * north, [])]
    theirs = peer(write(tmp_path, [packed(trips)]), issues, RULE, BEIJING)
    assert theirs["passes"].tolist() == [3, 1]
