"""A rider is erased: from the database, the trace lake, photos, counts and lists, to the byte.

The order is that of what can be lost. First, in one transaction, all rows but those of trips go,
and it is written down, under a mark that names nobody, that an erasure has begun; nobody can write
in the rider's name from then on. Then the trips go, file by file, each with its rows. Then the
files that hang on what has gone, and what was written down of them. Then the database is written
anew, so that its free pages and its log hold nothing. Last it is written down that this is done.
Killed anywhere, it is taken up again by the same command, by upkeep, or by ``finish_erasures``.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from geo_service.domain.erasure import NOBODY, Erasure, ErasureList, mark_of, mark_of_key
from geo_service.domain.rider import LENGTH, pseudonym
from geo_service.domain.rider_names import Span
from geo_service.errors import NotReady, WrongUsage
from geo_service.flows.names_of_rider import account_of, all_names, is_of_one_time
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
    untold: tuple[Span, ...] = ()
    """When trips begin that stay, because nobody can tell any more whose they are."""
    of_one_time: bool = False
    """Whether only the name of one time was given, and nothing here tells the rider's others."""


def rider_of(workspace: Workspace, name: str, given: str) -> str:
    """Return the pseudonym of a rider's account.

    Parameters
    ----------
    workspace : Workspace
        With the secret behind the pseudonyms.
    name : str
        As the rider's key or traces name the rider; blank: the pseudonym is given.
    given : str
        The pseudonym itself, of the account or of traces; blank: the name is given.

    Returns
    -------
    str
        Of the account; or the pseudonym given, if nothing here tells of which account it is.

    Raises
    ------
    WrongUsage
        If both are given or none, or what is given is no pseudonym.
    NotReady
        If the riders' key is damaged or another one than this workspace's.
    """
    if bool(name.strip()) == bool(given):
        raise WrongUsage("Give either the rider's name or the pseudonym.", where="erase-rider")
    if not given:
        return pseudonym(name.strip(), workspace.proven_rider_key())
    if not re.fullmatch(rf"[0-9a-f]{{{LENGTH}}}", given):
        raise WrongUsage(
            f"A pseudonym is {LENGTH} hexadecimal digits, as 'export traces' shows it.",
            where="--pseudonym",
        )
    return account_of(workspace, given)


def plan_erasure(workspace: Workspace, rider: str, name: str = "") -> Erased:
    """Say what erasing a rider would do; takes what `erase_rider` takes, and changes nothing."""
    known = all_names(workspace, rider)
    with workspace.database.reading() as connection:
        rows = rider_rows.count(connection, rider)
        lying = find_unwanted(connection, Unwanted(rider_ids=frozenset(known.names)))
        days = frozenset(days_of(connection, lying.trip_ids))
        texts = rider_rows.count_texts_with(connection, name, rider) if name else 0
    return Erased(
        trips=Removed(len(lying), int(lying.fixes.sum()), days),
        rows=rows,
        lists=len(_lists(workspace, (*known.names, name))),
        texts=texts,
        untold=known.untold,
        of_one_time=is_of_one_time(workspace, rider),
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
    key, names = workspace.rider_key(), all_names(workspace, rider).names
    asked = {mark: Erasure(mark, now) for mark in (mark_of(one, key) for one in names)}
    planned = plan_erasure(workspace, rider)
    if not planned.rows and not planned.trips.trips:
        # Asked for once more: the list of erasures need not grow by it.
        with workspace.database.reading() as connection:
            before = {one.mark: one for one in erasures.finished(connection)}
        asked |= {mark: before[mark] for mark in asked.keys() & before.keys()}
    done = _erase(workspace, list(asked.values()), names, now, name)
    return replace(done, untold=planned.untold, of_one_time=planned.of_one_time)


def list_erasures(workspace: Workspace) -> ErasureList:
    """Return all erasures, to be applied to a workspace put back from an older backup.

    Raises
    ------
    NotReady
        If the riders' key is damaged.
    """
    with workspace.database.reading() as connection:
        known = erasures.known(connection)
    if not known:
        # Asked for the riders' key, a workspace without one would make one.
        return NOBODY
    return ErasureList(mark_of_key(workspace.rider_key()), tuple(sorted(known)))


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
        How many riders there was something of; one whose names changed counts for each.

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
            _erase(workspace, [erasure], [rider], now)
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
        riders = [rider for rider in everybody if mark_of(rider, key) == erasure.mark]
        _erase(workspace, [erasure], riders, now)
    return len(begun)


def _erase(
    workspace: Workspace,
    asked: Sequence[Erasure],
    names: Sequence[str],
    now: datetime,
    name: str = "",
) -> Erased:
    """Erase whatever bears one of some names; with none, only what hangs on former rows goes.

    Each name has its own erasure, since each may be all that a backup, or what a killed process
    left, still knows of the rider.
    """
    with workspace.database.writing() as connection:
        found = [rider_rows.erase(connection, one) for one in names]
        texts = rider_rows.count_texts_with(connection, name, names[0]) if name and names else 0
        photos_left = frozenset[str]().union(*(rows.photo_ids for rows in found))
        begun = [erasures.begin(connection, one, photos_left) for one in asked]
    trips = workspace.lake.remove(rider_ids=names)
    # Whoever was being answered at the beginning has been by now.
    with workspace.database.writing() as connection:
        late = [rider_rows.erase(connection, one).photo_ids for one in names]
        begun = [erasures.begin(connection, one, frozenset().union(*late)) for one in begun]
        photos = {photo for one in begun for photo in erasures.photos_of(connection, one)}
    trips += workspace.lake.remove(rider_ids=names)
    lists = _lists(workspace, (*names, name))
    _remove_files(workspace, photos, lists)
    with workspace.database.writing() as connection:
        for one in begun:
            erasures.forget_photos(connection, one)
    workspace.database.scrub()
    with workspace.database.writing() as connection:
        for one in begun:
            erasures.finish(connection, one, now)
    # Only the account stands in rows besides those of trips.
    rows = next(iter(found), RiderRows({}, {}, frozenset()))
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
