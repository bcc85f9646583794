"""A rider is erased: from the database, the trace lake, photos, counts and lists, to the byte.

The order is that of what can be lost. First, in one transaction, all rows but those of trips go,
and it is written down, under a mark that names nobody, that an erasure has begun; nobody can write
in the rider's name from then on. Then the trips go, file by file, each with its rows. Then the
files that hang on what has gone. Then the database is written anew, so that its free pages and
its log hold nothing. Last it is written down that this is done. Killed anywhere, it is taken up
again by the same command, by upkeep, or by ``finish_erasures``.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from geo_service.domain.erasure import NOBODY, Erasure, ErasureList, mark_of, mark_of_key
from geo_service.domain.rider import LENGTH, pseudonym
from geo_service.errors import NotReady, WrongUsage
from geo_service.flows.wiring import Workspace
from geo_service.store import erasures, rider_rows
from geo_service.store.durable_files import sync_folder
from geo_service.store.rider_rows import RiderRows
from geo_service.store.trace_days import days_of
from geo_service.store.trace_removal import Removed, Unwanted, find_unwanted

REFUSED = "refused"
TRACES_REFUSED = "traces-"
"""Beginning of the names of lists of traces that were refused."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What went, or would go."""

    trips: Removed
    rows: RiderRows
    lists: int
    """Lists of refused records: all of traces, and those in which the rider's name stands."""
    texts: int
    """Texts that people wrote in which the name stands; they stay, for they say other things."""


def rider_of(workspace: Workspace, name: str, given: str) -> str:
    """Return the pseudonym of a rider.

    Parameters
    ----------
    workspace : Workspace
        With the secret behind the pseudonyms.
    name : str
        As the rider's key or traces name the rider; blank: the pseudonym is given.
    given : str
        The pseudonym itself; blank: the name is given.

    Raises
    ------
    WrongUsage
        If both are given or none, or what is given is no pseudonym.
    """
    if bool(name.strip()) == bool(given):
        raise WrongUsage("Give either the rider's name or the pseudonym.", where="erase-rider")
    if not given:
        return pseudonym(name.strip(), workspace.rider_key())
    if not re.fullmatch(rf"[0-9a-f]{{{LENGTH}}}", given):
        raise WrongUsage(
            f"A pseudonym is {LENGTH} hexadecimal digits, as 'export traces' shows it.",
            where="--pseudonym",
        )
    return given


def plan_erasure(workspace: Workspace, rider: str, name: str = "") -> Erased:
    """Say what erasing a rider would do; takes what `erase_rider` takes, and changes nothing."""
    with workspace.database.reading() as connection:
        rows = rider_rows.count(connection, rider)
        lying = find_unwanted(connection, Unwanted(rider_ids=frozenset({rider})))
        days = frozenset(days_of(connection, lying.trip_ids))
        texts = rider_rows.count_texts_with(connection, name, rider) if name else 0
    return Erased(
        trips=Removed(len(lying), int(lying.fixes.sum()), days),
        rows=rows,
        lists=len(_lists(workspace, (rider, name))),
        texts=texts,
    )


def erase_rider(workspace: Workspace, rider: str, now: datetime, name: str = "") -> Erased:
    """Erase a rider; done again, it does what is left to be done.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing; others may use it meanwhile.
    rider : str
        The pseudonym, as `rider_of` gives it.
    now : datetime
        With a zone.
    name : str
        The rider's name if it is known, so that lists in which it stands go too.

    Returns
    -------
    Erased
        What went this time.

    Raises
    ------
    NotReady
        If a file is damaged, or the disk or the database refuses; what went has gone for good,
        and the erasure stays written down as unfinished.
    """
    mark = mark_of(rider, workspace.rider_key())
    erasure = Erasure(mark, now)
    planned = plan_erasure(workspace, rider)
    if not planned.rows and not planned.trips.trips:
        # Asked for once more: the list of erasures need not grow by it.
        with workspace.database.reading() as connection:
            before = [one for one in erasures.finished(connection) if one.mark == mark]
        erasure = before[-1] if before else erasure
    return _erase(workspace, erasure, {rider}, now, name)


def list_erasures(workspace: Workspace) -> ErasureList:
    """Return all erasures, to be applied to a workspace put back from an older backup.

    Raises
    ------
    NotReady
        If the riders' key is damaged.
    """
    with workspace.database.reading() as connection:
        known = [*erasures.finished(connection), *erasures.unfinished(connection)]
    if not known:
        # Asked for the riders' key, a workspace without one would make one.
        return NOBODY
    return ErasureList(mark_of_key(workspace.rider_key()), tuple(sorted(set(known))))


