"""Workspaces of simulated riders, and how fast their files can be read at all."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq
from rides import Rides

from geo_service.flows.in_parallel import in_parallel
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace
from geo_service.settings import Settings
from geo_service.store.trace_file import ENDING, NUMBERS


def fill(folder: Path, rides: Rides, days: Iterable[int]) -> Workspace:
    """Write some days of rides into a workspace's lake, and leave it open."""
    workspace = start_workspace(Settings(workspace=folder, rider_key_file=folder / "rider.key"))
    for day in days:
        workspace.lake.add(rides.day(day))
    return workspace


def lake_files(workspace: Workspace) -> list[Path]:
    """Name the lake's files."""
    return sorted((workspace.settings.workspace / "traces").glob(f"*{ENDING}"))


def only_read(files: Iterable[Path]) -> int:
    """Read times and positions of all files on all cores, do nothing, and count the fixes."""
    return sum(in_parallel(_read, files))


def _read(path: Path) -> int:
    with pq.ParquetFile(path) as file:
        return len(file.read(columns=list(NUMBERS), use_threads=False))
