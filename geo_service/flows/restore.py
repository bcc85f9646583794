"""A workspace out of a backup: all of it, proven, or nothing."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from geo_service.domain.erasure import NOBODY, ErasureList, mark_of_key
from geo_service.errors import NotReady, RefusedData, UnreadableFile, WrongUsage
from geo_service.flows.erase_rider import apply_erasures
from geo_service.flows.examine_rider_keys import key_findings, unknown_months
from geo_service.flows.prove_content import prove_content
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import traces_address
from geo_service.settings import Settings
from geo_service.store.backup_files import prove_files
from geo_service.store.backup_manifest import COUNTED, OTHER_BACKUP, Manifest, read_manifest
from geo_service.store.draft_folder import draft_folder
from geo_service.store.lake_check import Finding
from geo_service.store.lake_place import LakePlace, place_of
from geo_service.store.migrating import knows
from geo_service.store.proven_copy import copy_proven
from geo_service.store.workspace_files import DATABASE_FILE, TRACES, trace_file_of

NAMED_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Restored:
    """A workspace that was restored."""

    folder: Path
    manifest: Manifest
    content: str
    """The hash of what it held before riders were erased again: the backup's, proven anew."""
    erasures_known_until: datetime
    """Riders erased after it are back, unless a list named them: that of the backup, or of the last
    one beside it that tells of erasures under this riders' key."""
    erased: int = 0
    """Riders who were erased after the backup was made, and so once more."""
    of_other_keys: int = 0
    """Lists of erasures in backups beside it that were made under another riders' key, as those
    of another city are: they match nobody here."""
    keys: tuple[Finding, ...] = ()
    """Keys to riders' names that the workspace needs and that are not here."""
    months: tuple[str, ...] = ()
    """Of which keys lie here that the workspace does not know: names may have changed since the
    backup."""


def restore(
    settings: Settings, source: Path, now: datetime, erasures: ErasureList = NOBODY
) -> Restored:
    """Make a workspace of a backup where none is; the backup is only read.

    Every file is held against the manifest before anything is written and once more as it lies
    on the disk, and what the database and the files hold against the hash of the backed-up
    moment. A backup of an older program is brought up to this one. Files of traces are put where
    the settings want them. Riders who were erased since,
    as later backups beside this one or a list tell, are erased again.

    Parameters
    ----------
    settings : Settings
        Names the folder, and perhaps another place for traces: not there yet, or empty.
    source : Path
        The backup.
    now : datetime
        With a zone.
    erasures : ErasureList
        Of whom is to be erased besides.

    Raises
    ------
    WrongUsage
        If something is in the folder, or in the place for traces.
    RefusedData
        If a file of the backup is missing, damaged, too many or no file, if it is not finished, or
        was made by a newer program; each is named.
    NotReady
        If the disk has no room or refuses, a database on a server is set, or riders are to be
        erased again and the riders' key is not here, or another one than the workspace's.
    """
    final, place = settings.workspace.resolve(), place_of(traces_address(settings))
    _check_place(settings, final)
    manifest = read_manifest(source)
    _check_revision(manifest, source)
    prove_files(source, manifest)
    beside = _found_beside(source)
    _check_key(settings, [erasures, *(one.erasures for one in beside)])
    try:
        with _removed_if_it_fails(place) as put, draft_folder(final) as draft:
            _check_room(manifest, draft)
            _copy(source, draft, manifest)
            prove_files(draft, manifest)
            _prove_same(draft, source, manifest)
            restored = Restored(final, manifest, manifest.content, manifest.moment)
            if settings.traces_url:
                _put_traces(draft, manifest, place, put)
            restored = _take_into_use(settings, draft, restored, (erasures, beside), now)
    except OSError as problem:
        raise NotReady(
            f"The workspace can't be restored ({problem.strerror}), so there is none.",
            where=str(problem.filename or final),
            remedy="Make room, or look at permissions, and try again.",
        ) from problem
    return restored


def _check_place(settings: Settings, final: Path) -> None:
    if settings.database_url:
        raise NotReady(
            "A database elsewhere is set, and a restored workspace has its own.",
            where="GEO_SERVICE_DATABASE_URL",
            remedy="Unset it to restore a backup; restore a dump with the database's own tool.",
        )
    if final.exists() and not final.is_dir():
        raise WrongUsage("This is no folder.", where=str(final), remedy="Name another place.")
    there = sorted(path.name for path in final.iterdir()) if final.exists() else []
    if there:
        more = f" and {len(there) - NAMED_AT_MOST} more" if len(there) > NAMED_AT_MOST else ""
        what = "There is a workspace here" if DATABASE_FILE in there else "The folder is not empty"
        raise WrongUsage(
            f"{what} ({', '.join(there[:NAMED_AT_MOST])}{more}), and nothing is written over it.",
            where=str(final),
            remedy="Name another folder with --workspace, or move this one away first.",
        )

    if settings.traces_url:
        _check_no_traces(place_of(traces_address(settings)))


