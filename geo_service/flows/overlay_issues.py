"""The analyst's question: where do routes pass issues, and what does each street see of it?"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from geo_service.domain.issue import Issue
from geo_service.domain.passage import PassRule
from geo_service.domain.trace import Fixes
from geo_service.flows.wiring import Streets, Workspace
from geo_service.overlay.exposure import Exposure, count_cell_exposure, count_street_exposure
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.passes import PassCounts, count_passes
from geo_service.store import issues as stored_issues
from geo_service.streets.matching import match
from geo_service.streets.profile import Profile
from geo_service.streets.snap import snap

Progress = Callable[[Iterator[Fixes]], Iterable[Fixes]]
"""Wraps the partitions as they go by, so that a door can show how far it is."""


@dataclass(frozen=True, slots=True)
class OverlayQuestion:
    """Which trips are laid over which issues."""

    since: datetime | None = None
    """Only trips that start at this moment or later."""
    until: datetime | None = None
    """Only trips that start before this moment."""
    radius_m: float | None = None
    """None: the workspace's setting."""


@dataclass(frozen=True, slots=True, eq=False)
class IssueOverlay:
    """Each issue with its figures; row i of ``counts`` belongs to ``issues[i]``."""

    issues: Sequence[Issue]
    counts: PassCounts


@dataclass(frozen=True, slots=True, eq=False)
class StreetOverlay:
    """The figures of streets that saw a trip or an issue, and where their edges are."""

    exposure: Exposure
    edges: np.ndarray[tuple[int], np.dtype[np.int64]]
    """Row i of ``exposure`` is this edge of ``streets``."""
    streets: Streets


def _as_it_goes(partitions: Iterator[Fixes]) -> Iterable[Fixes]:
    return partitions


def overlay_by_issue(
    workspace: Workspace, question: OverlayQuestion, progress: Progress = _as_it_goes
) -> IssueOverlay:
    """Count, for every issue, the passes while it was open (all issues, zeros too)."""
    issues = _read_issues(workspace)
    counts = count_passes(
        progress(_partitions(workspace, question)), issue_points(issues), _rule(workspace, question)
    )
    return IssueOverlay(issues, counts)


def overlay_by_cell(
    workspace: Workspace, question: OverlayQuestion, progress: Progress = _as_it_goes
) -> Exposure:
    """Count trips, riders, metres, issues and passes for every H3 cell that saw any."""
    return count_cell_exposure(
        progress(_partitions(workspace, question)),
        issue_points(_read_issues(workspace)),
        _rule(workspace, question),
        workspace.settings.cell_resolution,
    )
