"""The analyst's question by time: which hours and weekdays streets, cells and issues are passed."""

from collections.abc import Iterable, Sequence

from geo_service.domain.issue import Issue
from geo_service.domain.passage import PassRule
from geo_service.domain.slots import Per, SlotRule
from geo_service.domain.trace import Fixes
from geo_service.export.frames import Frame, issues_frame
from geo_service.export.slot_frames import (
    cell_slots_frame,
    issue_slots_frame,
    street_slots_frame,
)
from geo_service.flows.count_passes import Progress
from geo_service.flows.overlay_issues import (
    OverlayQuestion,
    as_it_goes,
    edges_of_issues,
    partitions_of,
    read_issues,
    rule_of,
)
from geo_service.flows.wiring import Workspace
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.slot_exposure import (
    SlotExposure,
    count_cell_slots,
    count_issue_slots,
    count_street_slots,
)
from geo_service.streets.matching.match import match
from geo_service.streets.prepared import Streets
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
    issues = read_issues(workspace)
    trips = partitions_of(workspace, question, progress)
    if by == "issue":
        found = count_issue_slots(trips, issue_points(issues), rule, slots)
        return issue_slots_frame(issues_frame(issues), found, per)
    if by == "street":
        streets = workspace.streets(Profile.EBIKE)
        found = count_slots_on_streets(trips, issues, streets, rule, slots)
        return street_slots_frame(found, per, streets.network)
    resolution = workspace.settings.cell_resolution
    return cell_slots_frame(
        count_cell_slots(trips, issue_points(issues), rule, resolution, slots), per
    )


def count_slots_on_streets(
    partitions: Iterable[Fixes],
    issues: Sequence[Issue],
    streets: Streets,
    rule: PassRule,
    slots: SlotRule,
) -> SlotExposure:
    """Match trips to streets and count for every street edge and slot.

    Parameters
    ----------
    partitions : iterable of Fixes
        Whole trips, part by part.
    issues : sequence of Issue
        Each belongs to the nearest edge within the rule's radius.
    streets : Streets
        Of the profile that rode.
    rule : PassRule
        How close is a pass.
    slots : SlotRule
        How moments are put into slots.
    """
    points = issue_points(issues)
    return count_street_slots(
        ((fixes, match(streets.network, streets.grid, fixes)) for fixes in partitions),
        points,
        rule,
        edges_of_issues(streets, points, rule.radius_m),
        slots,
    )
