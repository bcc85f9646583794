"""Cases and their moves in the database; of every issue there is one case."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from geo_service.domain.case import Case, Move
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import OPEN, Mover, Stage
from geo_service.store import issues as stored_issues
from geo_service.store.case_schema import case_moves, cases
from geo_service.store.change_journal import ISSUES, note_change
from geo_service.store.schema import issues
from geo_service.store.upsert import OLD_ID, Found, Statement, find_rows

READ = select(*cases.c)
MOVES = select(*case_moves.c).order_by(case_moves.c.number)
WITH_ISSUE = select(*issues.c, *cases.c).join_from(issues, cases)
ISSUE_COLUMNS = len(issues.c)
LAST = select(case_moves.c.issue_id, func.max(case_moves.c.number)).group_by(case_moves.c.issue_id)


def add(connection: Connection, records: Sequence[Case], moves: Sequence[Move] = ()) -> None:
    """Open cases of issues that have none yet.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``; the issues themselves are written there already.
    records : sequence of Case
    moves : sequence of Move
        Their first ones, numbered 1.
    """
    if records:
        connection.execute(insert(cases), [_row(case) for case in records])
    if moves:
        connection.execute(insert(case_moves), [asdict(move) for move in moves])


def change(connection: Connection, case: Case, move: Move | None = None) -> None:
    """Keep what has become of a case and its issue, and the move that made it so.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``, in which the case was read with `find_to_change`.
    case : Case
    move : Move, optional
        Its number is given here: the next.
    """
    issue_id = case.issue.issue_id
    row = _row(case)
    del row["issue_id"]
    connection.execute(update(cases).where(cases.c.issue_id == issue_id).values(row))
    stored_issues.write(connection, [case.issue])
    if move is not None:
        add_move(connection, move)


def change_many(connection: Connection, changed: Sequence[tuple[Case, Move]]) -> None:
    """Keep what has become of many cases at once; their issues stay as they are.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``, in which the cases were read behind `lock_many`.
    changed : sequence of tuple of Case and Move
        Each case once, with the move or note that made it so; numbers of moves are given here:
        the next.
    """
    if not changed:
        return
    connection.execute(
        update(cases)
        .where(cases.c.issue_id == bindparam(OLD_ID))
        .values({column.name: bindparam(f"new_{column.name}") for column in cases.c}),
        [
            {OLD_ID: case.issue.issue_id}
            | {f"new_{name}": value for name, value in _row(case).items()}
            for case, _ in changed
        ],
    )
    ids = [move.issue_id for _, move in changed]
    last = {row[0]: row[1] for row in find_rows(connection, LAST, case_moves.c.issue_id, ids)}
    numbered = [replace(move, number=last.get(move.issue_id, 0) + 1) for _, move in changed]
    connection.execute(insert(case_moves), [asdict(move) for move in numbered])
    note_change(connection, ISSUES, ids)


def add_move(connection: Connection, move: Move) -> Move:
    """Write a move behind those there are, and return it with its number."""
    numbered = replace(move, number=last_number(connection, move.issue_id) + 1)
    connection.execute(insert(case_moves), asdict(numbered))
    return numbered


def last_number(connection: Connection, issue_id: str) -> int:
    """Return the number of an issue's last move; 0: it has none."""
    last = select(func.max(case_moves.c.number)).where(case_moves.c.issue_id == issue_id)
    return connection.scalar(last) or 0


def find(connection: Connection, issue_id: str) -> Case | None:
    """Return the case of an issue; None if there is no such issue."""
    found = find_many(connection, [issue_id])
    return found[0] if found else None


def area_of(connection: Connection, issue_id: str) -> str:
    """Return the area that an issue was given to; blank: none, or there is no such issue."""
    given = select(cases.c.area_id).where(cases.c.issue_id == issue_id)
    return connection.scalar(given) or ""


def find_to_change(connection: Connection, issue_id: str) -> Case | None:
    """Return a case that nobody else may change until the transaction ends."""
    connection.execute(select(cases.c.stage).where(cases.c.issue_id == issue_id).with_for_update())
    return find(connection, issue_id)


def set_told(connection: Connection, told: Mapping[str, str]) -> None:
    """Keep what a file has said of cases, by their issues' ids."""
    if told:
        connection.execute(
            update(cases)
            .where(cases.c.issue_id == bindparam(OLD_ID))
            .values(told=bindparam("said")),
            [{OLD_ID: issue_id, "said": said} for issue_id, said in told.items()],
        )


