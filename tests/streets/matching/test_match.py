"""The named cases of map matching, on streets drawn by hand around Xiangyang."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from geo_service.domain.trace import Fixes
from geo_service.geometry.metric import metres_per_degree_east, metres_per_degree_north
from geo_service.streets.assemble import build_network
from geo_service.streets.matching import match as whole_trips
from geo_service.streets.matching.match import Matched, MatchRule, match
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap import SnapGrid, build_grid
from geo_service.streets.ways import Ways

DrawWays = Callable[..., Ways]
Points = Sequence[tuple[float, float]] | np.ndarray
STREET = {"highway": "residential"}
ONE_WAY = {"highway": "residential", "oneway": "yes"}
START_US = 1_700_000_000_000_000


@dataclass(frozen=True)
class Town:
    """Streets whose places are metres east and north of an origin."""

    network: Network
    grid: SnapGrid
    lon: float
    lat: float

    def degrees(self, metres: Points) -> tuple[np.ndarray, np.ndarray]:
        at = np.asarray(metres, dtype=np.float64).reshape(-1, 2)
        origin = np.asarray(self.lat)
        lon = self.lon + at[:, 0] / metres_per_degree_east(origin)
        return (lon + 180.0) % 360.0 - 180.0, self.lat + at[:, 1] / metres_per_degree_north(origin)

    def fixes(self, *trips: Points, every_s: float = 5.0) -> Fixes:
        lon, lat = zip(*(self.degrees(trip) for trip in trips), strict=True)
        many = [len(trip) for trip in trips]
        return Fixes(
            trip_ids=tuple(f"trip {i}" for i in range(len(trips))),
            rider_ids=("rider",),
            rider=np.zeros(len(trips), dtype=np.int64),
            offsets=np.cumsum([0, *many]).astype(np.int64),
            t=START_US + np.concatenate([np.arange(n) for n in many]) * round(every_s * 1e6),
            lon=np.concatenate(lon),
            lat=np.concatenate(lat),
        )

    def match(self, fixes: Fixes, rule: MatchRule | None = None) -> Matched:
        return match(self.network, self.grid, fixes, rule or MatchRule())

    def ridden(self, matched: Matched) -> list[str]:
        """Name what was ridden: way and the two nodes in riding order."""
        rows = zip(matched.edge, matched.backward, strict=True)
        return [self.network.edge_id(int(e), backward=bool(b)) for e, b in rows]


Build = Callable[..., Town]


@pytest.fixture
def town(draw_ways: DrawWays) -> Build:
    def _town(
        places: Mapping[int, tuple[float, float]],
        *drawn: tuple[Sequence[int], Mapping[str, str]],
        lon: float = 112.14,
        lat: float = 32.04,
    ) -> Town:
        blank = Town(None, None, lon, lat)  # type: ignore[arg-type] # only its origin is used
        x, y = blank.degrees(list(places.values()))
        ways = draw_ways(dict(zip(places, zip(x, y, strict=True), strict=True)), *drawn)
        network = build_network(ways, Profile.EBIKE).network
        return replace(blank, network=network, grid=build_grid(network))

    return _town


def line(start: tuple[float, float], end: tuple[float, float], step: float) -> Points:
    """Points from start to end, so many metres apart, both ends included."""
    a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    many = round(float(np.hypot(*(b - a))) / step)
    return [tuple(a + (b - a) * i / many) for i in range(many + 1)]


@pytest.fixture
def ladder(town: Build) -> Town:
    """Two streets 15 m apart, 1 km long, joined at both ends (ways 100 and 101)."""
    places = {1: (0, 0), 2: (1000, 0), 3: (0, 15), 4: (1000, 15)}
    return town(places, ([1, 2], STREET), ([3, 4], STREET), ([1, 3], STREET), ([2, 4], STREET))


@pytest.fixture
def corner(town: Build) -> Town:
    """A street east (way 100) and one north (way 101) from its end, one on (way 102)."""
    places = {1: (0, 0), 2: (300, 0), 3: (300, 300), 4: (600, 0)}
    return town(places, ([1, 2], STREET), ([2, 3], STREET), ([2, 4], STREET))


def test_a_ride_round_a_corner_gives_its_edges_metres_and_times(corner: Town) -> None:
    # 10 m/s: at the corner after 28 s.
    trip = [*line((20, 0), (290, 0), 10), (300, 0), *line((300, 10), (300, 250), 10)]
    fixes = corner.fixes(trip, every_s=1.0)
    matched = corner.match(fixes)
    assert corner.ridden(matched) == ["100/1/2", "101/2/3"]
    assert matched.metres == pytest.approx([280.0, 250.0], abs=0.1)
    assert matched.t_enter == pytest.approx([START_US, START_US + 28_000_000], abs=20_000)
    assert matched.t_leave == pytest.approx([START_US + 28e6, START_US + 53e6], abs=20_000)
    assert matched.trip.tolist() == [0, 0]
    first, second = matched.edge.tolist()
    assert matched.edge_of_fix.tolist()[:28] == [first] * 28
    assert matched.edge_of_fix.tolist()[29:] == [second] * (len(fixes) - 29)


def test_an_edge_is_left_when_the_next_is_entered_even_between_sparse_fixes(corner: Town) -> None:
    matched = corner.match(corner.fixes([(100, 0), (300, 100), (300, 290)], every_s=30.0))
    assert corner.ridden(matched) == ["100/1/2", "101/2/3"]
    # 200 of 300 m to the corner in 30 s.
    assert matched.t_leave[0] == matched.t_enter[1] == pytest.approx(START_US + 20e6, abs=5e4)


def test_riding_against_the_shape_is_backward(corner: Town) -> None:
    matched = corner.match(corner.fixes(line((600, 0), (0, 0), 50)))
    assert corner.ridden(matched) == ["102/4/2", "100/2/1"]
    assert matched.backward.tolist() == [True, True]


@pytest.mark.parametrize("every_s", [1.0, 5.0, 15.0])
def test_a_parallel_street_15_m_away_is_not_credited(ladder: Town, every_s: float) -> None:
    random = np.random.default_rng(3)
    trips = []
    for _ in range(20):
        trip = np.array(line((20, 0), (980, 0), 6.0 * every_s))
        trips.append(trip + random.normal(0.0, 5.0, trip.shape))
    matched = ladder.match(ladder.fixes(*trips, every_s=every_s))
    rode = np.array([name.startswith("100/") for name in ladder.ridden(matched)])
    assert matched.metres[rode].sum() >= 0.95 * 20 * 960
    assert matched.metres[~rode].sum() <= 0.01 * 20 * 960


@pytest.mark.parametrize("noise_m", [5.0, 8.0])
def test_white_noise_at_one_hertz_makes_no_extra_metres(ladder: Town, noise_m: float) -> None:
    trip = np.array(line((20, 0), (980, 0), 5.0))
    trip += np.random.default_rng(8).normal(0.0, noise_m, trip.shape)
    matched = ladder.match(ladder.fixes(trip, every_s=1.0))
    assert matched.metres.sum() == pytest.approx(960.0, abs=40.0)


def test_one_who_stands_rides_nothing(corner: Town) -> None:
    trip = np.random.default_rng(5).normal((150.0, 0.0), 6.0, (60, 2))
    matched = corner.match(corner.fixes(trip, every_s=1.0))
    assert matched.metres.sum() < 25.0
    assert set(matched.edge_of_fix.tolist()) == {corner.network.edge_way.tolist().index(100)}


@pytest.mark.parametrize(("start", "stop", "end"), [(0, 290, 600), (600, 310, 0)])
def test_a_stop_is_spent_where_one_stops(
    corner: Town, start: float, stop: float, end: float
) -> None:
    # 10 m short of the corner, between two fixes that are looked at, 40 m apart.
    there, on = line((start, 0), (stop, 0), 10), line((stop, 0), (end, 0), 10)
    trip = [*there, *[(stop, 0.0)] * 60, *on[1:]]
    matched = corner.match(corner.fixes(trip, every_s=1.0))
    assert matched.t_leave[0] == pytest.approx(START_US + 90_000_000, abs=1e5)


def test_time_never_runs_back_with_the_noise(corner: Town) -> None:
    # Samples at 270 m and 312 m; of the two between, the second lies behind the first.
    trip = [(270, 0), (298, 0), (280, 0), (312, 0), (360, 0), (410, 0)]
    matched = corner.match(corner.fixes(trip, every_s=1.0))
    # From 298 m (after 2 s) to 312 m (after 3 s); the corner is at 300 m.
    assert matched.t_leave[0] == pytest.approx(START_US + 2e6 + 1e6 * 2 / 14, abs=2e4)


def test_a_step_back_by_noise_is_not_ridden(corner: Town) -> None:
    trip = [(50, 0), (100, 0), (150, 18), (116, -8), (200, 0), (250, 0), (240, 0)]
    matched = corner.match(corner.fixes(trip))
    assert corner.ridden(matched) == ["100/1/2"]
    assert matched.metres == pytest.approx([200.0], abs=0.1)


def test_a_fix_close_to_the_last_one_may_still_be_too_far_from_the_street(corner: Town) -> None:
    trip = [(50, 0), (100, 0), (150, 30), (150, 62), (200, 0), (250, 0)]
    matched = corner.match(corner.fixes(trip))
    assert np.flatnonzero(matched.edge_of_fix < 0).tolist() == [3]
    assert matched.metres == pytest.approx([200.0], abs=0.1)


def test_many_edges_may_lie_between_two_fixes(town: Build) -> None:
    places = {i: (25.0 * i, 0.0) for i in range(61)}
    streets = town(places, *(([i, i + 1], STREET) for i in range(60)))
    matched = streets.match(streets.fixes([(5, 0), (1495, 0)], every_s=60.0))
    assert streets.ridden(matched) == [f"{100 + i}/{i}/{i + 1}" for i in range(60)]
    assert matched.metres.tolist() == pytest.approx([20.0, *[25.0] * 58, 20.0], abs=0.1)


def test_a_one_way_street_is_not_ridden_against(town: Build) -> None:
    places = {1: (0, 0), 2: (400, 0), 3: (0, 30), 4: (400, 30)}
    streets = town(places, ([1, 2], ONE_WAY), ([4, 3], ONE_WAY), ([2, 4], STREET), ([3, 1], STREET))
    # Nearer to the eastward street, riding west.
    matched = streets.match(streets.fixes(line((380, 13), (20, 13), 40)))
    assert streets.ridden(matched) == ["101/4/3"]


def test_a_turn_back_on_the_street_is_two_rows(corner: Town) -> None:
    matched = corner.match(
        corner.fixes([*line((20, 0), (220, 0), 50), *line((170, 0), (20, 0), 50)])
    )
    assert corner.ridden(matched) == ["100/1/2", "100/2/1"]
    assert matched.metres == pytest.approx([200.0, 200.0], abs=0.1)


def test_a_short_way_into_a_dead_end_and_back_turns_at_its_end(corner: Town) -> None:
    trip = [
        *line((20, 0), (260, 0), 60),
        (300, 60),
        (300, 120),
        (300, 60),
        *line((340, 0), (580, 0), 60),
    ]
    ridden = corner.ridden(corner.match(corner.fixes(trip)))
    assert ridden == ["100/1/2", "101/2/3", "101/3/2", "102/2/4"]


def test_fixes_far_from_streets_are_refused(corner: Town) -> None:
    matched = corner.match(corner.fixes(line((0, 80), (0, 900), 40)))
    assert matched.edge.size == 0
    assert set(matched.edge_of_fix.tolist()) == {-1}


def test_a_single_stray_fix_is_refused_and_bridged(corner: Town) -> None:
    trip = list(line((0, 0), (600, 0), 50))
    trip[3] = (150, -120)
    matched = corner.match(corner.fixes(trip))
    assert corner.ridden(matched) == ["100/1/2", "102/2/4"]
    assert matched.metres.sum() == pytest.approx(600.0, abs=0.1)
    assert np.flatnonzero(matched.edge_of_fix < 0).tolist() == [3]


def test_who_leaves_the_streets_is_not_led_along_them(corner: Town) -> None:
    # Across the fields from one street to the other.
    trip = [
        *line((20, 0), (180, 0), 40),
        *line((200, 60), (220, 200), 40),
        *line((300, 240), (300, 300), 30),
    ]
    matched = corner.match(corner.fixes(trip))
    assert corner.ridden(matched) == ["100/1/2", "101/2/3"]
    assert matched.metres.sum() == pytest.approx(160 + 60, abs=1.0)
    assert matched.t_leave[0] < matched.t_enter[1]


def test_fixes_too_far_apart_in_time_are_not_joined(corner: Town) -> None:
    fixes = corner.fixes(line((0, 0), (600, 0), 60))
    late = fixes.t + np.where(np.arange(len(fixes)) >= 4, 200_000_000, 0)
    matched = corner.match(replace(fixes, t=late))
    assert matched.metres.sum() == pytest.approx(540.0, abs=0.1)
    assert (matched.t_leave[0], matched.t_enter[1]) == (fixes.t[3], late[4])


def test_fixes_too_far_apart_in_space_are_not_joined(corner: Town) -> None:
    fixes = corner.fixes([(0, 0), (50, 0), (100, 0), (500, 0), (550, 0), (600, 0)], every_s=30.0)
    assert corner.match(fixes).metres.sum() == pytest.approx(600.0, abs=0.1)
    assert corner.match(fixes, MatchRule(max_gap_m=390.0)).metres.sum() == pytest.approx(
        200.0, abs=0.1
    )


def test_the_way_is_cut_where_no_street_leads(town: Build) -> None:
    # Two streets 150 m apart, joined only 3 km away: nobody rode 6 km in five seconds.
    places = {1: (0, 0), 2: (3000, 0), 3: (0, 150), 4: (3000, 150)}
    streets = town(places, ([1, 2], STREET), ([2, 4], STREET), ([4, 3], STREET))
    trip = [*line((100, 0), (300, 0), 50), *line((300, 150), (100, 150), 50)]
    matched = streets.match(streets.fixes(trip))
    assert streets.ridden(matched) == ["100/1/2", "102/4/3"]
    assert matched.metres == pytest.approx([200.0, 200.0], abs=0.1)
    assert matched.t_enter[1] - matched.t_leave[0] == 5_000_000


def test_the_way_is_cut_on_one_long_edge_too(town: Build) -> None:
    # A single edge out for 1.5 km and back 100 m beside itself.
    places = {1: (0, 0), 2: (1500, 0), 3: (1500, 100), 4: (0, 100)}
    streets = town(places, ([1, 2, 3, 4], STREET))
    trip = [*line((100, 0), (300, 0), 50), *line((300, 100), (100, 100), 50)]
    matched = streets.match(streets.fixes(trip))
    assert matched.metres == pytest.approx([200.0, 200.0], abs=0.1)


def test_a_train_across_the_streets_is_refused(town: Build) -> None:
    places = {10 * x + y: (200.0 * x, 200.0 * y) for x in range(8) for y in range(8)}
    rows = [(range(y, 80, 10), STREET) for y in range(8)]
    streets = town(places, *rows, *((range(10 * x, 10 * x + 8), STREET) for x in range(8)))
    matched = streets.match(streets.fixes(line((0, 100), (1400, 870), 35.0), every_s=1.0))
    assert matched.metres.sum() < 100.0


def test_who_crosses_streets_is_not_led_round_the_blocks(town: Build) -> None:
    # Streets north, 100 m apart, joined 80 m to the south; the fixes lie where they are crossed.
    places = {i: (100.0 * i, 0.0) for i in range(8)}
    places |= {10 + i: (100.0 * i, 160.0) for i in range(8)}
    streets = town(places, (range(8), STREET), *(([i, 10 + i], STREET) for i in range(8)))
    matched = streets.match(streets.fixes(line((0, 80), (700, 80), 100.0), every_s=15.0))
    assert matched.edge.size == 0
    assert set(matched.edge_of_fix.tolist()) == {-1}


def test_streets_across_the_180th_meridian(town: Build) -> None:
    places = {1: (0, 0), 2: (300, 0), 3: (600, 0)}
    streets = town(places, ([1, 2], STREET), ([2, 3], STREET), lon=179.998, lat=-17.0)
    matched = streets.match(streets.fixes(line((10, 4), (590, 4), 29)))
    assert streets.ridden(matched) == ["100/1/2", "101/2/3"]
    assert matched.metres.sum() == pytest.approx(580.0, abs=0.5)


def test_trips_are_matched_apart_and_in_order(
    corner: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    east, far = line((0, 0), (600, 0), 50), line((0, 500), (0, 900), 50)
    north = line((300, 300), (300, 20), 50)
    fixes = corner.fixes(east, far, north, [(10.0, 0.0)], east)
    together = corner.match(fixes)
    assert together.trip.tolist() == [0, 0, 2, 4, 4]
    monkeypatch.setattr(whole_trips, "_FIXES_AT_ONCE", 5)
    apart = corner.match(fixes)
    for name in Matched.__slots__:
        assert getattr(apart, name).tolist() == getattr(together, name).tolist(), name


def test_arrays_that_may_not_be_written_are_read(corner: Town) -> None:
    fixes = corner.fixes(line((0, 0), (600, 0), 50))
    for values in (fixes.t, fixes.lon, fixes.lat, fixes.offsets, corner.network.edge_shape):
        values.setflags(write=False)
    assert corner.ridden(corner.match(fixes)) == ["100/1/2", "102/2/4"]


def test_a_single_fix_tells_no_ride(corner: Town) -> None:
    matched = corner.match(corner.fixes([(100.0, 3.0)]))
    assert (matched.edge.tolist(), matched.edge_of_fix.tolist()) == ([], [-1])


def test_no_trips_give_no_rows(corner: Town) -> None:
    nothing = np.zeros(0, dtype=np.int64)
    none = Fixes((), (), nothing, np.zeros(1, np.int64), nothing, np.zeros(0), np.zeros(0))
    matched = corner.match(none)
    assert matched.edge.size == matched.edge_of_fix.size == 0
    assert matched.backward.dtype == np.bool_
