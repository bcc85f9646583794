"""Bridges, dead ends, islands, loops and one-way streets, drawn so that the answer is plain."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import pytest

from geo_service.streets.assemble import build_network
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import Reached
from geo_service.streets.network import Network
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Sites, place_sites
from geo_service.streets.ways import Ways, WaysKind

ROAD = {"highway": "residential"}
ONEWAY = ROAD | {"oneway": "yes"}
MAX_SNAP_M = 60.0
EAST_M, NORTH_M = 111.319, 110.574
"""Metres in a thousandth of a degree at the equator."""
DrawWays: TypeAlias = Callable[..., Ways]
Metres: TypeAlias = Callable[..., dict[str, float]]
Point: TypeAlias = tuple[float, float]


def at(x: float, y: float) -> Point:
    """Return degrees of a place in thousandths of a degree."""
    return x / 1000.0, y / 1000.0


@pytest.fixture
def metres(
    reach: Callable[..., Reached],
    prepared: Callable[[Network], Streets],
    rows_of: Callable[[Reached, Sites, int], list[tuple[int, str, int, int]]],
) -> Metres:
    """Return a function that tells how far each site is from a position by the streets."""

    def _metres(network: Network, here: Point, sites: Mapping[str, Point]) -> dict[str, float]:
        lon, lat = np.array([at(*place) for place in sites.values()]).T
        placed = place_sites(network, prepared(network).grid, list(sites), lon, lat, MAX_SNAP_M)
        wanted = np.ones(len(sites), dtype=np.bool_)
        lon, lat = np.array([at(*here)]).T
        reached = reach(network, placed, wanted, lon, lat,
            k=9, measure=Measure.DISTANCE, max_snap_m=MAX_SNAP_M,
        )  # fmt: skip
        return {name: mm / 1000 for _, name, mm, _ in rows_of(reached, placed, 0)}

    return _metres


def crossing(draw_ways: DrawWays, *, joined: bool, kind: WaysKind, profile: Profile) -> Network:
    """A street to the east over one to the north; a third joins their far ends."""
    places = {1: at(-1, 0), 2: at(1, 0), 3: at(0, -1), 4: at(0, 1), 5: at(1, 1), 6: at(0, 0)}
    under, over = ([1, 6, 2], [3, 6, 4]) if joined else ([1, 2], [3, 4])
    if not joined:
        del places[6]
    ways = draw_ways(places, (under, ROAD), (over, ROAD | {"bridge": "yes"}), ([2, 5, 4], ROAD),
                     kind=kind)  # fmt: skip
    return build_network(ways, profile).network


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("kind", list(WaysKind))
def test_from_under_a_bridge_one_goes_around(
    metres: Metres, draw_ways: DrawWays, kind: WaysKind, profile: Profile
) -> None:
    sites = {"on the bridge": (0, -0.3), "under it": (0.2, 0)}
    apart = crossing(draw_ways, joined=False, kind=kind, profile=profile)
    found = metres(apart, (-0.3, 0), sites)
    assert list(found) == ["under it", "on the bridge"]
    assert found["under it"] == pytest.approx(0.5 * EAST_M, abs=0.01)
    around = 1.3 * EAST_M + NORTH_M + EAST_M + 1.3 * NORTH_M
    assert found["on the bridge"] == pytest.approx(around, abs=0.01)
    joined = crossing(draw_ways, joined=True, kind=kind, profile=profile)
    found = metres(joined, (-0.3, 0), sites)
    assert found["on the bridge"] == pytest.approx(0.3 * EAST_M + 0.3 * NORTH_M, abs=0.01)


@pytest.mark.parametrize("profile", list(Profile))
def test_dead_end_is_left_the_way_one_came(
    metres: Metres, draw_ways: DrawWays, profile: Profile
) -> None:
    places = {1: at(-2, 0), 2: at(0, 0), 3: at(2, 0), 4: at(0, 1), 5: at(0.1, 1)}
    ways = draw_ways(places, ([1, 2, 3], ROAD), ([2, 4, 5], ROAD))
    network = build_network(ways, profile).network
    found = metres(network, (0.1, 1), {"end": (0.1, 1), "beyond": (0.2, 1), "street": (1, 0)})
    assert found == {
        "end": pytest.approx(0.0, abs=0.01),
        "beyond": pytest.approx(0.1 * EAST_M, abs=0.01),
        "street": pytest.approx(0.1 * EAST_M + NORTH_M + EAST_M, abs=0.01),
    }


@pytest.mark.parametrize("profile", list(Profile))
def test_street_that_only_leads_in_is_no_street(
    metres: Metres, draw_ways: DrawWays, profile: Profile
) -> None:
    places = {1: at(-2, 0), 2: at(0, 0), 3: at(2, 0), 4: at(0, 1)}
    trap = {"highway": "residential", "oneway": "yes", "oneway:foot": "yes"}
    network = build_network(draw_ways(places, ([1, 2, 3], ROAD), ([2, 4], trap)), profile).network
    found = metres(network, (0, 0.4), {"inside": (0, 0.5), "far inside": (0, 0.9)})
    assert found == {"inside": pytest.approx(0.9 * NORTH_M, abs=0.01)}


@pytest.mark.parametrize("profile", list(Profile))
def test_island_is_walked_to_from_the_main_streets(
    metres: Metres, draw_ways: DrawWays, profile: Profile
) -> None:
    places = {1: at(-2, 0), 2: at(2, 0), 3: at(-1, 0.4), 4: at(1, 0.4), 5: at(-1, 3), 6: at(1, 3)}
    ways = draw_ways(places, ([1, 2], ROAD), ([3, 4], ROAD), ([5, 6], ROAD))
    network = build_network(ways, profile).network
    found = metres(network, (0.5, 0.4), {"island": (-0.5, 0.4), "far island": (0, 3)})
    assert found == {"island": pytest.approx(0.8 * NORTH_M + EAST_M, abs=0.01)}
    assert metres(network, (0, 3), {"here": (0, 3), "street": (0, 0)}) == {}


@pytest.mark.parametrize("clockwise", [True, False])
def test_loop_from_a_node_to_itself_is_ridden_the_way_it_may_be(
    metres: Metres, draw_ways: DrawWays, clockwise: bool
) -> None:
    places = {1: at(0, 0), 2: at(1, 0), 3: at(1, 1), 4: at(0, 1), 5: at(-3, 0)}
    ring = [1, 4, 3, 2, 1] if clockwise else [1, 2, 3, 4, 1]
    ways = draw_ways(places, (ring, ONEWAY), ([5, 1], ROAD))
    sites = {"low": (0.2, 0), "high": (0, 0.2), "stem": (-1, 0)}
    whole, low, high = 2 * (EAST_M + NORTH_M), 0.2 * EAST_M, 0.2 * NORTH_M
    for profile in Profile:
        network = build_network(ways, profile).network
        assert (network.edge_from == network.edge_to).sum() == 1
        found = metres(network, (0.4, 0), sites)
        if profile is Profile.WALK:
            to = {"low": low, "high": 2 * low + high, "stem": 2 * low + EAST_M}
        elif clockwise:
            to = {"low": low, "stem": 2 * low + EAST_M, "high": 2 * low + high}
        else:
            on = whole - 2 * low
            to = {"low": on + low, "high": on - high, "stem": on + EAST_M}
        assert found == {name: pytest.approx(far, abs=0.02) for name, far in to.items()}


@pytest.mark.parametrize(
    ("tags", "against"),
    [
        ({"oneway": "yes"}, {Profile.WALK}),
        ({"oneway": "yes", "oneway:bicycle": "no"}, {Profile.WALK, Profile.EBIKE}),
        ({"oneway": "yes", "oneway:foot": "yes"}, set()),
        ({"oneway": "no", "oneway:bicycle": "yes"}, {Profile.WALK}),
        ({"oneway": "yes", "cycleway": "opposite_lane"}, {Profile.WALK, Profile.EBIKE}),
        ({"junction": "roundabout"}, {Profile.WALK}),
    ],
)
def test_who_may_goes_back_and_who_may_not_goes_around(
    metres: Metres, draw_ways: DrawWays, tags: dict[str, str], against: set[Profile]
) -> None:
    places = {1: at(0, 0), 2: at(1, 0), 3: at(1, 1), 4: at(0, 1)}
    around = ROAD | {"oneway:foot": tags.get("oneway:foot", "no")}
    ways = draw_ways(places, ([1, 2], ROAD | tags), ([2, 3, 4, 1], around))
    for profile in Profile:
        network = build_network(ways, profile).network
        found = metres(network, (0.6, 0), {"behind": (0.4, 0), "ahead": (0.8, 0)})
        back = 0.2 * EAST_M
        if profile not in against:
            back = 1.8 * EAST_M + 2 * NORTH_M
        assert found == {
            "ahead": pytest.approx(0.2 * EAST_M, abs=0.02),
            "behind": pytest.approx(back, abs=0.02),
        }
