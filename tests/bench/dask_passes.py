"""Passes by issue out of one lake, counted by threads and by two processes of Dask, by turns."""

import tempfile
from dataclasses import replace
from pathlib import Path

from figures import porto, tell, timed_in_turn
from overlay_lakes import fill
from overlay_passes import FEW, Table
from rides import DAYS, Rides, make_issues

from geo_service.flows.dask_workers import LOCAL, dask_workers
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile

RUNS = 3


def bench_dask(network: Network, fixes: int, folder: Path) -> None:
    """Tell the rates for some number of fixes, with workers that are there already."""
    rides, issues = Rides(network, fixes), make_issues(network, FEW)
    with fill(folder, rides, range(DAYS)) as workspace, dask_workers(LOCAL) as workers:
        here, there = (
            Table(one, issues) for one in (workspace, replace(workspace, workers=workers))
        )
        seconds = timed_in_turn({"threads": here.make_anew, "dask": there.make_anew}, runs=RUNS)
        known = workspace.lake.fixes()
        for name, one in seconds.items():
            tell(f"passes, {name}", known / one, "fixes/s", fixes=known, issues=FEW)
        tell("dask to threads", seconds["threads"] / seconds["dask"], "ratio", fixes=known)


def main() -> None:
    """Print the figures."""
    network, _ = porto(Profile.EBIKE)
    with tempfile.TemporaryDirectory() as folder:
        for fixes in (10**6, 10**7):
            bench_dask(network, fixes, Path(folder) / str(fixes))


if __name__ == "__main__":
    main()
