"""The audit log is read, and forgotten once it has been kept long enough."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from geo_service.domain.moments import day_begin, day_of
from geo_service.flows.wiring import Workspace
from geo_service.store import audit
from geo_service.store.audit import AuditEntry


@dataclass(frozen=True, slots=True)
class AuditLog:
    """What was written, by whom and when."""

    forgotten_before: datetime
    """Nothing is known of what was done before."""
    entries: Iterator[AuditEntry]
    """Oldest first; read while the log is open."""


@contextmanager
def audit_log(
    workspace: Workspace, since: datetime | None = None, until: datetime | None = None
) -> Iterator[AuditLog]:
    """Open the audit log.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    since, until : datetime, optional
        With a zone: from the one on, until before the other.

    Raises
    ------
    NotReady
        If the database can't be read.
    """
    with workspace.database.reading() as connection:
        yield AuditLog(audit.forgotten_before(connection), audit.entries(connection, since, until))


def forget_old_entries(workspace: Workspace, now: datetime) -> int:
    """Forget the entries that are older than the workspace's setting says.

    Whole UTC days go together, so that this is itself an entry at most once a day.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing; by its setting ``audit_days``, 0: none go.
    now : datetime
        With a zone.

    Returns
    -------
    int
        How many went.

    Raises
    ------
    NotReady
        If the database can't be written.
    """
    days = workspace.settings.audit_days
    if not days:
        return 0
    oldest_kept = day_begin(day_of(now - timedelta(days=days)))
    with workspace.database.reading() as connection:
        if oldest_kept <= audit.forgotten_before(connection):
            return 0
    with workspace.database.writing() as connection:
        return audit.forget_before(connection, oldest_kept)
