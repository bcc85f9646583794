"""The planner of a ride asks: which open issues will I meet on the way, and in which order."""

from datetime import datetime
from typing import NamedTuple

from geo_service.arrays import Floats
from geo_service.domain.issue import Issue
from geo_service.errors import RefusedFields, WrongUsage
from geo_service.flows.loading import streets_extent
from geo_service.flows.wiring import Workspace
from geo_service.geometry.extent import metres_outside
from geo_service.geometry.metric import geodesic_m
from geo_service.overlay.along import issues_along, split_long_stretches
from geo_service.overlay.issue_grid import issue_points
from geo_service.store import issues as stored_issues

MOST_POSITIONS = 10_000
MOST_KM = 500.0
"""Nobody rides farther in a day."""
MOST_RADIUS_M = 200.0
"""What lies farther beside a route is on other streets."""


class RouteQuestion(NamedTuple):
    """A planned route, and how near to it an issue is met."""

    lon: Floats
    """Shape (v,): WGS-84, decimal degrees, on earth, in riding order."""
    lat: Floats
    """Shape (v,): the same."""
    radius_m: float | None = None
    """None: the workspace's setting."""


class IssueAlong(NamedTuple):
    """An issue met on the way."""

    issue: Issue
    along_m: float
    """Metres from the start to where the route comes nearest to it; the first place if tied."""
    off_m: float
    """Metres from there to the issue."""


class RouteAnswer(NamedTuple):
    """The issues in riding order, each once, and what whoever asked should know."""

    found: tuple[IssueAlong, ...]
    length_m: float
    """Of the whole route."""
    notes: tuple[str, ...] = ()


def find_issues_along(workspace: Workspace, question: RouteQuestion, now: datetime) -> RouteAnswer:
    """Find the issues along a route that are open now and that everybody may see.

    Parameters
    ----------
    workspace : Workspace
        Opened; of its traces nothing is read.
    question : RouteQuestion
        The route.
    now : datetime
        With a zone.

    Raises
    ------
    RefusedFields
        If the route has too few or too many positions, leads nowhere or is too long.
    WrongUsage
        If the radius is out of range.
    """
    radius_m = radius_m_of(workspace, question.radius_m)
    length_m = length_m_of(question)
    with workspace.database.reading() as connection:
        public = stored_issues.read_all(connection, approved_only=True)
    issues = [issue for issue in public if issue.is_open(now)]
    along = issues_along(question.lon, question.lat, issue_points(issues), radius_m)
    rows = zip(along.issue.tolist(), along.along_m.tolist(), along.off_m.tolist(), strict=True)
    found = tuple(IssueAlong(issues[row], *metres) for row, *metres in rows)
    return RouteAnswer(found, length_m, notes_on(workspace, question))


def radius_m_of(workspace: Workspace, radius_m: float | None) -> float:
    """Return how near to a route something is met; None stands for the workspace's setting.

    Raises
    ------
    WrongUsage
        If it is out of range.
    """
    if radius_m is None:
        radius_m = min(workspace.settings.radius_m, MOST_RADIUS_M)
    # Written so that NaN, which is in no order with anything, is caught too.
    if not 0.0 < radius_m <= MOST_RADIUS_M:
        raise WrongUsage(
            f"The radius must be more than 0 and at most {MOST_RADIUS_M:.0f} m.", where="radius_m"
        )
    return radius_m


def length_m_of(question: RouteQuestion) -> float:
    """Measure a route.

    Raises
    ------
    RefusedFields
        If it has too few or too many positions, leads nowhere or is too long.
    """
    lon, lat = question.lon, question.lat
    if len(lon) < 2:
        raise _refused("A route has two positions at least.")
    refuse_too_many(len(lon))
    length_m = float(geodesic_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())
    if length_m == 0.0:
        raise _refused("All its positions are the same place, so it leads nowhere.")
    # As above.
    if not length_m <= MOST_KM * 1000.0:
        raise _refused(f"The route is longer than {MOST_KM:.0f} km: ask for parts of it.")
    return length_m


def refuse_too_many(positions: int) -> None:
    """Refuse a route of so many positions before any of them is looked at.

    Raises
    ------
    RefusedFields
        If they are too many.
    """
    if positions > MOST_POSITIONS:
        raise _refused(
            f"It has more than {MOST_POSITIONS:,} positions: leave out those that lie in line."
        )


def _refused(reason: str) -> RefusedFields:
    return RefusedFields({"coordinates": reason})


def notes_on(workspace: Workspace, question: RouteQuestion) -> tuple[str, ...]:
    """Say what whoever planned a route should know of it. Raises nothing."""
    extent = streets_extent(workspace)
    if extent is None:
        return ()
    outside_m = metres_outside(*split_long_stretches(question.lon, question.lat), extent)
    if outside_m.min() <= extent.margin_m:
        return ()
    far = f"more than {extent.margin_m / 1000:.0f} km from this city's streets"
    return (f"The route lies {far}; issues there are not known here.",)
