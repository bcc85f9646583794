"""Which trips an overlay is about, and that parts give what the whole gives."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from geo_service.errors import NotReady, WrongUsage
from geo_service.flows.look_at_trips import OverlayQuestion
from geo_service.flows.overlay_issues import overlay_by_issue, overlay_frame
from geo_service.flows.wiring import Workspace

START = datetime(2026, 10, 1, 23, 59, 30, tzinfo=UTC)
"""When the first of the rides begins."""


def test_days_add_up_and_riders_do_not(ridden: Workspace) -> None:
    whole = overlay_by_issue(ridden, OverlayQuestion())
    row = [issue.issue_id for issue in whole.issues].index("open")
    assert (whole.counts.passes[row], whole.counts.riders[row]) == (5, 2)
    assert whole.counts.passes[1 - row] == 0
    parts = [
        overlay_by_issue(ridden, OverlayQuestion(since=since, until=until)).counts.passes[row]
        for since, until in (
            (None, START + timedelta(days=2)),
            (START + timedelta(days=2), None),
        )
    ]
    assert parts == [2, 3]


def test_each_way_of_asking_gives_its_own_table(ridden: Workspace) -> None:
    tables = {
        by: overlay_frame(ridden, by, OverlayQuestion()) for by in ("issue", "street", "cell")
    }
    assert {by: table.columns[0] for by, table in tables.items()} == {
        "issue": "issue_id",
        "street": "edge_id",
        "cell": "cell",
    }
    assert {by: int(table["passes"].sum()) for by, table in tables.items()} == dict.fromkeys(
        tables, 5
    )
    assert "reopened" not in tables["issue"].columns
    assert tables["street"]["trips"].tolist() == [5]


def test_progress_sees_every_day(ridden: Workspace) -> None:
    seen = []

    def watch(days):  # noqa: ANN001, ANN202 - as Progress is
        for day in days:
            seen.append(day.day)
            yield day

    overlay_by_issue(ridden, OverlayQuestion(), watch)
    assert np.diff(seen).tolist() == [1] * 4


@pytest.mark.parametrize("radius_m", [0.0, -1.0, 1000.1, float("nan"), float("inf")])
@pytest.mark.parametrize("by", ["issue", "street", "cell"])
def test_senseless_radius_is_refused(workspace: Workspace, by: str, radius_m: float) -> None:
    with pytest.raises(WrongUsage, match="at most 1000") as caught:
        overlay_frame(workspace, by, OverlayQuestion(radius_m=radius_m))
    assert caught.value.where == "radius"


def test_only_streets_need_streets(empty: Workspace) -> None:
    assert len(overlay_frame(empty, "issue", OverlayQuestion())) == 0
    assert len(overlay_frame(empty, "cell", OverlayQuestion())) == 0
    with pytest.raises(NotReady, match="no streets yet"):
        overlay_frame(empty, "street", OverlayQuestion())
