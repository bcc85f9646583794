"""Passes by issue out of the lake: rates, peers, growth, memory, and what a new day costs."""

import math
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from subprocess import run

import geopandas as gpd
import pandas as pd
from figures import tell, timed_in_turn
from overlay_lakes import fill, lake_files, only_read
from pass_peers import PEERS, PORTO, Peer, differences
from rides import DAYS, FIRST_DAY, Rides, make_issues

from geo_service.domain.issue import Issue
from geo_service.domain.pass_rule import PassRule
from geo_service.export.frames import issues_frame, with_pass_counts
from geo_service.flows.count_passes import count_passes_in
from geo_service.flows.counted_period import Period
from geo_service.flows.look_at_trips import as_it_goes
from geo_service.flows.wiring import Workspace
from geo_service.overlay.issue_grid import issue_points
from geo_service.store import issues as stored_issues
from geo_service.streets.network import Network

RULE = PassRule()
FEW, MANY = 5_000, 100_000
MEGABYTE = 1e6
PEER_RUNS = 2


class Table:
    """The per-issue table of a workspace, from the lake each time."""

    def __init__(self, workspace: Workspace, issues: Sequence[Issue]) -> None:
        self._workspace, self._issues = workspace, issues
        self._frame = issues_frame(issues).set_index("issue_id", drop=False)

    def make(self) -> gpd.GeoDataFrame:
        """Count, making use of what is kept."""
        ids = [issue.issue_id for issue in self._issues]
        counts = count_passes_in(
            self._workspace, issue_points(self._issues), ids, Period(), RULE, as_it_goes
        )
        return with_pass_counts(self._frame, counts)

    def make_anew(self) -> gpd.GeoDataFrame:
        """Count with nothing kept."""
        forget(self._workspace)
        return self.make()


def bench_passes(network: Network, fixes: int, folder: Path, *, with_peers: bool) -> None:
    """Tell the rates for some number of fixes."""
    rides, few = Rides(network, fixes), make_issues(network, FEW)
    with fill(folder, rides, range(DAYS)) as workspace:
        files, known = lake_files(workspace), workspace.lake.fixes()
        size = sum(path.stat().st_size for path in files)
        tell("size in the lake", size / known, "bytes/fix", fixes=known)
        table = Table(workspace, few)
        seconds = timed_in_turn(
            {"ours": table.make_anew, "read": lambda: only_read(files)},
        )
        _tell_rates("passes", known, FEW, seconds)
        if with_peers:
            _bench_peers(workspace, few, known, seconds["ours"])
            many = Table(workspace, make_issues(network, MANY))
            seconds = timed_in_turn({"ours": many.make_anew, "read": lambda: only_read(files)})
            _tell_rates("passes", known, MANY, seconds)


def bench_growth(network: Network, fixes: int, folder: Path) -> None:
    """Tell what a month of many riders costs: rate, memory, and one new day."""
    rides, issues = Rides(network, fixes), make_issues(network, FEW)
    with fill(folder, rides, range(DAYS - 1)) as workspace:
        table = Table(workspace, issues)
        table.make()
        workspace.lake.add(rides.day(DAYS - 1))
        files, known = lake_files(workspace), workspace.lake.fixes()
        size = sum(path.stat().st_size for path in files)
        tell("size in the lake", size / known, "bytes/fix", fixes=known)
        fresh, updated = _newest_kept(workspace), table.make()
        assert _newest_kept(workspace) != fresh
        whole = table.make_anew()
        pd.testing.assert_frame_equal(updated, whole)

        def one_new_day() -> None:
            _newest_kept(workspace).unlink()
            table.make()

        changed = Table(workspace, _a_day_later(issues))

        def issues_of_a_day() -> None:
            table.make()
            changed.make()

        tasks = {
            "ours": table.make_anew,
            "new day": one_new_day,
            "nothing new": table.make,
            "read": lambda: only_read(files),
        }
        seconds = timed_in_turn(tasks, runs=3)
        _tell_rates("passes", known, FEW, seconds)
        tell("one new day of 30", seconds["new day"], "s")
        tell("one new day, to the full run", seconds["new day"] / seconds["ours"], "ratio")
        tell("nothing new", seconds["nothing new"], "s")
        back_and_forth = timed_in_turn({"changed": issues_of_a_day}, runs=3)["changed"]
        tell("a day's issues reported and closed", back_and_forth / 2, "s")
        _bench_command(workspace, issues, known)


