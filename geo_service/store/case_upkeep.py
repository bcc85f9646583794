"""Many cases passed on to other bodies at once; their issues stay as they are."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy import Connection, bindparam, func, insert, select, update

from geo_service.domain.case import Case, Move
from geo_service.store import city
from geo_service.store.case_schema import case_moves, cases
from geo_service.store.upsert import OLD_ID, find_rows

CHANGING = ("stage", "updated_at", "area_id", "body_id", "due_at", "escalations")


def pass_on(connection: Connection, passed: Sequence[tuple[Case, Move]]) -> None:
    """Keep who answers for cases now, and the move or note that says so.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``, in which the cases were read behind ``cases.lock_many``.
    passed : sequence of tuple of Case and Move
        Each case once. The numbers of moves are given here: the next.
    """
    if not passed:
        return
    connection.execute(
        update(cases)
        .where(cases.c.issue_id == bindparam(OLD_ID))
        .values({name: bindparam(f"new_{name}") for name in CHANGING}),
        [
            {OLD_ID: case.issue.issue_id}
            | {f"new_{name}": getattr(case, name) for name in CHANGING}
            for case, _ in passed
        ],
    )
    counted = select(case_moves.c.issue_id, func.max(case_moves.c.number)).group_by(
        case_moves.c.issue_id
    )
    ids = [move.issue_id for _, move in passed]
    last = {row[0]: row[1] for row in find_rows(connection, counted, case_moves.c.issue_id, ids)}
    numbered = [replace(move, number=last.get(move.issue_id, 0) + 1) for _, move in passed]
    connection.execute(insert(case_moves), [asdict(move) for move in numbered])
    city.count_change(connection)
