"""Riders read what becomes of their traces, agree to it, and withdraw."""

from datetime import datetime
from pathlib import Path

from geo_service.domain.consent import Agreement, ConsentText, fill_in
from geo_service.errors import NoConsent, RefusedFields
from geo_service.flows.names_of_rider import all_names
from geo_service.flows.remove_trips import TripsGone, remove_trips
from geo_service.flows.wiring import Workspace
from geo_service.ingest.consent_text import read_consent_text
from geo_service.store import consents
from geo_service.store.acting import act_on_own_trips
from geo_service.store.database import Connection

NOT_AGREED = (
    "Traces are taken only from riders who have agreed to the present text about them. "
    "须先阅读并同意现行的轨迹说明，才能上传轨迹。"
)
WHERE_TO_AGREE = (
    "Read it at GET /consent, and agree with PUT /consent and its version. "
    "请在 GET /consent 阅读，并以其中的 version 在 PUT /consent 表示同意。"
)


def present_text(workspace: Workspace) -> ConsentText:
    """Return the text that riders agree to now, with how long traces are kept.

    Raises
    ------
    NotReady
        If the city's own can't be read.
    """
    named = workspace.settings.consent_file
    text = read_consent_text(Path(named) if named else None)
    return fill_in(text, workspace.settings.trace_days)


def what_was_said(workspace: Workspace, rider: str) -> Agreement | None:
    """Return what a rider said last; None: nothing yet."""
    with workspace.database.reading() as connection:
        return consents.last_of(connection, rider)


def agree(workspace: Workspace, rider: str, version: str, now: datetime) -> Agreement:
    """Write down that a rider agrees to the present text; twice is once.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    rider : str
        A pseudonym.
    version : str
        Of the text that the rider has read.
    now : datetime
        With a zone.

    Raises
    ------
    RefusedFields
        If that is not the present text.
    NotReady
        If the text can't be read.
    """
    if version != present_text(workspace).version:
        raise RefusedFields({"version": "It is not that of the present text. See GET /consent."})
    with workspace.database.writing() as connection:
        said = consents.last_of(connection, rider)
        if said is None or not said.holds_for(version):
            consents.agree(connection, rider, version, now)
            said = Agreement(version, now)
    return said


def withdraw(workspace: Workspace, rider: str, now: datetime, *, delete_traces: bool) -> TripsGone:
    """Write down that a rider no longer agrees; from then on no traces are taken.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    rider : str
        A pseudonym.
    now : datetime
        With a zone.
    delete_traces : bool
        Whether all of the rider's trips go too.

    Returns
    -------
    TripsGone
        How many trips went.

    Raises
    ------
    NotReady
        If a file of traces is damaged; withdrawn it is nevertheless.
    """
    with workspace.database.writing() as connection:
        said = consents.last_of(connection, rider)
        if said is not None and said.withdrawn_at is None:
            consents.withdraw(connection, rider, said, now)
    if not delete_traces:
        return TripsGone()
    act_on_own_trips("delete_own_traces")
    known = all_names(workspace, rider)
    return TripsGone(remove_trips(workspace, rider_ids=known.names).trips, known.untold)


def require_agreed(workspace: Workspace, rider: str) -> None:
    """Let only riders go on who agree to the present text, before anything of theirs is read.

    Raises
    ------
    NoConsent
        As `require_consent` does.
    NotReady
        If the text can't be read.
    """
    version = present_text(workspace).version
    with workspace.database.reading() as connection:
        require_consent(connection, rider, version)


def require_consent(connection: Connection, rider: str, version: str) -> None:
    """Let only riders go on who agree to a version of the text.

    Raises
    ------
    NoConsent
        If the rider never did, did to another version, or has withdrawn.
    """
    said = consents.last_of(connection, rider)
    if said is None or not said.holds_for(version):
        raise NoConsent(NOT_AGREED, remedy=WHERE_TO_AGREE)
