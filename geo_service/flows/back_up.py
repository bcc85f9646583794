"""One moment of a workspace as a folder that can be restored, taken while others write."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from geo_service.errors import NotReady, WrongUsage
from geo_service.flows.erase_rider import list_erasures
from geo_service.flows.prove_content import prove_content
from geo_service.flows.wiring import Workspace
from geo_service.store import schema
from geo_service.store.backup_files import EarlierBackup, FileCopies, newest_backup
from geo_service.store.backup_manifest import COUNTED, MANIFEST_FILE, Manifest, write_manifest
from geo_service.store.database_snapshot import copy_moment
from geo_service.store.draft_folder import draft_folder
from geo_service.store.proven_copy import prove
from geo_service.store.workspace_files import DATABASE_FILE, TRACES, named_files

ROUNDS = 5
FEW = 16
"""So few files are copied while writers wait."""
ARCHIVES = (".tar", ".tgz", ".gz", ".zip", ".zst", ".xz")


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A finished backup."""

    folder: Path
    manifest: Manifest
    shared: int
    """Bytes that take no room of their own, because an earlier backup has the same files."""
    earlier: Path | None
    """That backup."""
    faults: tuple[str, ...]
    """What is damaged or missing in the workspace, and so in the backup, in plain words."""


def back_up(workspace: Workspace, out: Path, clock: Callable[[], datetime]) -> BackedUp:
    """Copy a workspace as it was at one moment, wherever its files lie; others use it meanwhile.

    Files that the newest backup beside this one has too are shared with it by hard links.

    Parameters
    ----------
    workspace : Workspace
        With a database on SQLite.
    out : Path
        The folder to be: not there yet, or empty.
    clock : callable
        Returns the moment, with a zone.

    Raises
    ------
    WrongUsage
        If something is there already, or the name is that of an archive or in the workspace.
    NotReady
        If the database is on a server, the disk has no room, or the database is damaged; there is
        no backup then.
    """
    source, final = workspace.settings.workspace.resolve(), out.resolve()
    _check(workspace, source, final)
    try:
        earlier = newest_backup(final.parent)
        with draft_folder(final) as draft:
            copies = FileCopies(source, draft, earlier, workspace.lake.place)
            moment = _copy_moment(workspace, copies, draft, clock)
            content = prove_content(draft)
            files = {**copies.proofs, DATABASE_FILE: prove(draft / DATABASE_FILE)}
            counts = {name: content.counts[name] for name in COUNTED}
            manifest = Manifest(
                version("geo-service"),
                schema.REVISION,
                moment,
                content.sha256,
                counts,
                files,
                list_erasures(workspace),
            )
            write_manifest(draft, manifest)
            faults = tuple(_told(fault, workspace, draft) for fault in content.faults)
    except OSError as problem:
        raise NotReady(
            f"The backup can't be made ({problem.strerror}), so there is none.",
            where=str(problem.filename or final),
            remedy="Make room, or look at permissions, and try again.",
        ) from problem
    return _made(final, manifest, copies, earlier, faults)


def _told(fault: str, workspace: Workspace, draft: Path) -> str:
    """Say of the workspace what was found in the backup."""
    if workspace.settings.traces_url:
        fault = fault.replace(str(draft / TRACES), workspace.lake.place.address)
    return fault.replace(str(draft), str(workspace.settings.workspace.resolve()))


def _copy_moment(
    workspace: Workspace, copies: FileCopies, draft: Path, clock: Callable[[], datetime]
) -> datetime:
    """Copy the database at one moment and the files that it names then."""
    source = workspace.settings.workspace.resolve()
    _copy_ahead(workspace, copies, source, draft)
    with workspace.database.reading() as connection:
        # Trips are removed and made one only by who holds the writer's lock.
        with workspace.database.writing():
            moment = clock()
            named = named_files(connection, source)
            copies.take(named)
        copy_moment(connection, draft / DATABASE_FILE)
    copies.keep_only(named)
    return moment


def _copy_ahead(workspace: Workspace, copies: FileCopies, source: Path, draft: Path) -> None:
    """Copy while nobody waits, until few files are left for when writers have to."""
    for number in range(ROUNDS):
        with workspace.database.reading() as connection:
            named = named_files(connection, source)
        if number == 0:
            _check_room(workspace, copies.room_needed(named), draft)
        if len(named - copies.proofs.keys()) <= FEW and number:
            return
        copies.take(named)


def _check(workspace: Workspace, source: Path, final: Path) -> None:
    if workspace.database.file is None or workspace.settings.database_url:
        raise NotReady(
            "The database of this workspace is elsewhere, and files alone are no backup.",
            where="GEO_SERVICE_DATABASE_URL",
            remedy="While nobody writes, dump it with its own tool (PostgreSQL: pg_dump) and copy "
            f"the folders streets, traces and photos of {source}.",
        )
    if final.is_relative_to(source):
        raise WrongUsage(
            "A backup within the workspace would be lost together with it.",
            where=str(final),
            remedy="Name a folder elsewhere, best on another disk.",
        )
    if (final.parent / MANIFEST_FILE).exists():
        raise WrongUsage(
            "The folder around it is a backup, which would not be as it was written any more.",
            where=str(final),
            remedy=f"Name a folder beside it, in {final.parent.parent}.",
        )
    if final.suffix in ARCHIVES:
        raise WrongUsage(
            "A backup is a folder, so that the next one can share its files.",
            where=str(final),
            remedy=f"Name a folder, for example {final.with_suffix('').name}.",
        )
    if final.exists() and (not final.is_dir() or any(final.iterdir())):
        raise WrongUsage(
            "There is something here, and a backup is never written over anything.",
            where=str(final),
            remedy="Name another folder beside it, for example by the date; files that are the "
            "same are shared between backups.",
        )


def _check_room(workspace: Workspace, files: int, draft: Path) -> None:
    database = workspace.database.file
    logged = () if database is None else (database, database.with_name(f"{database.name}-wal"))
    needed = files + sum(path.stat().st_size for path in logged if path.exists())
    free = shutil.disk_usage(draft).free
    if needed > free:
        raise NotReady(
            f"There is no room for the backup: it needs {needed:,} bytes, and {free:,} are free.",
            where=str(draft.parent),
            remedy="Make room, or name a folder on another disk.",
        )


def _made(
    final: Path,
    manifest: Manifest,
    copies: FileCopies,
    earlier: EarlierBackup | None,
    faults: tuple[str, ...],
) -> BackedUp:
    shared_with = earlier.folder if earlier is not None and copies.shared else None
    return BackedUp(final, manifest, copies.shared, shared_with, faults)
