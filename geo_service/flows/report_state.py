"""What a facility reports of itself: batteries, slots, free spaces, out of order."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from geo_service.domain.facility import Facility, State
from geo_service.errors import NotFound, RefusedFields
from geo_service.flows.answer_once import once_more_if_unknown
from geo_service.flows.check_keys import require_operator_of
from geo_service.flows.wiring import Workspace
from geo_service.store import facilities as stored_facilities
from geo_service.store.keys import Key


@dataclass(frozen=True, slots=True)
class ReportedState:
    """What came of a report."""

    facility: Facility
    """With the state that is known now."""
    kept: bool
    """Whether that is the one reported; not, if a later one was known."""


def report_state(
    workspace: Workspace, key: Key | None, facility_id: str, state: State, now: datetime
) -> ReportedState:
    """Keep what a facility reports, unless something observed later is known of it.

    Of two reports observed at one moment the one that comes later is kept. A known one that lies in
    the future was kept while the clock went wrong, and holds nothing up.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    key : Key or None
        Of who reports: the facility's operator, or staff of its area.
    facility_id : str
        Whose state it is.
    state : State
        As observed.
    now : datetime
        With a zone.

    Raises
    ------
    NotFound
        If there is no facility with this id.
    NoKey, NotAllowed
        If the key may not report of it.
    RefusedFields
        If it was observed in the future.
    """
    return once_more_if_unknown(lambda: _report(workspace, key, facility_id, state, now))


def _report(
    workspace: Workspace, key: Key | None, facility_id: str, state: State, now: datetime
) -> ReportedState:
    latest = now + timedelta(seconds=workspace.settings.future_slack_s)
    with workspace.database.writing(f"state of {facility_id}") as connection:
        facility = stored_facilities.find(connection, facility_id)
        if facility is None:
            raise NotFound("There is no facility with this id.")
        require_operator_of(connection, workspace, key, facility)
        if state.observed_at > latest:
            raise RefusedFields(
                {"observed_at": f"It lies in the future; it is {now:%Y-%m-%dT%H:%M:%SZ} now."}
            )
        if facility.state == state:
            # Sent again, by its reporter or by us, after an answer that was lost.
            return ReportedState(facility, kept=True)
        kept = stored_facilities.keep_state(connection, facility, state, latest=latest)
    return ReportedState(replace(facility, state=state) if kept else facility, kept)