def _check_no_traces(place: LakePlace) -> None:
    """Refuse a place that may be another workspace's: it would remove what it doesn't know."""
    if place.names():
        raise WrongUsage(
            "There are files here, and those of a restored workspace are put where none are.",
            where=place.address,
            remedy="Name another place in GEO_SERVICE_TRACES_URL, or remove them if they are "
            "what a restore left that was interrupted.",
        )


def _check_revision(manifest: Manifest, source: Path) -> None:
    if not knows(manifest.revision):
        raise RefusedData(
            f"The backup was made by a newer geo_service than this one ({manifest.program}).",
            where=str(source),
            remedy="Install that version or a later one.",
        )


def _check_room(manifest: Manifest, draft: Path) -> None:
    free = shutil.disk_usage(draft).free
    if manifest.size > free:
        raise NotReady(
            f"There is no room for the workspace: it needs {manifest.size:,} bytes, and "
            f"{free:,} are free.",
            where=str(draft.parent),
            remedy="Make room, or name a folder on another disk.",
        )


def _copy(source: Path, draft: Path, manifest: Manifest) -> None:
    for path, told in manifest.files.items():
        (draft / path).parent.mkdir(parents=True, exist_ok=True)
        if copy_proven(source / path, draft / path) != told:
            raise UnreadableFile(
                "The file was changed while it was read.",
                where=str(source / path),
                remedy="See that nobody writes to the backup, and try again.",
            )


@contextmanager
def _removed_if_it_fails(place: LakePlace) -> Iterator[list[str]]:
    """Give a list for the names of files put somewhere, which go if the block does not end well."""
    put: list[str] = []
    try:
        yield put
    except BaseException:
        with suppress(NotReady, OSError):
            place.remove(put)
        raise


def _put_traces(draft: Path, manifest: Manifest, place: LakePlace, put: list[str]) -> None:
    """Move the files of traces to where the settings want them, and prove them there."""
    for path, told in manifest.files.items():
        name = trace_file_of(path)
        if name:
            put.append(name)
            place.write({name: (draft / path).read_bytes()})
            if place.proof_of(name) != told:
                raise NotReady(
                    "The file is not what was written there.",
                    where=place.where(name),
                    remedy="See that nobody else writes there, and try again.",
                )
    shutil.rmtree(draft / TRACES, ignore_errors=True)


def _prove_same(draft: Path, source: Path, manifest: Manifest) -> None:
    """Hold what the database and the files hold against the moment that was backed up."""
    content = prove_content(draft)
    counts = {name: content.counts.get(name, 0) for name in COUNTED}
    if content.sha256 != manifest.content or counts != manifest.counts:
        raise UnreadableFile(
            "The backup does not hold what its manifest says.",
            where=str(source),
            remedy=OTHER_BACKUP,
        )


def _found_beside(source: Path) -> list[Manifest]:
    """Return what the backups beside this one tell; its own erasures are in its database."""
    found = []
    here = source.resolve()
    for folder in sorted(set(here.parent.iterdir()) - {here}):
        # What is no backup, or no whole one, tells nothing.
        with suppress(UnreadableFile):
            found.append(read_manifest(folder))
    return found


def _check_key(settings: Settings, lists: Sequence[ErasureList]) -> None:
    """Refuse before a key is made that belongs to nobody."""
    if any(listed.erased for listed in lists) and not settings.rider_key_file.exists():
        raise NotReady(
            "Riders were erased since, and without the riders' key nobody can tell which.",
            where=str(settings.rider_key_file),
            remedy="Put back the key that belongs to this workspace, and try again.",
        )


def _take_into_use(
    settings: Settings,
    draft: Path,
    restored: Restored,
    erasures: tuple[ErasureList, Sequence[Manifest]],
    now: datetime,
) -> Restored:
    """Open the workspace as this program does, before anybody else sees it, and erase again."""
    given, beside = erasures
    # One that tells of nobody may be of another city.
    told = [manifest for manifest in beside if manifest.erasures.erased]
    with start_workspace(replace(settings, workspace=draft)) as workspace:
        erased = apply_erasures(workspace, given, now)
        mark = mark_of_key(workspace.proven_rider_key()) if told else ""
        ours = [manifest for manifest in told if manifest.erasures.key_mark == mark]
        erased += sum(apply_erasures(workspace, one.erasures, now) for one in ours)
        keys, months = tuple(key_findings(workspace)), tuple(unknown_months(workspace))
    with (draft / DATABASE_FILE).open("rb") as file:
        os.fsync(file.fileno())
    return replace(
        restored,
        erasures_known_until=max([restored.manifest.moment, *(one.moment for one in ours)]),
        erased=erased,
        of_other_keys=len(told) - len(ours),
        keys=keys,
        months=months,
    )
