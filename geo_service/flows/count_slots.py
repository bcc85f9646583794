"""The analyst's question by time: which hours and weekdays streets, cells and issues are passed."""

from collections.abc import Callable
from functools import partial

from geo_service.domain.pass_rule import PassRule
from geo_service.domain.slots import Per, SlotRule
from geo_service.domain.trace import Fixes, TripRiders
from geo_service.export.frames import Frame, issues_frame
from geo_service.export.slot_frames import (
    cell_slots_frame,
    issue_slots_frame,
    street_slots_frame,
)
from geo_service.flows.count_passes import Progress
from geo_service.flows.look_at_trips import (
    OverlayQuestion,
    as_it_goes,
    look_at_trips,
    looks_along_streets,
    looks_in_cells,
    read_issues,
    rule_of,
)
from geo_service.flows.overlay_issues import edges_of_issues
from geo_service.flows.wiring import Workspace
from geo_service.overlay.cells import cell_of
from geo_service.overlay.issue_grid import IssuePoints, issue_points
from geo_service.overlay.passes import Passes, find_passes
from geo_service.overlay.slot_exposure import (
    SlotExposure,
    count_issue_slots,
    count_slots,
    count_week,
)
from geo_service.streets.profile import Profile


def slots_frame(
    workspace: Workspace,
    by: str,
    per: Per,
    question: OverlayQuestion,
    progress: Progress = as_it_goes,
) -> Frame:
    """Answer by issue, street or cell, and by slot, as the frame that is written to files.

    Slots are those of the clocks in the workspace's time zone.

    Raises
    ------
    WrongUsage
        If the radius is out of range.
    NotReady
        If streets are needed and none have been loaded.
    """
    rule, slots = rule_of(workspace, question), SlotRule(per, workspace.calendar().zone)
    issues = read_issues(workspace, question)
    points = issue_points(issues)
    if by == "issue":
        passed = look_at_trips(workspace, question, _looks_for_passes(points, rule), progress)
        found = count_issue_slots(passed, len(points), slots)
        return issue_slots_frame(issues_frame(issues), found, per)
    if by == "street":
        streets = workspace.streets(Profile.EBIKE)
        look = looks_along_streets(points, rule, streets)
        edge = edges_of_issues(streets, points, rule.radius_m)
        seen = look_at_trips(workspace, question, look, progress)
        return street_slots_frame(count_slots(seen, edge, slots), per, streets.network)
    resolution = workspace.settings.cell_resolution
    look = looks_in_cells(points, rule, resolution)
    cell = cell_of(points.lon, points.lat, resolution)
    seen = look_at_trips(workspace, question, look, progress)
    return cell_slots_frame(count_slots(seen, cell, slots), per)


def week_in_cells(
    workspace: Workspace,
    question: OverlayQuestion,
    resolution: int,
    progress: Progress = as_it_goes,
) -> SlotExposure:
    """Count trips and passes by H3 cell and each slot of the week, wide and narrow.

    Slots are those of the clocks in the workspace's time zone, as ``week_slots`` gives them.
    """
    points, rule = issue_points(read_issues(workspace, question)), rule_of(workspace, question)
    seen = look_at_trips(workspace, question, looks_in_cells(points, rule, resolution), progress)
    cell = cell_of(points.lon, points.lat, resolution)
    return count_week(seen, cell, workspace.calendar().zone)


def _looks_for_passes(
    points: IssuePoints, rule: PassRule
) -> Callable[[Fixes], tuple[TripRiders, Passes]]:
    return partial(_passed, points=points, rule=rule)


def _passed(fixes: Fixes, points: IssuePoints, rule: PassRule) -> tuple[TripRiders, Passes]:
    return fixes.only_riders(), find_passes(fixes, points, rule)
