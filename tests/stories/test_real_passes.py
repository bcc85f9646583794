"""Passes of real trips at the issues beside them are those that plain SQL counts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb_passes
import numpy as np
import pandas as pd
import pytest
from lake_segments import BEIJING
from pass_differences import differences

from geo_service.domain.issue import Issue
from geo_service.domain.moments import from_microseconds
from geo_service.domain.pass_rule import PassRule
from geo_service.domain.trace import Fixes
from geo_service.export.frames import moments
from geo_service.flows.count_passes import count_passes_in
from geo_service.flows.counted_period import Period
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.pass_counts import NO_MOMENT
from geo_service.settings import Settings

pytestmark = [pytest.mark.real, pytest.mark.slow]

RULE = PassRule()
ISSUES = 2000
ONE_TRIP_IN = 4


@pytest.fixture(scope="module")
def geolife(shared_data: Path) -> Fixes:
    """Read every fourth trip of 75 people in Beijing, 2007 to 2012: 2.7 million fixes."""
    table = pd.read_parquet(shared_data / "traces/geolife_beijing.parquet")
    table = table[table["trip_id"] % ONE_TRIP_IN == 0].sort_values(["trip_id", "t"], kind="stable")
    starts = np.flatnonzero(np.diff(table["trip_id"], prepend=-1))
    rider, names = pd.factorize(table["rider_id"].to_numpy()[starts])
    return Fixes(
        trip_ids=tuple(map(str, table["trip_id"].to_numpy()[starts])),
        rider_ids=tuple(map(str, names)),
        rider=rider.astype(np.int64),
        offsets=np.append(starts, len(table)).astype(np.int64),
        t=table["t"].to_numpy().astype("datetime64[us]").astype(np.int64),
        lon=table["lon_e6"].to_numpy() / 1e6,
        lat=table["lat_e6"].to_numpy() / 1e6,
    )


@pytest.fixture(scope="module")
def workspace(geolife: Fixes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Keep the trips in a workspace."""
    settings = Settings(workspace=tmp_path_factory.mktemp("geolife"))
    with start_workspace(settings) as opened:
        opened.lake.add(geolife)
        yield opened


def issues_beside(fixes: Fixes) -> list[Issue]:
    """Lay issues beside fixes, open for months around that moment, a third of them once more."""
    random = np.random.default_rng(5)
    seen = random.integers(0, len(fixes), ISSUES)
    lon = fixes.lon[seen] + random.normal(0.0, 1.5e-4, ISSUES)
    lat = fixes.lat[seen] + random.normal(0.0, 1.2e-4, ISSUES)
    days = random.exponential(60.0, (ISSUES, 3))
    issues = []
    for row, (before, after, again) in enumerate(days.tolist()):
        moment = from_microseconds(int(fixes.t[seen[row]]))
        closed = moment + timedelta(days=after)
        opened = closed + timedelta(days=30)
        issues.append(
            Issue(
                f"i{row:04}",
                "standing_water",
                float(lon[row]),
                float(lat[row]),
                moment - timedelta(days=before),
                closed,
                reopened=((opened, opened + timedelta(days=again)),) if row % 3 == 0 else (),
            )
        )
    return issues


def counted(workspace: Workspace, issues: list[Issue]) -> pd.DataFrame:
    """Count as the program does; a row an issue."""
    ids = [one.issue_id for one in issues]
    points = issue_points(issues)
    counts = count_passes_in(workspace, points, ids, Period(), RULE, lambda days: days)
    return pd.DataFrame(
        {
            "passes": counts.passes,
            "riders": counts.riders,
            "first_pass": moments(counts.first_us, none=NO_MOMENT),
            "last_pass": moments(counts.last_us, none=NO_MOMENT),
            "closest_m": counts.closest_m,
        },
        index=pd.Index(ids, name="issue_id", dtype=object),
    )


def test_passes_in_beijing_are_those_of_plain_sql(workspace: Workspace, geolife: Fixes) -> None:
    issues = issues_beside(geolife)
    ours = counted(workspace, issues)
    files = sorted((workspace.settings.workspace / "traces").iterdir())
    theirs = duckdb_passes.count_passes(files, issues, RULE, BEIJING)
    assert ours["passes"].sum() > 50_000
    assert (ours["riders"] > 1).sum() > ISSUES // 2
    differ = differences(ours, theirs, files, issues, RULE)
    assert differ["explained"].all(), differ
    # Both measure to well within what they may differ by, so that few distances are unsure.
    assert len(differ) < ISSUES // 100
