"""Nearest by the streets, in small networks where the answer is plain to see."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

import numpy as np
import pytest

from geo_service.errors import WrongUsage
from geo_service.streets.assemble import build_network
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import (
    Reached,
    ReadyTable,
    _holds_all_within,
    find_nearest_of_one,
)
from geo_service.streets.network import Network
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Sites, place_sites
from geo_service.streets.snap import build_grid
from geo_service.streets.tables import make_table
from geo_service.streets.ways import Ways

ROAD = {"highway": "residential"}
ONEWAY = {"highway": "residential", "oneway": "yes"}
MAX_SNAP_M = 150.0
DrawWays: TypeAlias = Callable[..., Ways]
Row: TypeAlias = tuple[int, str, int, int]
"""Rank, id, millimetres, milliseconds."""
Reach: TypeAlias = Callable[..., Reached]
RowsOf: TypeAlias = Callable[[Reached, Sites, int], list[Row]]
Ask: TypeAlias = Callable[..., list[Row]]


@pytest.fixture
def ask(rows_of: RowsOf, reach: Reach) -> Ask:
    """Return a function that asks for the sites nearest to one position."""

    def _ask(
        network: Network,
        sites: dict[str, tuple[float, float]],
        at: tuple[float, float],
        measure: Measure = Measure.DISTANCE,
        k: int = 10,
        wanted: Iterable[str] | None = None,
    ) -> list[Row]:
        grid = build_grid(network)
        ids = list(sites)
        lon, lat = np.array([sites[name] for name in ids], dtype=np.float64).reshape(-1, 2).T
        placed = place_sites(network, grid, ids, lon, lat, MAX_SNAP_M)
        mask = np.array([wanted is None or name in set(wanted) for name in ids], dtype=bool)
        reached = reach(network, placed, mask, np.array([at[0]]), np.array([at[1]]),
            k=k, measure=measure, max_snap_m=MAX_SNAP_M,
        )  # fmt: skip
        return rows_of(reached, placed, 0)

    return _ask


def ids_of(rows: list[Row]) -> list[str]:
    return [row[1] for row in rows]


@pytest.fixture
def ring(draw_ways: DrawWays) -> Network:
    """A one-way ring of four sides of about 111 m, with a two-way street at one corner."""
    places = {1: (0.0, 0.0), 2: (0.001, 0.0), 3: (0.001, 0.001), 4: (0.0, 0.001), 5: (-0.001, 0.0)}
    ways = draw_ways(places, ([1, 2, 3, 4, 1], ONEWAY), ([1, 5], ROAD))
    return build_network(ways, Profile.EBIKE).network


def test_against_a_one_way_street_the_way_leads_around(ask: Ask, ring: Network) -> None:
    ahead, behind = (0.0008, 0.0), (0.0002, 0.0)
    rows = ask(ring, {"ahead": ahead, "behind": behind}, (0.0005, 0.0))
    assert ids_of(rows) == ["ahead", "behind"]
    assert rows[0][2] == pytest.approx(33_396, abs=3)
    assert rows[1][2] == pytest.approx(2 * (111_319 + 110_574) - 33_396, abs=30)


def test_on_a_two_way_street_both_directions_are_near(ask: Ask, ring: Network) -> None:
    rows = ask(ring, {"a": (-0.0008, 0.0), "b": (-0.0001, 0.0)}, (-0.0005, 0.0))
    assert ids_of(rows) == ["a", "b"]
    assert [row[2] for row in rows] == pytest.approx([33_396, 44_528], abs=3)


def test_way_along_a_loop_edge_takes_its_shorter_side(ask: Ask, draw_ways: DrawWays) -> None:
    places = {1: (0.0, 0.0), 2: (0.001, 0.0), 3: (0.001, 0.001), 4: (0.0, 0.001), 5: (-0.001, 0.0)}
    ways = draw_ways(places, ([1, 2, 3, 4, 1], ROAD), ([1, 5], ROAD))
    network = build_network(ways, Profile.EBIKE).network
    assert (network.edge_from == network.edge_to).any()
    rows = ask(network, {"far": (0.0, 0.0002)}, (0.0002, 0.0))
    assert rows[0][2] == pytest.approx(22_264 + 22_115, abs=5)
    rows = ask(network, {"far": (0.0, 0.0009)}, (0.001, 0.0009))
    assert rows[0][2] == pytest.approx(11_057 + 111_319 + 11_057, abs=5)


def test_off_the_street_one_walks(ask: Ask, ring: Network) -> None:
    (row,) = ask(ring, {"site": (-0.0005, 0.0003)}, (-0.0005, -0.0001), Measure.TIME)
    off_mm = 33_172 + 11_057
    assert row[2] == pytest.approx(off_mm, abs=4)
    assert row[3] == pytest.approx(off_mm / 1.2, abs=4)


def test_time_prefers_the_fast_street_and_distance_the_short_one(
    ask: Ask, draw_ways: DrawWays
) -> None:
    places = {1: (0.0, 0.0), 2: (0.001, 0.0), 3: (0.0, 0.0013)}
    ways = draw_ways(
        places, ([1, 2], {"highway": "living_street"}), ([1, 3], {"highway": "primary"})
    )
    network = build_network(ways, Profile.EBIKE).network
    sites = {"slow": (0.001, 0.0), "fast": (0.0, 0.0013)}
    assert ids_of(ask(network, sites, (0.0, 0.0), Measure.TIME)) == ["fast", "slow"]
    assert ids_of(ask(network, sites, (0.0, 0.0), Measure.DISTANCE)) == ["slow", "fast"]
    (_, _, millimetres, milliseconds), _ = ask(network, sites, (0.0, 0.0), Measure.TIME)
    assert millimetres == pytest.approx(143_747, abs=5)
    assert milliseconds == pytest.approx(143_747 / (25 / 3.6), abs=5)


def test_ties_are_in_the_order_of_ids_as_text(ask: Ask, ring: Network) -> None:
    here = (-0.0007, 0.0)
    sites = dict.fromkeys(("10", "9", "b", "a"), here)
    assert ids_of(ask(ring, sites, (-0.0002, 0.0))) == ["10", "9", "a", "b"]
    assert ids_of(ask(ring, sites, (-0.0002, 0.0), k=2)) == ["10", "9"]
    assert ids_of(ask(ring, sites, (-0.0002, 0.0), Measure.TIME, k=3)) == ["10", "9", "a"]
    assert ids_of(ask(ring, sites, (-0.0002, 0.0), Measure.STRAIGHT, k=3)) == ["10", "9", "a"]


def test_tie_that_is_met_later_still_counts(ask: Ask, ring: Network) -> None:
    # Both are 0.0004 degrees from the position, "a" beyond the junction.
    sites = {"b": (-0.000600004, 0.0), "a": (0.0002, 0.0)}
    rows = ask(ring, sites, (-0.0002, 0.0))
    assert rows[0][2] == rows[1][2]
    assert ids_of(rows) == ["a", "b"]
    assert ids_of(ask(ring, sites, (-0.0002, 0.0), k=1)) == ["a"]


def test_tie_at_the_very_junction_where_the_search_could_end_still_counts(
    ask: Ask, ring: Network
) -> None:
    sites = {"b": (-0.000800007, 0.0), "a": (0.0, 0.0)}
    rows = ask(ring, sites, (-0.0004, 0.0))
    assert rows[0][2] == rows[1][2]
    assert ids_of(ask(ring, sites, (-0.0004, 0.0), k=1)) == ["a"]


def test_filter_comes_before_k(ask: Ask, ring: Network) -> None:
    sites = {"near": (-0.0004, 0.0), "mid": (-0.0006, 0.0), "far": (-0.0009, 0.0)}
    assert ids_of(ask(ring, sites, (-0.0003, 0.0), k=1, wanted=["far"])) == ["far"]
    assert ids_of(ask(ring, sites, (-0.0003, 0.0), k=2, wanted=["far", "mid"])) == ["mid", "far"]


def test_fewer_are_found_where_fewer_are_there(ask: Ask, ring: Network) -> None:
    sites = {"a": (-0.0004, 0.0), "b": (-0.0006, 0.0)}
    assert len(ask(ring, sites, (0.0, 0.0), k=9)) == 2
    assert ask(ring, sites, (0.0, 0.0), k=9, wanted=[]) == []
    assert ask(ring, {}, (0.0, 0.0), k=9) == []


def test_site_far_from_any_street_is_found_in_a_straight_line_alone(
    ask: Ask, ring: Network
) -> None:
    sites = {"street": (-0.0009, 0.0), "field": (-0.0005, 0.004)}
    assert ids_of(ask(ring, sites, (-0.0005, 0.0))) == ["street"]
    assert ids_of(ask(ring, sites, (-0.0005, 0.0), Measure.STRAIGHT)) == ["street", "field"]


def test_position_far_from_any_street_finds_nothing_by_street(ask: Ask, ring: Network) -> None:
    sites = {"street": (-0.0009, 0.0)}
    assert ask(ring, sites, (-0.0005, 0.005)) == []
    assert len(ask(ring, sites, (-0.0005, 0.005), Measure.STRAIGHT)) == 1


def test_island_that_is_no_part_of_the_main_component_is_never_snapped_to(
    ask: Ask,
    draw_ways: DrawWays,
) -> None:
    places = {1: (0.0, 0.0), 2: (0.003, 0.0), 3: (0.001, 0.0003), 4: (0.002, 0.0003)}
    network = build_network(draw_ways(places, ([1, 2], ROAD), ([3, 4], ROAD)), Profile.WALK).network
    (row,) = ask(network, {"site": (0.0015, 0.0003)}, (0.0015, 0.0))
    assert row[2] == pytest.approx(33_172, abs=3)


def test_position_on_a_junction_may_take_each_of_its_streets(ask: Ask, ring: Network) -> None:
    sites = {"west": (-0.0005, 0.0), "east": (0.0005, 0.0), "north": (0.0, 0.0005)}
    rows = ask(ring, sites, (0.0, 0.0))
    assert {row[1]: row[2] for row in rows} == {
        "west": pytest.approx(55_660, abs=3),
        "east": pytest.approx(55_660, abs=3),
        "north": pytest.approx(2 * 111_319 + 110_574 + 55_287, abs=9),
    }


def test_site_on_a_junction_is_reached_by_each_of_its_streets(ask: Ask, ring: Network) -> None:
    for at, metres in (((-0.0005, 0.0), 55_660), ((0.0, 0.0005), 55_287)):
        (row,) = ask(ring, {"corner": (0.0, 0.0)}, at)
        assert row[2] == pytest.approx(metres, abs=3)


def test_each_position_of_many_gets_its_own_rows(reach: Reach, ring: Network) -> None:
    grid = build_grid(ring)
    sites = place_sites(ring, grid, ["a"], np.array([-0.0009]), np.array([0.0]), MAX_SNAP_M)
    lon, lat = np.array([0.0, 9.0, -0.0005]), np.zeros(3)
    wanted = np.ones(1, dtype=bool)
    by_street = reach(
        ring, sites, wanted, lon, lat, k=3, measure=Measure.TIME, max_snap_m=MAX_SNAP_M
    )
    assert by_street.query.tolist() == [0, 2]
    assert by_street.rank.tolist() == [1, 1]
    straight = reach(
        ring, sites, wanted, lon, lat, k=3, measure=Measure.STRAIGHT, max_snap_m=MAX_SNAP_M
    )
    assert straight.query.tolist() == [0, 1, 2]
    assert straight.off_mm.tolist() == [0, -1, 0]


def test_k_below_one_is_refused(ask: Ask, ring: Network) -> None:
    with pytest.raises(WrongUsage, match="k is 0"):
        ask(ring, {"a": (0.0, 0.0)}, (0.0, 0.0), k=0)


@pytest.mark.parametrize(
    ("measure", "limit_m", "whole"),
    [
        (Measure.DISTANCE, 40.0, True),
        (Measure.DISTANCE, 140.0, False),
        # The last of the list is 111 s away: the slowest go 56 m meanwhile.
        (Measure.TIME, 40.0, True),
        (Measure.TIME, 60.0, False),
    ],
)
def test_list_that_ends_beyond_a_limit_is_whole_though_one_left_out_is_near_as_the_crow_flies(
    draw_ways: DrawWays, measure: Measure, limit_m: float, whole: bool
) -> None:
    # Out along one street and back along another, 33 m from it.
    places = {1: (0.0, 0.0), 2: (0.003, 0.0), 3: (0.003, 0.0003), 4: (0.0, 0.0003)}
    ways = draw_ways(places, ([1, 2, 3, 4], ROAD))
    streets = Streets.of(build_network(ways, Profile.WALK).network)
    lon, lat = np.array([0.0012, 0.0]), np.array([0.0, 0.0003])
    sites = place_sites(streets.network, streets.grid, ["along", "across"], lon, lat, MAX_SNAP_M)
    table = make_table(streets, sites, np.ones(2, dtype=bool), measure, width=1)
    ready = ReadyTable.of(streets, sites, table)
    _, rows = find_nearest_of_one(ready, 0.0, 0.0, 1, MAX_SNAP_M)
    assert [row[0] for row in rows] == [0]
    assert _holds_all_within(ready, 0.0, 0.0, np.array(rows), limit_m) is whole
