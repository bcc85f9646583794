"""Figures by hour and weekday out of a workspace, in the workspace's own time zone."""

import pytest

from geo_service.domain.opening import Calendar
from geo_service.domain.slots import Per
from geo_service.errors import NotReady, WrongUsage
from geo_service.flows.count_slots import slots_frame
from geo_service.flows.look_at_trips import OverlayQuestion
from geo_service.flows.overlay_issues import overlay_frame
from geo_service.flows.wiring import Workspace
from geo_service.store import city

EVERYTHING = OverlayQuestion()


@pytest.mark.parametrize("by", ["issue", "street", "cell"])
@pytest.mark.parametrize("per", Per)
def test_slots_are_parts_of_the_whole(ridden: Workspace, by: str, per: Per) -> None:
    found = slots_frame(ridden, by, per, EVERYTHING)
    whole = overlay_frame(ridden, by, EVERYTHING)
    key = whole.columns[0]
    assert found["passes"].sum() == whole["passes"].sum() == 5
    for name in ("passes", "metres") if by != "issue" else ("passes",):
        sums = found.groupby(key)[name].sum()
        total = whole.set_index(key)[name].reindex(sums.index)
        assert sums.tolist() == pytest.approx(total.tolist())


def test_clocks_are_those_of_the_workspace(ridden: Workspace) -> None:
    """Five rides begin at 23:59:30 UTC from the first of October 2026, a Thursday, on."""
    here = slots_frame(ridden, "issue", Per.WEEKDAY_HOUR, EVERYTHING)
    assert here["issue_id"].tolist() == ["open"] * 5
    assert here[["weekday", "hour"]].to_numpy().tolist() == [[1, 8], [2, 8], [5, 8], [6, 8], [7, 8]]
    assert here["riders"].tolist() == [1] * 5
    with ridden.database.writing() as connection:
        city.write_calendar(connection, Calendar("America/New_York", "US"))
    there = slots_frame(ridden, "issue", Per.HOUR, EVERYTHING)
    assert there[["hour", "passes", "riders"]].to_numpy().tolist() == [[20, 5, 2]]


def test_a_street_is_entered_in_one_hour_and_cells_are_gone_through_in_two(
    ridden: Workspace,
) -> None:
    """Rides of 110 seconds begin half a minute before eight."""
    street = slots_frame(ridden, "street", Per.HOUR, EVERYTHING)
    assert street[["hour", "trips", "riders", "passes"]].to_numpy().tolist() == [
        [7, 5, 2, 0],
        [8, 0, 0, 5],
    ]
    cells = slots_frame(ridden, "cell", Per.HOUR, EVERYTHING)
    assert set(cells["hour"]) == {7, 8}
    assert cells["trips"].max() == 5


def test_wrong_questions_are_refused(empty: Workspace) -> None:
    with pytest.raises(WrongUsage, match="at most 1000"):
        slots_frame(empty, "issue", Per.HOUR, OverlayQuestion(radius_m=0.0))
    with pytest.raises(NotReady, match="no streets yet"):
        slots_frame(empty, "street", Per.HOUR, EVERYTHING)
    assert len(slots_frame(empty, "cell", Per.HOUR, EVERYTHING)) == 0
    assert len(slots_frame(empty, "issue", Per.HOUR, EVERYTHING)) == 0
