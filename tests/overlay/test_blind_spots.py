"""Blind spots against plain sets, and streets by cell against fine sampling."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import h3
import numpy as np
import pytest

from geo_service.domain.pass_rule import PassRule
from geo_service.overlay.blind_spots import find_blind_spots, places_seen, street_cells
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.cell_visits import cell_visits
from geo_service.overlay.cells import cell_names
from geo_service.overlay.visits import Visits

if TYPE_CHECKING:
    from tests.overlay.conftest import FixesFrom, Plan


def visits(*places: int) -> Visits:
    none = np.zeros(len(places), dtype=np.int64)
    return Visits(none, np.array(places, dtype=np.int64), none / 1.0, none)


@pytest.mark.parametrize("seed", range(5))
def test_they_are_the_places_that_are_left(seed: int) -> None:
    rng = np.random.default_rng(seed)
    place = np.flatnonzero(rng.random(60) < 0.7) + 100
    street_m = rng.integers(1, 4, len(place)) * 50.0
    parts = [rng.integers(90, 170, 12).tolist() for _ in range(3)]
    issue_place = np.where(rng.random(40) < 0.2, -1, rng.integers(90, 170, 40))

    found = find_blind_spots(
        place, street_m, places_seen(visits(*part) for part in parts), issue_place
    )

    ridden = {one for part in parts for one in part}
    expected = sorted(
        (-int((issue_place == one).sum()), -length, one)
        for one, length in zip(place.tolist(), street_m.tolist(), strict=True)
        if one not in ridden
    )
    assert expected
    rows = zip(-found.issues, -found.street_m, found.place, strict=True)
    assert list(rows) == expected


def test_a_place_is_seen_once_however_often() -> None:
    assert places_seen([visits(5, 3, 5), visits(), visits(3, 9)]).tolist() == [3, 5, 9]
    assert places_seen([]).tolist() == []


def test_streets_are_shared_out_as_fine_sampling_shares_them(plan: Plan) -> None:
    """Two edges that don't touch, the second with a bend."""
    edges = [[(0, 0), (500, 40)], [(0, 900), (30, 1000), (400, 1000)]]
    shape = [point for edge in edges for point in edge]
    lon, lat = np.array([plan.at(*point) for point in shape]).T
    lengths = [[np.hypot(500, 40)], [np.hypot(30, 100), 370.0]]
    shape_mm = np.concatenate([np.cumsum([0, *edge]) for edge in lengths]) * 1000
    sampled: dict[str, float] = defaultdict(float)
    for edge, metres in zip(edges, lengths, strict=True):
        for start, end, length in zip(edge[:-1], edge[1:], metres, strict=True):
            for share in (np.arange(3000) + 0.5) / 3000:
                at = plan.at(*(np.array(start) + share * (np.array(end) - start)))
                sampled[h3.latlng_to_cell(at[1], at[0], 10)] += length / 3000

    cell, street_m = street_cells(np.array([0, 2, 5]), lon, lat, np.rint(shape_mm), CellFinder(10))

    assert (np.diff(cell) > 0).all()
    assert (street_m > 0).all()
    found = dict(zip(cell_names(cell), street_m, strict=True))
    for name in found.keys() | sampled.keys():
        assert found.get(name, 0.0) == pytest.approx(sampled.get(name, 0.0), abs=18)
    assert street_m.sum() == pytest.approx(sum(sum(edge) for edge in lengths), abs=0.01)


def test_who_rides_a_street_has_been_in_all_its_cells(plan: Plan, fixes_from: FixesFrom) -> None:
    lon, lat = np.array([plan.at(0, 0), plan.at(480, 0)]).T
    cell, street_m = street_cells(
        np.array([0, 2]), lon, lat, np.array([0, 480_000]), CellFinder(10)
    )
    ride = fixes_from(plan.trip("r", [(0, 0, 0), (60, 480, 0)]))
    seen = places_seen([cell_visits(ride, PassRule(), CellFinder(10))])
    assert len(find_blind_spots(cell, street_m, seen, np.array([cell[0]]))) == 0


def test_nothing_is_blind_where_there_are_no_streets() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert len(find_blind_spots(none, none / 1.0, np.array([4]), np.array([4, -1]))) == 0
