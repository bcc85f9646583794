"""Catchments that meet look different, as far as there are colours."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from geo_service.domain.facility import Facility
from geo_service.maps.neighbour_colours import _neighbours, colour_neighbours
from geo_service.streets.catchments import Catchments
from geo_service.streets.long_lines import meeting_places
from geo_service.streets.network import Network
from geo_service.streets.prepared import Streets

StreetsOf: TypeAlias = Callable[..., Streets]
CatchmentsOf: TypeAlias = Callable[..., Catchments]
SIDE = 9


def lattice(streets_of: StreetsOf) -> Streets:
    at = [112.14 + 0.001 * x for x in range(SIDE)], [32.04 + 0.001 * y for y in range(SIDE)]
    across = [[(at[0][x], y), (at[0][x + 1], y)] for x in range(SIDE - 1) for y in at[1]]
    up = [[(x, at[1][y]), (x, at[1][y + 1])] for x in at[0] for y in range(SIDE - 1)]
    return streets_of(*across, *up)


def pairs_that_meet(network: Network, catchments: Catchments) -> set[tuple[int, int]]:
    """All pairs of sites that share a place, found slowly."""
    pieces = catchments.edge, catchments.start_mm, catchments.end_mm
    held: dict[int, set[int]] = {}
    for places in meeting_places(network, *pieces):
        for place, site in zip(places.tolist(), catchments.site.tolist(), strict=True):
            held.setdefault(place, set()).add(site)
    return {(a, b) for sites in held.values() for a in sites for b in sites if a < b}


def test_neighbours_differ_where_colours_suffice(
    streets_of: StreetsOf, catchments_of: CatchmentsOf
) -> None:
    streets, random = lattice(streets_of), np.random.default_rng(5)
    facilities = [
        Facility(f"f{number:02}", "rest_station", 112.14 + 0.008 * x, 32.04 + 0.008 * y)
        for number, (x, y) in enumerate(random.random((20, 2)))
    ]
    found = catchments_of(streets, facilities)
    pairs = pairs_that_meet(streets.network, found)
    assert len(pairs) > 20
    beside = _neighbours(streets.network, found)
    assert {(a, b) for a, others in beside.items() for b in others if a < b} == pairs
    assert all(a in beside[b] for a, others in beside.items() for b in others)
    for colours in (4, 6):
        chosen = colour_neighbours(streets.network, found, colours)
        assert set(chosen) == set(found.site.tolist())
        assert set(chosen.values()) == set(range(colours)), "all colours are used"
        alike = sum(chosen[a] == chosen[b] for a, b in pairs)
        assert alike <= (2 if colours == 4 else 0)
        assert chosen == colour_neighbours(streets.network, found, colours)


def test_all_that_meet_at_one_junction_are_neighbours(streets_of: StreetsOf) -> None:
    middle = (112.14, 32.04)
    ends = [(112.141, 32.04), (112.139, 32.04), (112.14, 32.041), (112.14, 32.039)]
    network = streets_of(*([middle, end] for end in ends)).network
    edge = np.arange(4)
    sites = np.array([7, 0, 2, 5])
    found = Catchments(
        edge, 0 * edge, network.edge_length_mm, sites, edge, edge, edge < 0, by_time=True
    )
    beside = _neighbours(network, found)
    assert beside == {site: {0, 2, 5, 7} - {site} for site in (0, 2, 5, 7)}


def test_streets_that_reach_nothing_take_no_colour(
    streets_of: StreetsOf, catchments_of: CatchmentsOf
) -> None:
    streets = lattice(streets_of)
    found = catchments_of(streets, [Facility("far", "rest_station", 113.0, 32.0)])
    assert colour_neighbours(streets.network, found, 4) == {}
