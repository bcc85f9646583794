from dataclasses import replace

import numpy as np
import pytest

from geo_service.maps.packing import to_pixels
from geo_service.maps.street_names import place_names
from geo_service.streets.network import Network


def names_of(network: Network) -> list[list]:
    x, y = to_pixels(network.shape_lon, network.shape_lat)
    return place_names(network, x, y, np.zeros(network.edges, dtype=np.int64))


def test_straight_streets_bear_both_names_along_them(chequerboard: Network) -> None:
    found = {text: (angle, room) for _, _, angle, room, text in names_of(chequerboard)}
    assert set(found) == {"长虹路 长虹路 Street", "建设街 建设街 Street"}
    assert found["长虹路 长虹路 Street"][0] == pytest.approx(0, abs=0.5)
    assert abs(found["建设街 建设街 Street"][0]) == pytest.approx(90, abs=0.5)


def test_name_stands_on_its_street_with_room_on_both_sides(chequerboard: Network) -> None:
    x, y = to_pixels(chequerboard.shape_lon, chequerboard.shape_lat)
    on = chequerboard.edge_name == chequerboard.names.index("长虹路")
    rows = np.repeat(on, np.diff(chequerboard.edge_shape))
    for at_x, at_y, _, room, text in names_of(chequerboard):
        if text.startswith("长虹路"):
            assert at_y == pytest.approx(int(y[rows][0]), abs=1)
            assert x[rows].min() <= at_x - room / 2
            assert at_x + room / 2 <= x[rows].max()


def test_bent_street_bears_no_name(chequerboard: Network) -> None:
    turn = np.linspace(0, 2 * np.pi, 60)
    one = np.ones(1, dtype=np.int64)
    ring = replace(
        chequerboard,
        edge_from=one,
        edge_name=one,
        edge_class=one * 0,
        shape_lon=112.14 + 5e-4 * np.cos(turn),
        shape_lat=32.04 + 5e-4 * np.sin(turn),
        edge_shape=np.array([0, 60]),
    )
    assert names_of(ring) == []


def test_streets_without_names_give_none(chequerboard: Network) -> None:
    assert names_of(replace(chequerboard, edge_name=np.zeros_like(chequerboard.edge_name))) == []


def test_english_that_only_repeats_is_left_out(chequerboard: Network) -> None:
    same = replace(chequerboard, names_en=chequerboard.names)
    assert {text for *_, text in names_of(same)} == {"长虹路", "建设街"}


def test_stronger_streets_come_first(chequerboard: Network) -> None:
    x, y = to_pixels(chequerboard.shape_lon, chequerboard.shape_lat)
    for strong in ("长虹路", "建设街"):
        group = (chequerboard.edge_name == chequerboard.names.index(strong)).astype(np.int64)
        assert place_names(chequerboard, x, y, group)[0][4].startswith(strong)
