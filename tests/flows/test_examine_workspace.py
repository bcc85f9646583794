"""Each part of a workspace is looked at, and a fault in one hides none in another."""

from pathlib import Path

import numpy as np

from geo_service.domain.trace import Fixes
from geo_service.flows.examine_workspace import examine
from geo_service.flows.wiring import Workspace


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
