"""Issues in the database, with every interval in which each was open."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, insert, select

from geo_service.domain.issue import Issue
from geo_service.store.change_journal import ISSUES, note_change
from geo_service.store.packed import pack_more, unpack_more
from geo_service.store.schema import issue_reopenings, issues
from geo_service.store.upsert import Found, Statement, Written, find_rows, remove, upsert

Interval: TypeAlias = tuple[datetime, datetime | None]

READ = select(*issues.c)
REOPENINGS = select(
    issue_reopenings.c.issue_id, issue_reopenings.c.reopened_at, issue_reopenings.c.closed_at
).order_by(issue_reopenings.c.issue_id, issue_reopenings.c.number)


def write(connection: Connection, records: Sequence[Issue], *, replace: bool = False) -> Written:
    """Write issues by id, each with its whole life; of two with the same id the later one stays.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    records : sequence of Issue
    replace : bool
        Whether issues that are not given are removed.
    """
    written = upsert(connection, issues, [_row(record) for record in records], replace=replace)
    last = {record.issue_id: record for record in records}
    if written.replaced:
        remove(connection, issue_reopenings.c.issue_id, last)
    intervals = [row for record in last.values() for row in _interval_rows(record)]
    if intervals:
        connection.execute(insert(issue_reopenings), intervals)
    note_change(connection, ISSUES, None if replace else last.keys())
    return written


def add(connection: Connection, record: Issue) -> None:
    """Write an issue of a new id.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    record : Issue
        Open, and not reopened yet.
    """
    connection.execute(insert(issues), _row(record))
    note_change(connection, ISSUES, [record.issue_id])


def discard(connection: Connection, issue_ids: Collection[str]) -> None:
    """Remove issues, with all that belongs to them."""
    remove(connection, issues.c.issue_id, issue_ids)
    note_change(connection, ISSUES, issue_ids)


def read_all(connection: Connection, *, approved_only: bool = False) -> list[Issue]:
    """Return issues in order of id.

    Parameters
    ----------
    connection : Connection
    approved_only : bool
        Whether those that staff have not approved are left out.
    """
    wanted = READ.where(issues.c.approved) if approved_only else READ
    return sorted(_read(connection, wanted, REOPENINGS), key=lambda record: record.issue_id)


def all_ids(connection: Connection, *, approved_only: bool = False) -> frozenset[str]:
    """Return the ids of all issues, or of those that staff have approved."""
    wanted = select(issues.c.issue_id)
    return frozenset(
        connection.scalars(wanted.where(issues.c.approved) if approved_only else wanted)
    )


def all_reopenings(connection: Connection) -> dict[str, list[Interval]]:
    """Return the later open intervals of all issues that have any, in order, by their ids."""
    return _grouped(connection.execute(REOPENINGS))


def find(connection: Connection, issue_id: str) -> Issue | None:
    """Return one issue; None if none has the id."""
    found = find_many(connection, [issue_id])
    return found[0] if found else None


def find_many(connection: Connection, issue_ids: Collection[str]) -> list[Issue]:
    """Return the issues with some ids, in order of id; unknown ids are left out."""
    rows = list(find_rows(connection, READ, issues.c.issue_id, issue_ids))
    reopened = _grouped(find_rows(connection, REOPENINGS, issue_reopenings.c.issue_id, issue_ids))
    found = [issue_of(row, reopened.get(row[0], ())) for row in rows]
    return sorted(found, key=lambda record: record.issue_id)


def _read(connection: Connection, wanted: Statement, reopenings: Statement) -> list[Issue]:
    reopened = _grouped(connection.execute(reopenings))
    return [issue_of(row, reopened.get(row[0], ())) for row in connection.execute(wanted)]


def _grouped(rows: Iterable[Found]) -> dict[str, list[Interval]]:
    reopened: dict[str, list[Interval]] = {}
    for issue_id, start, end in rows:
        reopened.setdefault(issue_id, []).append((start, end))
    return reopened


def issue_of(row: Sequence[Any], reopened: Sequence[Interval]) -> Issue:
    """Make an issue of a row of its table's columns, and of its later open intervals."""
    issue_id, category, lon, lat, reported_at, closed_at, *rest = row
    description, approved, more, confirmed_at = rest
    return Issue(
        issue_id=issue_id,
        category=category,
        lon=lon,
        lat=lat,
        reported_at=reported_at,
        closed_at=closed_at,
        description=description,
        approved=approved,
        reopened=tuple(reopened),
        more=unpack_more(more),
        confirmed_at=confirmed_at,
    )


def _row(record: Issue) -> dict[str, object]:
    return {
        "issue_id": record.issue_id,
        "category": record.category,
        "lon": record.lon,
        "lat": record.lat,
        "reported_at": record.reported_at,
        "closed_at": record.closed_at,
        "description": record.description,
        "approved": record.approved,
        "more": pack_more(record.more),
        "confirmed_at": record.confirmed_at,
    }


def _interval_rows(record: Issue) -> list[dict[str, object]]:
    return [
        {
            "issue_id": record.issue_id,
            "number": number,
            "reopened_at": start,
            "closed_at": end,
        }
        for number, (start, end) in enumerate(record.reopened)
    ]
