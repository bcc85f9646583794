"""The riders whose usual routes pass an issue are asked whether it is still there."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from geo_service.arrays import Integers
from geo_service.domain.case import Case
from geo_service.domain.verification import Task, wants_asking
from geo_service.flows.find_usual_riders import Found, find_usual_riders
from geo_service.flows.wiring import Workspace
from geo_service.overlay.usual_riders import choose_riders
from geo_service.settings import Settings
from geo_service.store import cases as stored_cases
from geo_service.store import erasures, supporters
from geo_service.store import tasks as stored_tasks
from geo_service.store.database import Connection
from geo_service.store.unheard import find_unheard

KEPT_DAYS = 90
"""So long after it lapsed a question is still known, with who was asked."""
ID_BYTES = 8
AT_ONCE = 40
"""Of so many issues in one turn: meanwhile nobody else can write."""


class _Wanting(NamedTuple):
    """An issue about which riders should be asked."""

    case: Case
    round: int
    """The number of the next round."""
    is_open: bool
    """Whether the round before can still be answered."""
    turned: datetime | None
    """When what is known of it last turned."""


def ask_riders(workspace: Workspace, now: datetime) -> int:
    """Ask riders about every issue that wants asking; done twice, it is done once.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    now : datetime
        With a zone.

    Returns
    -------
    int
        How many questions were asked.

    Raises
    ------
    NotReady
        If the database can't be written, or a file of the trace lake is missing or damaged.

    Notes
    -----
    Trips are read only if some issue wants asking, and of them only those that may pass it. Where
    nobody is found, that is kept too, so that they are not read again before an hour is over.
    Neither the reporter of an issue nor those who support it are asked about it.
    """
    settings = workspace.settings
    with workspace.database.reading() as connection:
        wanting = _find_wanting(connection, settings, now)
        issues = [each.case.issue for each in wanting]
        issue_ids = [issue.issue_id for issue in issues]
        knowing = supporters.of_issues(connection, issue_ids)
        silent = stored_tasks.silences(connection, issue_ids, now)
        erased = erasures.known(connection)
    if not wanting:
        return 0
    found = find_usual_riders(workspace, issues, now)
    knowing |= {(each.case.issue.issue_id, each.case.reporter) for each in wanting}
    chosen = _choose(found, issue_ids, knowing, silent, settings)
    with workspace.database.writing() as connection:
        stored_tasks.forget_before(connection, now - timedelta(days=KEPT_DAYS))
    asked = 0
    for first in range(0, len(issue_ids), AT_ONCE):
        some = issue_ids[first : first + AT_ONCE]
        with workspace.database.writing() as connection:
            if erasures.known(connection) - erased:
                # Nothing is written of who was erased meanwhile: the next round asks the others.
                break
            # Somebody else may have asked while trips were read, or the issue may have moved on.
            stored_cases.lock_many(connection, some)
            still = _find_wanting(connection, settings, now, some)
            asked += _ask(connection, still, chosen, settings, now)
    return asked


def _find_wanting(
    connection: Connection,
    settings: Settings,
    now: datetime,
    among: Collection[str] | None = None,
) -> list[_Wanting]:
    """Find the issues that want asking, among some or among all."""
    if among is None:
        since = now - timedelta(days=settings.check_closed_days)
        among = find_unheard(connection, now, closed_since=since)
    cases = stored_cases.find_many(connection, among)
    issue_ids = [case.issue.issue_id for case in cases]
    rounds = stored_tasks.last_rounds(connection, issue_ids, now)
    turned = stored_tasks.turned(connection, issue_ids)
    found = []
    for case in cases:
        last, at = rounds.get(case.issue.issue_id), turned.get(case.issue.issue_id)
        if wants_asking(
            case,
            last,
            at,
            now,
            check_closed_days=settings.check_closed_days,
            confirm_riders=settings.confirm_riders,
        ):
            number, is_open = (0, False) if last is None else (last.number, last.is_open)
            found.append(_Wanting(case, number + 1, is_open, at))
    return found


def _choose(
    found: Found,
    issue_ids: Sequence[str],
    knowing: Collection[tuple[str, str]],
    silent: dict[tuple[str, str], int],
    settings: Settings,
) -> dict[str, list[tuple[str, int]]]:
    """Choose whom to ask: by issue, each rider with the hours at which the way leads past it."""
    issue = {issue_id: number for number, issue_id in enumerate(issue_ids)}
    rider = {name: number for number, name in enumerate(found.names)}

    def numbered(pairs: Collection[tuple[str, str]]) -> Integers:
        known = [(issue[one], rider[other]) for one, other in pairs if other in rider]
        return np.array(known, dtype=np.int64).reshape(-1, 2).T

    pairs = found.pairs.take(~found.pairs.is_one_of(*numbered(knowing)))
    times = np.zeros(len(pairs.issue), dtype=np.int64)
    # Nearly all pairs were never asked, so only those few are looked up that were.
    for row in np.flatnonzero(pairs.is_one_of(*numbered(silent))).tolist():
        times[row] = silent[issue_ids[pairs.issue[row]], found.names[pairs.rider[row]]]
    rank = np.empty(len(found.names), dtype=np.int64)
    rank[sorted(range(len(rank)), key=found.names.__getitem__)] = np.arange(len(rank))
    chosen = pairs.take(
        choose_riders(
            pairs,
            rank,
            times,
            least_trips=settings.usual_trips,
            most_riders=settings.ask_riders,
        )
    )
    asked: dict[str, list[tuple[str, int]]] = {}
    rows = zip(chosen.issue.tolist(), chosen.rider.tolist(), chosen.hours.tolist(), strict=True)
    for number, name, hours in rows:
        asked.setdefault(issue_ids[number], []).append((found.names[name], hours))
    return asked


def _ask(
    connection: Connection,
    wanting: Sequence[_Wanting],
    chosen: dict[str, list[tuple[str, int]]],
    settings: Settings,
    now: datetime,
) -> int:
    """Begin the rounds, and return how many questions they have."""
    lapses_at = now + timedelta(days=settings.task_days)
    tasks, in_vain = [], []
    for case, number, is_open, turned in wanting:
        issue_id = case.issue.issue_id
        if is_open:
            # It turned meanwhile, so what was asked no longer means what it meant.
            stored_tasks.settle(connection, issue_id, now)
        # A clock may have been set back: nothing is asked before what it is asked about.
        asked_at = max(now, turned or now)
        tasks += [
            Task(_new_id(), issue_id, number, rider, hours, asked_at, lapses_at)
            for rider, hours in chosen.get(issue_id, ())
        ]
        if issue_id not in chosen:
            nobody = stored_tasks.NOBODY
            in_vain.append(Task(_new_id(), issue_id, number, nobody, 0, asked_at, asked_at))
    stored_tasks.forget_nobody(connection, [task.issue_id for task in in_vain])
    stored_tasks.add(connection, tasks + in_vain)
    return len(tasks)


def _new_id() -> str:
    return f"t-{secrets.token_hex(ID_BYTES)}"
