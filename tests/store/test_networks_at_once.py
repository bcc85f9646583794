"""Compiled streets are opened while the same interpreter parses Python elsewhere."""

import ast
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import numpy as np

from geo_service.store.networks import NetworkStore
from geo_service.streets.assemble import build_network
from geo_service.streets.profile import Profile
from geo_service.streets.ways import Ways, WaysKind

_EVERY = 97
"""Of so many objects thrown away, one parses: often enough to meet an array's head."""


class _Parsing:
    """A piece of rubbish that parses when it is collected, and leaves another one behind."""

    collected = count()
    going_on = False

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        if next(_Parsing.collected) % _EVERY == 0:
            ast.parse("1")
        if _Parsing.going_on:
            _Parsing()


@contextmanager
def _parsing_meanwhile() -> Iterator[None]:
    # A collection in the midst of parsing stands for another thread: it is what lets one in.
    before = gc.get_threshold()
    _Parsing.going_on = True
    _Parsing()
    gc.set_threshold(1)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        _Parsing.going_on = False


def test_streets_open_while_another_thread_parses(tmp_path: Path) -> None:
    ways = Ways(
        way_id=np.array([7]),
        node_offsets=np.array([0, 2]),
        node=np.array([0, 1]),
        tags=np.array([0]),
        tag_sets=({"highway": "residential"},),
        name=np.array([0]),
        names=("",),
        names_en=("",),
        node_id=np.array([11, 12]),
        node_lon=np.array([112.14, 112.141]),
        node_lat=np.array([32.04, 32.0401]),
        kind=WaysKind.OSM,
    )
    networks = {Profile.WALK: build_network(ways, Profile.WALK).network}
    store = NetworkStore(tmp_path / "streets")
    version = store.write(networks)
    with _parsing_meanwhile():
        opened = [store.open(version, Profile.WALK) for _ in range(20)]
    for network in opened:
        np.testing.assert_array_equal(network.node_lon, networks[Profile.WALK].node_lon)
