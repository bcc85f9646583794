"""Each part of a workspace is looked at, and a fault in one hides none in another."""

from datetime import datetime
from pathlib import Path

import numpy as np
import shapely

from geo_service.domain.area import Area
from geo_service.domain.role import Role
from geo_service.domain.trace import Fixes
from geo_service.flows.examine_workspace import examine
from geo_service.flows.manage_keys import add_key, revoke_key
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas


def add_a_trip(workspace: Workspace) -> None:
    workspace.lake.add(
        Fixes(
            trip_ids=("t",),
            rider_ids=("r",),
            rider=np.zeros(1, dtype=np.int64),
            offsets=np.array([0, 2]),
            t=np.array([0, 1_000_000]),
            lon=np.array([112.14, 112.15]),
            lat=np.array([32.04, 32.04]),
        )
    )


def test_an_empty_workspace_is_sound(empty: Workspace) -> None:
    found = examine(empty)
    assert found.sound
    assert (found.streets_version, found.files, found.findings) == (None, 0, ())


def test_a_workspace_in_use_is_sound(workspace: Workspace) -> None:
    add_a_trip(workspace)
    found = examine(workspace)
    assert found.findings == ()
    assert found.streets_version == workspace.streets_version()
    assert (found.files, found.trips, found.fixes) == (1, 1, 2)


def test_faults_of_streets_and_traces_are_told_together(workspace: Workspace) -> None:
    add_a_trip(workspace)
    folder = workspace.settings.workspace
    next((folder / "streets").glob("*/ebike/*.npy")).unlink()
    next((folder / "traces").iterdir()).unlink()
    found = examine(workspace)
    assert not found.sound
    streets, traces = found.findings
    assert "compiled streets" in streets.what
    assert streets.remedy == "Load the streets again."
    assert "missing" in traces.what
    assert Path(traces.where).parent == folder / "traces"


def test_what_only_takes_room_is_told_and_sound(workspace: Workspace) -> None:
    add_a_trip(workspace)
    left = workspace.settings.workspace / "traces" / "1970-01-01-0.parquet"
    left.write_bytes(b"left")
    found = examine(workspace)
    assert [finding.where for finding in found.findings] == [str(left)]
    assert found.sound
    assert left.exists()


def test_a_key_whose_areas_are_gone_is_told_and_sound(workspace: Workspace, now: datetime) -> None:
    wkb = shapely.to_wkb(shapely.box(112, 32, 113, 33))
    a, b = Area("a", "甲", "", wkb), Area("b", "乙", "", wkb)
    with workspace.database.writing() as connection:
        stored_areas.write(connection, [a, b], [])
    both, _ = add_key(workspace, Role.STAFF, None, now, areas=["a", "b"])
    only, _ = add_key(workspace, Role.STAFF, None, now, areas=["b"])
    ended, _ = add_key(workspace, Role.STAFF, None, now, areas=["b"])
    add_key(workspace, Role.STAFF, None, now)
    revoke_key(workspace, ended, now)
    assert examine(workspace).findings == ()
    with workspace.database.writing() as connection:
        stored_areas.write(connection, [a], [], replace=True)
    found = examine(workspace)
    told = {finding.where: finding.what for finding in found.findings}
    assert told.keys() == {both, only}
    assert "some are gone: b" in told[both]
    assert "may do nothing" in told[only]
    assert found.sound
