"""Every position on a street lies in a piece whose site is the nearest one from there."""

from collections.abc import Callable
from dataclasses import fields
from typing import TypeAlias

import numpy as np
import pytest

from geo_service.streets.assemble import build_network
from geo_service.streets.catchments import Catchments, farthest_spots, find_catchments
from geo_service.streets.look_up import look_up_all
from geo_service.streets.measure import Measure
from geo_service.streets.network import Network
from geo_service.streets.packed_cost import LOWER, NEVER, SHIFT
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Sites, place_sites
from geo_service.streets.tables import Table, make_table
from geo_service.streets.ways import Ways

BY_STREET = (Measure.TIME, Measure.DISTANCE)
MAX_SNAP_M = 150.0
TIE_MM = 20
"""Milliseconds are whole, so for so far beside a border two sites may be equally near."""

RandomNetwork: TypeAlias = Callable[[int, Profile], Network]
RealNetwork: TypeAlias = Callable[[str, Profile], Network]
Prepared: TypeAlias = Callable[[Network], Streets]
Nearest: TypeAlias = tuple[np.ndarray, np.ndarray]
"""Of each position the site (-1: none), and the cost of the way there."""


def scatter(streets: Streets, random: np.random.Generator, count: int) -> Sites:
    """Place sites at junctions, inside edges, at one place, beside the streets, and far away."""
    network = streets.network
    row = random.integers(0, len(network.shape_lon), count)
    row[: count // 3] = row[0]
    spread = random.choice([0.0, 5e-5, 3e-4, 1e-2], count, p=[0.3, 0.3, 0.3, 0.1])
    lon = network.shape_lon[row] + random.normal(0, 1, count) * spread
    lat = network.shape_lat[row] + random.normal(0, 1, count) * spread
    lon[count // 2], lat[count // 2] = lon[1], lat[1]
    ids = [f"s{number}" for number in random.permutation(count)]
    lon = (lon + 180.0) % 360.0 - 180.0
    return place_sites(network, streets.grid, ids, lon, lat, MAX_SNAP_M)


def nearest_from(
    streets: Streets, sites: Sites, table: Table, edge: np.ndarray, offset_mm: np.ndarray
) -> Nearest:
    """Ask for the nearest site of positions on edges."""
    on_street = np.zeros(len(edge), dtype=np.int64)
    key, _ = look_up_all(streets.roads, sites.places, table, edge, offset_mm, on_street, 1)
    found = key[:, 0] < NEVER
    site = sites.places.by_rank[np.where(found, key[:, 0] & LOWER, 0)]
    return np.where(found, site, -1), np.where(found, key[:, 0] >> SHIFT, -1)


def check_cover(network: Network, catchments: Catchments) -> None:
    """See that the pieces of each edge follow one another from its start to its end."""
    assert (catchments.start_mm < catchments.end_mm).all()
    begins = np.flatnonzero(np.diff(catchments.edge, prepend=-1))
    ends = np.flatnonzero(np.diff(catchments.edge, append=network.edges))
    real = np.flatnonzero(network.edge_length_mm > 0)
    assert catchments.edge[begins].tolist() == real.tolist()
    assert (catchments.start_mm[begins] == 0).all()
    assert (catchments.end_mm[ends] == network.edge_length_mm[real]).all()
    inner = np.setdiff1d(np.arange(len(catchments.edge)), begins)
    assert (catchments.start_mm[inner] == catchments.end_mm[inner - 1]).all()


def check_samples(
    streets: Streets,
    sites: Sites,
    table: Table,
    catchments: Catchments,
    limit: int | None,
    samples: tuple[np.ndarray, np.ndarray],
) -> int:
    """Compare pieces with the nearest of positions inside them; return how many."""
    edge, offset = samples
    network = streets.network
    base = np.cumsum(network.edge_length_mm + 1) - network.edge_length_mm
    piece = np.searchsorted(
        base[catchments.edge] + catchments.start_mm, base[edge] + offset, "right"
    )
    piece -= 1
    into, left = offset - catchments.start_mm[piece], catchments.end_mm[piece] - offset
    inside = (into > 0) & (left > 0)
    edge, offset, piece, into, left = (
        column[inside] for column in (edge, offset, piece, into, left)
    )
    site, cost = nearest_from(streets, sites, table, edge, offset)
    first, last = catchments.cost_start[piece], catchments.cost_end[piece]
    straight = (first * left + last * into) / (into + left)
    assert (np.abs(straight - cost) <= 1.01).all()
    differs = catchments.site[piece] != site
    # Metres tie at single points, milliseconds for some millimetres.
    assert (np.minimum(into, left)[differs] <= (TIE_MM if table.by_time else 0)).all()
    passed = np.zeros(len(site), np.bool_) if limit is None else (cost > limit) | (site < 0)
    if differs.any():
        passed[differs] = catchments.beyond[piece][differs]
    assert (catchments.beyond[piece] == passed).all()
    return len(edge)


def along_every_edge(network: Network, catchments: Catchments) -> tuple[np.ndarray, np.ndarray]:
    """Return positions a metre apart on every edge, and those next to the borders of pieces."""
    edge, offset = [], []
    for each in range(network.edges):
        length = int(network.edge_length_mm[each])
        borders = catchments.end_mm[catchments.edge == each]
        near = (borders[:, None] + np.array([-2, -1, 1, 2])).ravel()
        here = np.unique(np.concatenate((np.arange(500, length, 1000), near)))
        here = here[(here > 0) & (here < length)]
        edge.append(np.full(len(here), each))
        offset.append(here)
    return np.concatenate(edge), np.concatenate(offset)


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("seed", range(40))
def test_every_metre_of_random_streets_lies_in_the_piece_of_its_nearest(
    random_network: RandomNetwork, prepared: Prepared, seed: int, profile: Profile
) -> None:
    random = np.random.default_rng(seed)
    streets = prepared(random_network(seed, profile))
    sites = scatter(streets, random, (2, 4, 12)[seed % 3])
    wanted = random.random(len(sites)) < 0.8
    for measure in BY_STREET:
        table = make_table(streets, sites, wanted, measure)
        most = find_catchments(streets, sites, table, limit=None)
        for limit in (None, 0, int(random.integers(1, max(2, most.cost_end.max() + 2)))):
            catchments = find_catchments(streets, sites, table, limit=limit)
            check_cover(streets.network, catchments)
            samples = along_every_edge(streets.network, catchments)
            assert check_samples(streets, sites, table, catchments, limit, samples) > 50


def test_random_streets_hold_every_kind_of_piece(
    random_network: RandomNetwork, prepared: Prepared
) -> None:
    """The comparison above would be worth little without cuts of each kind."""
    seen = {"site inside": 0, "turn": 0, "same site on both sides": 0, "beyond": 0, "one-way": 0}
    for seed in range(12):
        random = np.random.default_rng(seed)
        streets = prepared(random_network(seed, Profile.EBIKE))
        sites = scatter(streets, random, 6)
        table = make_table(streets, sites, np.ones(6, np.bool_), Measure.TIME)
        found = find_catchments(streets, sites, table, limit=8_000)
        same = np.flatnonzero(found.edge[1:] == found.edge[:-1])
        peak = found.cost_end[same] > np.maximum(found.cost_start[same], found.cost_end[same + 1])
        one_site = found.site[same] == found.site[same + 1]
        seen["site inside"] += int((sites.places.node[sites.places.edge >= 0] < 0).sum())
        seen["turn"] += int((peak & ~one_site).sum())
        seen["same site on both sides"] += int((peak & one_site).sum())
        seen["beyond"] += int(found.beyond.any() and not found.beyond.all())
        seen["one-way"] += int(not streets.network.edge_backward.all())
    assert min(seen.values()) >= 3, seen


def street(draw_ways: Callable[..., Ways], **tags: str) -> Network:
    """One street of some 943 m, eastward."""
    places = {1: (112.14, 32.04), 2: (112.15, 32.04)}
    ways = draw_ways(places, ([1, 2], {"highway": "residential", **tags}))
    return build_network(ways, Profile.WALK).network


def on_a_street(streets: Streets, lon: list[float], ids: list[str]) -> Catchments:
    lat = np.full(len(lon), 32.04)
    sites = place_sites(streets.network, streets.grid, ids, np.array(lon), lat, MAX_SNAP_M)
    wanted = np.ones(len(ids), np.bool_)
    table = make_table(streets, sites, wanted, Measure.DISTANCE)
    return find_catchments(streets, sites, table, limit=200_000)


def test_street_with_two_sites_is_cut_at_them_between_them_and_at_the_limit(
    draw_ways: Callable[..., Ways], prepared: Prepared
) -> None:
    streets = prepared(street(draw_ways))
    found = on_a_street(streets, [112.141, 112.149], ["b", "a"])
    length = int(streets.network.edge_length_mm[0])
    first, last = length // 10, length - length // 10
    expected = [
        (0, first, 0, False),
        (first, first + 200_000, 0, False),
        (first + 200_000, length // 2, 0, True),
        (length // 2, last - 200_000, 1, True),
        (last - 200_000, last, 1, False),
        (last, length, 1, False),
    ]
    rows = zip(
        found.start_mm.tolist(),
        found.end_mm.tolist(),
        found.site.tolist(),
        found.beyond.tolist(),
        strict=True,
    )
    for row, (start, end, site, beyond) in zip(rows, expected, strict=True):
        assert row == (pytest.approx(start, abs=3), pytest.approx(end, abs=3), site, beyond)
    assert found.cost_start.tolist() == pytest.approx(
        [first, 0, 200_000, length * 0.4, 200_000, 0], abs=3
    )


def test_of_two_sites_at_one_place_the_smaller_id_as_text_has_the_street(
    draw_ways: Callable[..., Ways], prepared: Prepared
) -> None:
    streets = prepared(street(draw_ways))
    found = on_a_street(streets, [112.145, 112.145], ["10", "9"])
    assert set(found.site.tolist()) == {0}, "as text 10 comes before 9"


def test_halfway_between_two_sites_the_smaller_id_as_text_has_the_point(
    draw_ways: Callable[..., Ways], prepared: Prepared
) -> None:
    streets = prepared(street(draw_ways))
    starts = []
    for ids in (["a", "b"], ["b", "a"]):
        found = on_a_street(streets, [112.14, 112.1479], ids)
        starts.append(int(found.start_mm[found.site == 1].min()))
        at_site = int(found.end_mm[-2])
    assert at_site % 2 == 0, "no millimetre would be halfway"
    assert starts == [at_site // 2, at_site // 2 - 1]


def test_where_no_site_is_on_the_streets_all_is_beyond(
    draw_ways: Callable[..., Ways], prepared: Prepared
) -> None:
    streets = prepared(street(draw_ways))
    for lon, ids in (([], []), ([112.3], ["far"])):
        found = on_a_street(streets, lon, ids)
        assert (found.site.tolist(), found.beyond.tolist()) == ([-1], [True])
        assert (found.cost_start.tolist(), found.cost_end.tolist()) == ([-1], [-1])
        spots = farthest_spots(found, np.zeros(1, np.int64), 1)
        assert (spots.edge.tolist(), spots.cost.tolist()) == ([-1], [-1])


@pytest.mark.parametrize("seed", range(6))
def test_farthest_spot_is_the_dearest_end_of_any_piece_of_its_group(
    random_network: RandomNetwork, prepared: Prepared, seed: int
) -> None:
    random = np.random.default_rng(seed)
    streets = prepared(random_network(seed, Profile.EBIKE))
    sites = scatter(streets, random, 5)
    table = make_table(streets, sites, np.ones(5, np.bool_), Measure.TIME)
    found = find_catchments(streets, sites, table, limit=None)
    group = random.integers(-1, 4, len(found.edge))
    spots = farthest_spots(found, group, 4)
    for number in range(4):
        ends = [
            (int(cost), int(found.edge[row]), int(offset), int(found.site[row]))
            for row in np.flatnonzero((group == number) & (found.site >= 0))
            for cost, offset in (
                (found.cost_start[row], found.start_mm[row]),
                (found.cost_end[row], found.end_mm[row]),
            )
        ]
        row = tuple(int(getattr(spots, name)[number]) for name in ("cost", "edge", "offset_mm"))
        if not ends:
            assert row[1] == -1
            continue
        assert row[0] == max(ends)[0]
        assert (*row, int(spots.site[number])) in ends
    assert len(fields(spots)) == 4


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("measure", BY_STREET)
@pytest.mark.parametrize("profile", list(Profile))
def test_samples_of_a_large_city_lie_in_the_piece_of_their_nearest(
    real_network: RealNetwork, prepared: Prepared, profile: Profile, measure: Measure
) -> None:
    streets = prepared(real_network("porto_conveyal_r5.osm.pbf", profile))
    network, random = streets.network, np.random.default_rng(3)
    sites = scatter(streets, random, 200)
    table = make_table(streets, sites, random.random(200) < 0.9, measure)
    limit = 400_000
    catchments = find_catchments(streets, sites, table, limit=limit)
    check_cover(network, catchments)
    edge = random.integers(0, network.edges, 5_000)
    offset = (random.random(5_000) * network.edge_length_mm[edge]).astype(np.int64)
    compared = check_samples(streets, sites, table, catchments, limit, (edge, offset))
    assert compared > 4_900