def forget(workspace: Workspace) -> None:
    """Throw away what was counted before."""
    shutil.rmtree(_kept(workspace), ignore_errors=True)


def _kept(workspace: Workspace) -> Path:
    return workspace.settings.workspace / "counts"


def _newest_kept(workspace: Workspace) -> Path:
    return max(_kept(workspace).iterdir())


def _a_day_later(issues: Sequence[Issue]) -> list[Issue]:
    """Return the issues with some closed and some reported on the month's last day."""
    last = FIRST_DAY + timedelta(days=DAYS - 1, hours=11)
    open_then = [row for row, issue in enumerate(issues) if issue.is_open(last)]
    later = list(issues)
    for row in open_then[:50]:
        later[row] = replace(issues[row], closed_at=last, reopened=())
    for row in open_then[50:100]:
        later[row] = replace(issues[row], reported_at=last)
    return later


def _bench_peers(workspace: Workspace, issues: Sequence[Issue], known: int, ours_s: float) -> None:
    """Tell how long others take for the same table, and assert that it is the same."""
    ours, files = Table(workspace, issues).make(), lake_files(workspace)
    best_s = math.inf
    for name, peer in PEERS.items():
        theirs = _Counting(peer, files, issues)
        seconds = timed_in_turn({name: theirs.count}, runs=PEER_RUNS)[name]
        differing = differences(ours, theirs.table, files, issues, RULE)
        assert differing["explained"].all(), differing
        tell(f"{name}, the same table", known / seconds, "fixes/s", fixes=known, issues=len(issues))
        tell(f"{name}, issues that differ within 0.1 % of the radius", len(differing), "issues")
        best_s = min(best_s, seconds)
    tell("times the best peer", best_s / ours_s, "ratio", fixes=known, issues=len(issues))


class _Counting:
    """A peer at work."""

    def __init__(self, peer: Peer, files: Sequence[Path], issues: Sequence[Issue]) -> None:
        self._peer, self._files, self._issues = peer, files, issues
        self.table = pd.DataFrame()

    def count(self) -> None:
        self.table = self._peer(self._files, self._issues, RULE, PORTO)


def _tell_rates(figure: str, known: int, issues: int, seconds: dict[str, float]) -> None:
    named = {"fixes": known, "issues": issues}
    tell(figure, known / seconds["ours"], "fixes/s", **named)
    tell("only reading the same files", known / seconds["read"], "fixes/s", **named)
    tell("share of only reading", seconds["read"] / seconds["ours"], "ratio", **named)


def _bench_command(workspace: Workspace, issues: Sequence[Issue], known: int) -> None:
    """Tell the time and the memory of the whole command, with nothing kept."""
    with workspace.database.writing() as connection:
        stored_issues.write(connection, issues)
    forget(workspace)
    with tempfile.TemporaryDirectory() as folder:
        told = run(
            [sys.executable, "-c", COMMAND, str(workspace.settings.workspace), folder],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "GEO_SERVICE_RIDER_KEY_FILE": str(Path(folder) / "rider.key")},
        )
    seconds, kilobytes = map(float, told.stdout.split()[-2:])
    tell("geo-service overlay, whole command", seconds, "s", fixes=known, issues=len(issues))
    tell("its peak memory", kilobytes * 1024 / MEGABYTE, "MB", fixes=known)


COMMAND = """
import re, sys, time
from pathlib import Path
start = time.perf_counter()
from geo_service.cli.main import main
code = main(["overlay", "--workspace", sys.argv[1], "--out", sys.argv[2] + "/passes.csv"])
seconds = time.perf_counter() - start
# Not getrusage: that tells the memory of whoever started this process too.
peak = re.search("VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text()).group(1)
print(seconds, peak)
sys.exit(code)
"""