def told_ids(connection: Connection) -> set[str]:
    """Return the ids of issues that a file has ever told of."""
    return set(connection.scalars(select(cases.c.issue_id).where(cases.c.told != "")))


def lock_many(connection: Connection, issue_ids: Collection[str]) -> None:
    """Let nobody else change some cases until the transaction ends."""
    locked = select(cases.c.issue_id).order_by(cases.c.issue_id).with_for_update()
    # In order, so that two who do this wait for each other at the first they have in common.
    for _ in find_rows(connection, locked, cases.c.issue_id, sorted(issue_ids)):
        pass


def find_many(connection: Connection, issue_ids: Collection[str]) -> list[Case]:
    """Return the cases of issues, in the order of their ids; unknown ids are left out."""
    known = {issue.issue_id: issue for issue in stored_issues.find_many(connection, issue_ids)}
    rows = find_rows(connection, READ, cases.c.issue_id, known)
    return sorted((_case(row, known[row[0]]) for row in rows), key=lambda case: case.issue.issue_id)


def each(connection: Connection, *, approved_only: bool = False) -> Iterator[Case]:
    """Yield the cases of all issues in any order, one at a time, so that none need be held.

    Parameters
    ----------
    connection : Connection
    approved_only : bool
        Whether those of issues that staff have not approved are left out.
    """
    reopened = stored_issues.all_reopenings(connection)
    wanted = WITH_ISSUE.where(issues.c.approved) if approved_only else WITH_ISSUE
    for row in connection.execute(wanted):
        issue = stored_issues.issue_of(row[:ISSUE_COLUMNS], reopened.get(row[0], ()))
        yield _case(row[ISSUE_COLUMNS:], issue)


def read_open(connection: Connection) -> list[Case]:
    """Return all cases in which something is still to be done, in order of id."""
    return _read(connection, READ.where(cases.c.stage.in_(OPEN)))


def overdue_with(connection: Connection, body_ids: Collection[str], now: datetime) -> list[str]:
    """Return the ids of open cases of some bodies whose stage should have been over, in order."""
    late = select(cases.c.issue_id).where(cases.c.stage.in_(OPEN), cases.c.due_at < now)
    return sorted(row[0] for row in find_rows(connection, late, cases.c.body_id, body_ids))


def history(connection: Connection, issue_id: str) -> list[Move]:
    """Return every move of an issue, in order."""
    return [
        _move(row) for row in connection.execute(MOVES.where(case_moves.c.issue_id == issue_id))
    ]


def merged_into(connection: Connection, issue_id: str) -> list[str]:
    """Return the ids of the issues that were merged into one, in order."""
    return sorted(
        connection.scalars(select(cases.c.issue_id).where(cases.c.merged_into == issue_id))
    )


def _read(connection: Connection, wanted: Statement) -> list[Case]:
    rows = {row[0]: row for row in connection.execute(wanted)}
    return [
        _case(rows[issue.issue_id], issue) for issue in stored_issues.find_many(connection, rows)
    ]


def _case(row: Sequence[Any], issue: Issue) -> Case:
    _, stage, *rest = row
    unit, updated_at, area_id, body_id, due_at, escalations, merged, reporter, address, *last = rest
    return Case(
        issue=issue,
        stage=Stage(stage),
        unit=unit,
        updated_at=updated_at,
        area_id=area_id,
        body_id=body_id,
        due_at=due_at,
        escalations=escalations,
        merged_into=merged,
        reporter=reporter,
        address=address,
        rating=last[0],
        told=last[1],
    )


def _row(case: Case) -> dict[str, object]:
    return {
        "issue_id": case.issue.issue_id,
        "stage": case.stage,
        "unit": case.unit,
        "updated_at": case.updated_at,
        "area_id": case.area_id,
        "body_id": case.body_id,
        "due_at": case.due_at,
        "escalations": case.escalations,
        "merged_into": case.merged_into,
        "reporter": case.reporter,
        "address": case.address,
        "rating": case.rating,
        "told": case.told,
    }


def _move(row: Found) -> Move:
    issue_id, number, moved_at, stage, to, by, *rest = row
    return Move(issue_id, number, moved_at, Stage(stage), Stage(to), Mover(by), *rest)
