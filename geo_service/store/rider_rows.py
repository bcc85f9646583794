"""Where the database names riders, and how a rider is taken out of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, delete, func, or_, select, true, update

from geo_service.store import audit
from geo_service.store.case_schema import (
    case_moves,
    cases,
    kept_answers,
    photos,
    supporters,
    tasks,
)
from geo_service.store.change_journal import ISSUES, note_change
from geo_service.store.credit_schema import check_ins, ledger, team_members
from geo_service.store.privacy_schema import consents
from geo_service.store.schema import issues, keys, trips

NAMED: tuple[Column[str], ...] = (
    trips.c.rider_id,
    keys.c.rider,
    consents.c.rider,
    check_ins.c.rider,
    team_members.c.rider,
    tasks.c.rider,
    supporters.c.rider,
    photos.c.rider,
    cases.c.reporter,
    case_moves.c.who,
    ledger.c.rider,
)
"""Every column that holds a pseudonym; ``case_moves.who`` holds ids of staff's keys as well."""
GONE: Mapping[str, Column[str]] = {
    "keys": keys.c.rider,
    "consents": consents.c.rider,
    "visits to stations": check_ins.c.rider,
    "team memberships": team_members.c.rider,
    "questions and answers": tasks.c.rider,
    "issues the rider sees too": supporters.c.rider,
}
"""Rows that go, by what they are."""
UNNAMED: Mapping[str, Column[str]] = {
    "issues reported": cases.c.reporter,
    "moves of issues": case_moves.c.who,
    "entries of points": ledger.c.rider,
}
"""Rows that stay and name nobody any more."""
TEXTS = (issues.c.description, issues.c.more, cases.c.address, case_moves.c.why, keys.c.note)
"""What people wrote, in which anybody may be named."""
PHOTOS_GONE, PHOTOS_UNNAMED, ANSWERS = (
    "photos that staff have not approved",
    "approved photos",
    "kept answers",
)


@dataclass(frozen=True, slots=True)
class RiderRows:
    """How many rows name a rider, by what they are."""

    gone: Mapping[str, int]
    unnamed: Mapping[str, int]
    photo_ids: frozenset[str]
    """Of the photos that go."""

    def __bool__(self) -> bool:
        return any(self.gone.values()) or any(self.unnamed.values())


def pseudonyms(connection: Connection) -> set[str]:
    """Return everybody that any row names."""
    return {
        name for column in NAMED for name in connection.scalars(select(column).distinct()) if name
    }


def accounts(connection: Connection) -> set[str]:
    """Return everybody that any row but those of trips names."""
    columns = [column for column in NAMED if column is not trips.c.rider_id]
    return {name for column in columns for name in connection.scalars(select(column).distinct())}


def count(connection: Connection, rider: str) -> RiderRows:
    """Count the rows that name a rider, but trips; takes what ``erase`` takes."""

    def rows(column: Column[str]) -> int:
        counted = select(func.count()).select_from(column.table).where(column == rider)
        return int(connection.scalar(counted) or 0)

    own = select(photos.c.photo_id, photos.c.approved).where(photos.c.rider == rider)
    approved = dict(connection.execute(own).all())
    answers = select(func.count()).select_from(kept_answers).where(_answered(rider))
    return RiderRows(
        gone={
            **{what: rows(column) for what, column in GONE.items()},
            ANSWERS: int(connection.scalar(answers) or 0),
            PHOTOS_GONE: sum(not one for one in approved.values()),
        },
        unnamed={
            **{what: rows(column) for what, column in UNNAMED.items()},
            PHOTOS_UNNAMED: sum(approved.values()),
        },
        photo_ids=frozenset(photo_id for photo_id, seen in approved.items() if not seen),
    )


def erase(connection: Connection, rider: str) -> RiderRows:
    """Take a rider out of all rows but those of trips.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    rider : str
        A pseudonym, not blank.

    Returns
    -------
    RiderRows
        What named the rider until now. Of the photos that go the files are still there.
    """
    found = count(connection, rider)
    if not found:
        return found
    touched = {
        issue_id
        for column, named in (
            (supporters.c.issue_id, supporters.c.rider),
            (cases.c.issue_id, cases.c.reporter),
            (photos.c.issue_id, photos.c.rider),
        )
        for issue_id in connection.scalars(select(column).where(named == rider))
    }
    # Before the keys, by whose ids it is known whose they are.
    connection.execute(delete(kept_answers).where(_answered(rider)))
    gone_photos = select(photos.c.photo_id).where(photos.c.rider == rider, ~photos.c.approved)
    connection.execute(
        update(case_moves).where(case_moves.c.photo_id.in_(gone_photos)).values(photo_id="")
    )
    connection.execute(delete(photos).where(photos.c.rider == rider, ~photos.c.approved))
    own_keys = connection.scalars(select(keys.c.key_id).where(keys.c.rider == rider)).all()
    for column in GONE.values():
        connection.execute(delete(column.table).where(column == rider))
    for column in (*UNNAMED.values(), photos.c.rider):
        unnamed = update(column.table).where(column == rider)
        connection.execute(unnamed.values({column.name: ""}))
    # After the keys have gone: whoever was writing with one of them has written by now.
    audit.unname_keys(connection, own_keys)
    if touched:
        note_change(connection, ISSUES, touched)
    return found


def count_texts_with(connection: Connection, name: str, rider: str) -> int:
    """Count what people wrote that holds a name, but for what goes with the rider."""
    counted = [
        select(func.count())
        .select_from(column.table)
        .where(column.contains(name, autoescape=True))
        .where(keys.c.rider != rider if column.table is keys else true())
        for column in TEXTS
    ]
    return sum(int(connection.scalar(one) or 0) for one in counted)


def _answered(rider: str) -> ColumnElement[bool]:
    own_keys = select(keys.c.key_id).where(keys.c.rider == rider)
    return or_(kept_answers.c.sender == rider, kept_answers.c.sender.in_(own_keys))
