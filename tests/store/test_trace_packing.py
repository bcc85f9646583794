from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.domain.trace import Fixes
from geo_service.errors import RefusedData
from geo_service.store.trace_packing import pack, select_runs, unpack

Trip = tuple[str, Sequence[tuple[int, float, float]]]
Make = Callable[[Mapping[str, Trip]], Fixes]
Told = Callable[[Fixes], dict[str, Trip]]

NOON = int(datetime(2024, 5, 1, 12, tzinfo=UTC).timestamp()) * 1_000_000
FIXES = st.tuples(st.integers(-(2**50), 2**52), st.floats(-180, 180), st.floats(-90, 90))
TRIPS = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    st.tuples(st.sampled_from(["r1", "r2", "骑"]), st.lists(FIXES, min_size=1).map(sorted)),
    max_size=5,
)


@settings(deadline=None)
@given(TRIPS)
def test_trips_come_back_within_a_step(
    make_fixes: Make, trips_in: Told, trips: dict[str, Trip]
) -> None:
    back = trips_in(unpack(pack(make_fixes(trips))))
    assert list(back) == list(trips)
    for trip_id, (rider, fixes) in trips.items():
        assert back[trip_id][0] == rider
        for (t, lon, lat), (old_t, old_lon, old_lat) in zip(back[trip_id][1], fixes, strict=True):
            assert t % 1000 == 0
            assert abs(t - old_t) <= 500
            assert abs(lon - old_lon) <= 0.500001e-7
            assert abs(lat - old_lat) <= 0.500001e-7


@settings(deadline=None)
@given(TRIPS)
def test_packing_again_changes_nothing(
    make_fixes: Make, trips_in: Told, trips: dict[str, Trip]
) -> None:
    once = unpack(pack(make_fixes(trips)))
    packed = pack(once)
    assert trips_in(unpack(packed)) == trips_in(once)
    assert packed.digests() == pack(make_fixes(trips)).digests()


def test_seven_decimals_come_back_as_they_were_given(make_fixes: Make) -> None:
    steps = np.random.default_rng(3).integers(-900_000_000, 900_000_000, 1000) / 1e7
    rows = [(NOON + second * 1_000_000, 2 * lat, lat) for second, lat in enumerate(steps)]
    back = unpack(pack(make_fixes({"a": ("r1", rows)})))
    assert back.lat.tolist() == steps.tolist()
    assert back.lon.tolist() == [lon for _, lon, _ in rows]


@pytest.mark.parametrize(
    "other",
    [
        ("r2", [(NOON, 112.0, 32.0), (NOON + 5_000_000, 112.1, 32.0)]),
        ("r1", [(NOON, 112.0, 32.0), (NOON + 5_001_000, 112.1, 32.0)]),
        ("r1", [(NOON, 112.0, 32.0), (NOON + 5_000_000, 112.1000001, 32.0)]),
        ("r1", [(NOON, 112.0, 32.0), (NOON + 5_000_000, 112.1, 32.0000001)]),
        ("r1", [(NOON, 112.0, 32.0)]),
    ],
)
def test_the_digest_tells_any_other_content(make_fixes: Make, other: Trip) -> None:
    trip = ("r1", [(NOON, 112.0, 32.0), (NOON + 5_000_000, 112.1, 32.0)])
    same, _, differs = pack(make_fixes({"a": trip, "b": ("r1", [(0, 0, 0)]), "c": other})).digests()
    assert same == pack(make_fixes({"z": trip})).digests()[0]
    assert same != differs


def test_trips_are_taken_in_any_order_and_cut_without_copying(
    make_fixes: Make, trips_in: Told
) -> None:
    trips: dict[str, Trip] = {
        name: ("r1", [(NOON + step * 1000, 112.0, 32.0) for step in range(length)])
        for name, length in (("a", 3), ("b", 1), ("c", 2))
    }
    packed = pack(make_fixes(trips))
    assert trips_in(unpack(packed.take([2, 0]))) == {"c": trips["c"], "a": trips["a"]}
    cut = packed.between(1, 3)
    assert trips_in(unpack(cut)) == {"b": trips["b"], "c": trips["c"]}
    assert np.shares_memory(cut.t, packed.t)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 6)), max_size=8))
def test_runs_are_selected_one_after_the_other(runs: list[tuple[int, int]]) -> None:
    starts = np.array([start for start, _ in runs], dtype=np.int64)
    counts = np.array([count for _, count in runs], dtype=np.int64)
    offsets, rows = select_runs(starts, counts)
    wanted = [row for start, count in runs for row in range(start, start + count)]
    assert np.arange(100)[rows].tolist() == wanted
    assert offsets.tolist() == [sum(counts[:end]) for end in range(len(runs) + 1)]


def test_runs_that_follow_one_another_are_a_slice() -> None:
    _, rows = select_runs(np.array([4, 6]), np.array([2, 3]))
    assert rows == slice(4, 9)


def test_the_day_is_that_of_the_start_in_utc(make_fixes: Make) -> None:
    day = 86_400_000_000
    trips: dict[str, Trip] = {
        "last": ("r", [(day * 7 - 1_000, 0, 0), (day * 7, 0, 0)]),
        "first": ("r", [(day * 7, 0, 0)]),
        "before 1970": ("r", [(-1_000, 0, 0)]),
    }
    assert pack(make_fixes(trips)).days.tolist() == [6, 7, -1]


def test_of_two_trips_with_the_same_id_the_later_one_stays(
    make_fixes: Make, trips_in: Told
) -> None:
    trips: dict[str, Trip] = {name: (name, [(NOON, lon, 32.0)]) for lon, name in enumerate("abc")}
    fixes = make_fixes(trips)
    object.__setattr__(fixes, "trip_ids", ("x", "y", "x"))
    assert trips_in(unpack(pack(fixes))) == {"x": trips["c"], "y": trips["b"]}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "has no fixes"),
        ([(NOON, 112.0, 32.0), (NOON - 1, 112.0, 32.0)], "has fixes out of order"),
        ([(NOON, float("nan"), 32.0)], "has a position that is not on the earth"),
        ([(NOON, 112.0, float("inf"))], "has a position that is not on the earth"),
        ([(NOON, 180.0000001, 32.0)], "has a position that is not on the earth"),
        ([(NOON, 112.0, -90.0000001)], "has a position that is not on the earth"),
        ([(2**62, 112.0, 32.0)], "has a time outside the calendar"),
        ([(-(2**62), 112.0, 32.0)], "has a time outside the calendar"),
    ],
)
def test_impossible_trips_are_refused_by_name(
    make_fixes: Make, rows: list[tuple[int, float, float]], reason: str
) -> None:
    good: Trip = ("r1", [(NOON + 1_000, 112.0, 32.0)])
    with pytest.raises(RefusedData, match=f"^trip bad: The trip {reason}"):
        pack(make_fixes({"before": good, "bad": ("r1", rows), "after": good}))
