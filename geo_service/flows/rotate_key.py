"""Riders get other names in traces from the beginning of a month on."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from geo_service.domain.erasure import mark_of_key
from geo_service.domain.release import calendar_month, following_month
from geo_service.domain.rider_names import Generation
from geo_service.errors import ForbiddenMove, NotReady
from geo_service.flows.wiring import Workspace
from geo_service.store import rider_generations, trace_days
from geo_service.store.database import Connection
from geo_service.store.rider_key_files import generation_file, make_key, read_key


@dataclass(frozen=True, slots=True)
class Rotated:
    """That names change."""

    month: str
    begins: datetime
    """In the city's time zone."""
    file: Path
    """Where the key to these names lies."""


def rotate_key(workspace: Workspace, month: str | None, now: datetime) -> Rotated:
    """Begin a new generation of riders' names in traces with a month; accounts keep theirs.

    The beginning of a month of the city's calendar, so that no month's release spans it. A key that
    lies there already, as after an older backup was put back, is used again.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    month : str or None
        As ``2027-01``; None: the next one.
    now : datetime
        With a zone.

    Raises
    ------
    WrongUsage
        If it is no month.
    ForbiddenMove
        If names change then already, or there are trips of the month or later,
        which have other names.
    NotReady
        If a key's file is damaged or another one than this workspace's, or the disk refuses.
    """
    zone = workspace.calendar().zone
    wanted = following_month(now.astimezone(zone)) if month is None else month
    begins, _ = calendar_month(wanted, zone)
    with workspace.database.reading() as connection:
        _check(connection, wanted, begins)
    base = workspace.settings.rider_key_file
    first = mark_of_key(workspace.proven_rider_key())
    file = generation_file(base, wanted)
    generation = Generation(wanted, begins, mark_of_key(_key_in(file)))
    with workspace.database.writing() as connection:
        _check(connection, wanted, begins)
        rider_generations.note_first(connection, first)
        rider_generations.add(connection, generation)
    return Rotated(wanted, begins.astimezone(zone), file)


def _check(connection: Connection, month: str, begins: datetime) -> None:
    known = rider_generations.read_all(connection)
    if any(one.month == month or one.begins == begins for one in known):
        raise ForbiddenMove(
            f"Riders' names change at the beginning of {month} already.",
            where="--from",
            remedy="Name a later month.",
        )
    following = min((one.begins for one in known if one.begins > begins), default=None)
    if trace_days.starts_within(connection, begins, following):
        raise ForbiddenMove(
            f"{month} has begun, and trips of it are here under the names of before.",
            where="--from",
            remedy="Name a month that has not begun.",
        )


def _key_in(file: Path) -> bytes:
    """Return the key of a file, made if there is none, before the database tells of it."""
    try:
        make_key(file)
        key = read_key(file)
    except OSError as problem:
        raise NotReady(
            f"The key can't be written or read ({problem.strerror}), so no names change.",
            where=str(file),
            remedy="Look at the folder's permissions, and try again.",
        ) from problem
    if key is None:
        raise NotReady(
            "What lies here is no whole key, so no names change.",
            where=str(file),
            remedy="Put the right one back, or move it away, and try again.",
        )
    return key
