"""Streets on the disk go to another process as the place where they lie."""

import pickle

import numpy as np

from geo_service.flows.wiring import Workspace
from geo_service.streets.profile import Profile


def test_streets_that_are_sent_are_opened_where_they_arrive(workspace: Workspace) -> None:
    streets = workspace.streets(Profile.EBIKE)
    packed = pickle.dumps(streets)
    assert workspace.streets_version().encode() in packed
    assert streets.network.shape_lon.tobytes() not in packed
    arrived = pickle.loads(packed)  # noqa: S301 - packed here
    assert arrived.network.profile == Profile.EBIKE
    assert np.array_equal(arrived.network.shape_lon, streets.network.shape_lon)
    for here, there in zip(streets.grid, arrived.grid, strict=True):
        assert np.array_equal(here, there)
    assert set(arrived.eliminations) == set(streets.eliminations)