def apply_erasures(workspace: Workspace, listed: ErasureList, now: datetime) -> int:
    """Erase again whom a list names and this workspace does not know to be erased.

    A rider who came back after being erased stays: this workspace then knows of the erasure.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing, put back from a backup.
    listed : ErasureList
        As `list_erasures` gave it, perhaps later than the backup was made.
    now : datetime
        With a zone.

    Returns
    -------
    int
        How many riders there was something of.

    Raises
    ------
    NotReady
        If the list was made under another riders' key than this workspace has, so that its marks
        would match nobody; or as `erase_rider` does.
    """
    if listed == NOBODY:
        return 0
    key = workspace.rider_key()
    if listed.key_mark != mark_of_key(key):
        raise NotReady(
            "The list of erased riders was made under another riders' key.",
            where=str(workspace.settings.rider_key_file),
            remedy="Put back the key that belongs to this workspace, and try again.",
        )
    with workspace.database.reading() as connection:
        done = set(erasures.finished(connection))
    found = 0
    by_mark = {mark_of(rider, key): rider for rider in _everybody(workspace)}
    for erasure in listed.erased:
        if erasure in done:
            continue
        rider = by_mark.get(erasure.mark)
        if rider is not None:
            _erase(workspace, erasure, {rider}, now)
            found += 1
        else:
            with workspace.database.writing() as connection:
                if erasure not in erasures.unfinished(connection):
                    erasures.note_done(connection, erasure, now)
    finish_erasures(workspace, now)
    return found


def count_unfinished(workspace: Workspace) -> int:
    """Return how many erasures were begun and not finished: a process was killed, say."""
    with workspace.database.reading() as connection:
        return len(erasures.unfinished(connection))


def finish_erasures(workspace: Workspace, now: datetime) -> int:
    """Do what unfinished erasures left to be done, and return how many they were.

    Raises
    ------
    NotReady
        As `erase_rider` does.
    """
    with workspace.database.reading() as connection:
        begun = erasures.unfinished(connection)
    if not begun:
        return 0
    key = workspace.rider_key()
    everybody = _everybody(workspace)
    for erasure in begun:
        riders = {rider for rider in everybody if mark_of(rider, key) == erasure.mark}
        _erase(workspace, erasure, riders, now)
    return len(begun)


def _erase(
    workspace: Workspace,
    erasure: Erasure,
    riders: Collection[str],
    now: datetime,
    name: str = "",
) -> Erased:
    """Erase the one rider of an erasure; with none, only what hangs on former rows goes."""
    rows, texts = RiderRows({}, {}, frozenset()), 0
    with workspace.database.writing() as connection:
        for rider in riders:
            rows = rider_rows.erase(connection, rider)
            texts = rider_rows.count_texts_with(connection, name, rider) if name else 0
        begun = erasures.begin(connection, erasure, rows.photo_ids)
    trips = workspace.lake.remove(rider_ids=riders)
    # Whoever was being answered at the beginning has been by now.
    with workspace.database.writing() as connection:
        late = [rider_rows.erase(connection, rider).photo_ids for rider in riders]
        begun = erasures.begin(connection, begun, frozenset().union(*late))
        photos = erasures.photos_of(connection, begun)
    trips += workspace.lake.remove(rider_ids=riders)
    lists = _lists(workspace, (*riders, name))
    _remove_files(workspace, photos, lists)
    workspace.database.scrub()
    with workspace.database.writing() as connection:
        erasures.finish(connection, begun, now)
    return Erased(trips, rows, len(lists), texts)


def _remove_files(workspace: Workspace, photos: Collection[str], lists: Iterable[Path]) -> None:
    """Remove the files that hang on what has gone, so that no power cut brings them back."""
    workspace.photos.remove(photos)
    left = [photo_id for photo_id in photos if workspace.photos.read(photo_id) is not None]
    if left:
        raise NotReady(
            f"{len(left)} photos can't be removed.",
            where=str(workspace.settings.workspace / "photos"),
            remedy="Look at the folder's permissions, then: geo-service erase-rider --finish",
        )
    workspace.kept_counts.drop()
    for path in lists:
        path.unlink(missing_ok=True)
    root = workspace.settings.workspace
    for folder in (root / "counts", root / REFUSED, *(root / "photos").glob("??")):
        if folder.is_dir():
            sync_folder(folder)


def _everybody(workspace: Workspace) -> set[str]:
    """Return every pseudonym that rows name, or files that hold more than their rows say."""
    with workspace.database.reading() as connection:
        named = rider_rows.pseudonyms(connection)
    return named | workspace.lake.riders_in_worn_files()


def _lists(workspace: Workspace, words: Iterable[str]) -> list[Path]:
    """Return the lists of refused records that may tell of a rider known by some words."""
    sought = [word.encode() for word in words if word]
    folder = workspace.settings.workspace / REFUSED
    return [
        path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.name.startswith(TRACES_REFUSED) or any(word in path.read_bytes() for word in sought)
    ]
