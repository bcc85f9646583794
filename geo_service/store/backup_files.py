"""A backup's files: taken over from the workspace or an earlier backup, and proven."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from geo_service.errors import GeoServiceError, UnreadableFile
from geo_service.store.backup_manifest import MANIFEST_FILE, Manifest, read_manifest
from geo_service.store.lake_place import FolderPlace, LakePlace
from geo_service.store.proven_copy import Proof, prove
from geo_service.store.workspace_files import trace_file_of


class EarlierBackup(NamedTuple):
    """A finished backup, whose files a new one may share."""

    folder: Path
    manifest: Manifest


def newest_backup(folder: Path) -> EarlierBackup | None:
    """Find the backup in a folder of backups that was finished last; None if there is none.

    Raises
    ------
    OSError
        If the folder is there and can't be read.
    """
    finished = []
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            with suppress(OSError):
                finished.append(((path / MANIFEST_FILE).lstat().st_mtime_ns, path))
    for _, path in sorted(finished, reverse=True):
        with suppress(GeoServiceError):
            return EarlierBackup(path, read_manifest(path))
    return None


class FileCopies:
    """The files of a workspace that a backup has so far.

    Parameters
    ----------
    source : Path
        The workspace.
    target : Path
        The backup to be.
    earlier : EarlierBackup or None
        A file that it has with the same content is shared by a hard link, where the disk can.
    lake : LakePlace
        Where the workspace's files of traces lie.
    """

    def __init__(
        self, source: Path, target: Path, earlier: EarlierBackup | None, lake: LakePlace
    ) -> None:
        self._source = FolderPlace(source)
        self._lake = lake
        self._target = target
        self._earlier = earlier
        self.proofs: dict[str, Proof] = {}
        """Of the files that are there, by path."""
        self.shared = 0
        """Bytes that take no room, because an earlier backup has them."""

    def room_needed(self, paths: Iterable[str]) -> int:
        """Return how many bytes are likely to be written for some files."""
        wanted = [path for path in paths if path not in self.proofs]
        in_lake = {name: path for path in wanted if (name := trace_file_of(path))}
        there = self._source.sizes(set(wanted) - set(in_lake.values()))
        there |= {in_lake[name]: size for name, size in self._lake.sizes(in_lake).items()}
        return sum(size for path, size in there.items() if not self._may_share(path, size))

    def take(self, paths: Iterable[str]) -> None:
        """Take over files that are not here yet, as far as the workspace has them.

        Raises
        ------
        OSError
            If a file can't be read or written.
        """
        for path in sorted(paths):
            if path not in self.proofs:
                (self._target / path).parent.mkdir(parents=True, exist_ok=True)
                with suppress(FileNotFoundError):
                    self.proofs[path] = self._share(path) or self._copy(path)

    def keep_only(self, paths: set[str]) -> None:
        """Remove files that were taken over and are not wanted after all."""
        for path in self.proofs.keys() - paths:
            (self._target / path).unlink()
            del self.proofs[path]
            with suppress(OSError):
                (self._target / path).parent.rmdir()

    def _copy(self, path: str) -> Proof:
        place, name = self._lies(path)
        return place.copy_out(name, self._target / path)

    def _share(self, path: str) -> Proof | None:
        """Link to an earlier backup's file, once both files have been read and are the same."""
        if self._earlier is None or path not in self._earlier.manifest.files:
            return None
        place, name = self._lies(path)
        # To ask elsewhere for a size takes about as long as to ask for a file.
        if not place.far and not self._may_share(path, place.sizes([name]).get(name, 0)):
            return None
        mine, known = place.proof_of(name), self._earlier.folder / path
        try:
            if prove(known) != mine:
                return None
            os.link(known, self._target / path, follow_symlinks=False)
        except OSError:
            # Another disk, no links there, or the earlier file is not to be had.
            return None
        self.shared += mine.size
        return mine

    def _may_share(self, path: str, size: int) -> bool:
        proof = None if self._earlier is None else self._earlier.manifest.files.get(path)
        return proof is not None and proof.size == size

    def _lies(self, path: str) -> tuple[LakePlace, str]:
        """Return where a file lies, and its name there."""
        name = trace_file_of(path)
        return (self._lake, name) if name else (self._source, path)


def prove_files(folder: Path, manifest: Manifest) -> None:
    """Read every file of a backup, or of its copy, and hold it against the manifest.

    Raises
    ------
    UnreadableFile
        If a file is missing, cut off, changed, can't be read, is a link, or is not in the
        manifest.
    """
    there = _files_in(folder) - {MANIFEST_FILE}
    for path in sorted(manifest.files.keys() - there):
        raise _bad(folder / path, "The manifest names this file, and it is not there.")
    for path in sorted(there - manifest.files.keys()):
        raise _bad(
            folder / path,
            "The manifest does not name this file.",
            "Find out who put it there; take it away if it is not of the backup.",
        )
    for path, told in sorted(manifest.files.items()):
        size = (folder / path).lstat().st_size
        if size != told.size:
            raise _bad(folder / path, f"The file has {size} bytes, and {told.size} were written.")
    for path, told in sorted(manifest.files.items()):
        try:
            found = prove(folder / path)
        except OSError as problem:
            raise _bad(folder / path, f"The file can't be read: {problem.strerror}.") from problem
        if found != told:
            raise _bad(folder / path, "The file's bytes are not those that were written.")


def _files_in(folder: Path) -> set[str]:
    """Name all that is no folder, by path; links and devices are refused."""
    found = set()
    for path, folders, files in os.walk(folder):
        for name in (*folders, *files):
            each = Path(path) / name
            if each.is_symlink() or not (each.is_dir() or each.is_file()):
                raise _bad(each, "This is no plain file, and a backup has no others.")
        found |= {(Path(path) / name).relative_to(folder).as_posix() for name in files}
    return found


def _bad(path: Path, what: str, remedy: str = "") -> UnreadableFile:
    whole = "Copy the backup again from where it is whole, or restore another one."
    return UnreadableFile(what, where=str(path), remedy=remedy or whole)
