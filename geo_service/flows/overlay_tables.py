"""Every table that an analyst may ask for: which there are, and which questions go together."""

from dataclasses import dataclass, field, replace

import numpy as np

from geo_service.domain.slots import Per
from geo_service.errors import WrongUsage
from geo_service.export.frames import Frame
from geo_service.flows.count_passes import Progress
from geo_service.flows.count_slots import slots_frame
from geo_service.flows.find_blind_spots import blind_spots_frame
from geo_service.flows.look_at_trips import OverlayQuestion, as_it_goes, period_of
from geo_service.flows.overlay_issues import issue_table, overlay_by_issue, overlay_frame
from geo_service.flows.wiring import Workspace
from geo_service.overlay.unconfirmed import to_confirm


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """Which table is asked for.

    Raises
    ------
    WrongUsage
        If what is asked for does not go together.
    """

    by: str
    """``issue``, ``street`` or ``cell``: a row for each."""
    trips: OverlayQuestion = field(default_factory=OverlayQuestion)
    """Of which trips."""
    per: Per | None = None
    """A row for each of these slots too."""
    blind_spots: bool = False
    """The places without trips instead of those with any."""
    unconfirmed: int | None = None
    """Only issues still open that so many riders passed since they were last confirmed."""

    @property
    def counted(self) -> OverlayQuestion:
        """Which trips, and whether riders are counted in them: in blind spots nobody is."""
        return replace(self.trips, counts_riders=not self.blind_spots)

    def __post_init__(self) -> None:
        if self.blind_spots and self.by == "issue":
            raise WrongUsage(
                "Blind spots are streets or cells, not issues.",
                where="blind_spots",
                remedy="Ask by street or by cell.",
            )
        if self.blind_spots and self.per is not None:
            raise WrongUsage(
                "No trip was in a blind spot at any time, so there is nothing to tell by hour or "
                "weekday.",
                where="per",
                remedy="Leave out one of the two.",
            )
        if self.unconfirmed is not None and self.by != "issue":
            raise WrongUsage(
                f"Only issues can be confirmed, not a {self.by}.",
                where="unconfirmed",
                remedy="Ask by issue.",
            )
        if self.unconfirmed is not None and self.per is not None:
            raise WrongUsage(
                "Riders since an issue was last confirmed are counted over all hours and weekdays.",
                where="per",
                remedy="Leave out one of the two.",
            )


def settled(workspace: Workspace, question: TableQuestion) -> TableQuestion:
    """Return the question with the bounds within which it is counted, so that they can be told.

    Raises
    ------
    WrongUsage
        If riders would be counted across a change of their names.
    """
    period = period_of(workspace, question.counted)
    return replace(question, trips=replace(question.trips, since=period.since, until=period.until))


def overlay_table(
    workspace: Workspace, question: TableQuestion, progress: Progress = as_it_goes
) -> Frame:
    """Answer with the table that is asked for, as it is written to files.

    Raises
    ------
    WrongUsage
        If the radius is out of range.
    NotReady
        If streets are needed and none have been loaded.
    """
    by, trips = question.by, question.counted
    if question.blind_spots:
        return blind_spots_frame(workspace, by, trips, progress)
    if question.per is not None:
        return slots_frame(workspace, by, question.per, trips, progress)
    if question.unconfirmed is not None:
        overlay = overlay_by_issue(workspace, trips, progress)
        still_open = [issue.still_open for issue in overlay.issues]
        riders = overlay.counts.riders_since_confirmed
        rows = to_confirm(np.array(still_open, dtype=np.bool_), riders, question.unconfirmed)
        return issue_table(overlay).iloc[rows]
    return overlay_frame(workspace, by, trips, progress)
