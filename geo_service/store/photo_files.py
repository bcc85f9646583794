"""The files of photos: on the disk before any row names them, and never the other way round."""

import hashlib
import re
import secrets
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from geo_service.domain.photo import Photo, StoredFile
from geo_service.errors import NotReady
from geo_service.store.durable_files import UNFINISHED, sync_folder, write_durably

ENDING: Final = ".jpg"
ID_BYTES: Final = 16
_ID = re.compile(r"[0-9a-f]{32}")
_FOLDER = re.compile(r"[0-9a-f]{2}")


def is_photo_id(text: str) -> bool:
    """Say whether a photo could bear this name; nothing else ever becomes part of a path."""
    return _ID.fullmatch(text) is not None


def path_in_folder(photo_id: str) -> Path:
    """Say where a photo lies in the folder of photos."""
    return Path(photo_id[:2]) / f"{photo_id}{ENDING}"


class PhotoFiles:
    """Photos as files, named by chance, in folders by the first two letters of their names.

    Parameters
    ----------
    folder : Path
        Made with the first photo.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, photos: Sequence[Photo]) -> list[StoredFile]:
        """Write photos, and return once they are on the disk.

        Parameters
        ----------
        photos : sequence of Photo
            All are written, or none.

        Returns
        -------
        list of StoredFile
            In the order of the photos. Until rows name them they are leftovers.

        Raises
        ------
        NotReady
            If the disk refuses.
        """
        files = [_described(photo) for photo in photos]
        try:
            for file, photo in zip(files, photos, strict=True):
                path = self._path(file.photo_id)
                path.parent.mkdir(parents=True, exist_ok=True)
                write_durably(path, photo.data)
                # The name of the file, and those of folders that may be new.
                for folder in (path.parent, self._folder, self._folder.parent):
                    sync_folder(folder)
        except OSError as problem:
            self.remove(file.photo_id for file in files)
            raise NotReady(
                f"The photo can't be written ({problem.strerror}), so nothing was kept.",
                where=str(self._folder),
                remedy="Make room, or look at the folder's permissions, and try again.",
            ) from problem
        return files

    def read(self, photo_id: str) -> bytes | None:
        """Return the JPEG file of a photo; None if there is none.

        Raises
        ------
        NotReady
            If it is there and can't be read.
        """
        if not is_photo_id(photo_id):
            return None
        try:
            return self._path(photo_id).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise NotReady(
                f"A photo can't be read ({problem.strerror}).",
                where=str(self._path(photo_id)),
                remedy="Look at the file's permissions, or restore a backup.",
            ) from problem

    def remove(self, photo_ids: Iterable[str]) -> None:
        """Remove the files of photos that no row names, as far as they are there.

        What can't be removed stays, and is a leftover. Raises nothing.
        """
        for photo_id in filter(is_photo_id, photo_ids):
            path = self._path(photo_id)
            for each in (path, path.with_name(path.name + UNFINISHED)):
                with suppress(OSError):
                    each.unlink()

    def remove_leftovers(self, known_ids: Collection[str], older_than: datetime) -> int:
        """Remove what crashed writes left, and files that no row names.

        Parameters
        ----------
        known_ids : collection of str
            Of the photos that rows name.
        older_than : datetime
            With a zone. Files written from then on stay: somebody may be about to name them.

        Returns
        -------
        int
            How many files were removed.
        """
        removed = 0
        for path in self.paths():
            kept = path.name.endswith(ENDING) and path.name.removesuffix(ENDING) in known_ids
            with suppress(OSError):
                if not kept and path.stat().st_mtime < older_than.timestamp():
                    path.unlink()
                    removed += 1
        return removed

    def paths(self) -> list[Path]:
        """List the files that are ours by their names; others are none of our business."""
        if not self._folder.is_dir():
            return []
        return [
            path
            for folder in self._folder.iterdir()
            if _FOLDER.fullmatch(folder.name) and folder.is_dir()
            for path in folder.iterdir()
            if is_photo_id(path.name.removesuffix(UNFINISHED).removesuffix(ENDING))
        ]

    def _path(self, photo_id: str) -> Path:
        return self._folder / path_in_folder(photo_id)


def _described(photo: Photo) -> StoredFile:
    return StoredFile(
        photo_id=secrets.token_hex(ID_BYTES),
        width=photo.width,
        height=photo.height,
        size=len(photo.data),
        digest=hashlib.sha256(photo.data).digest(),
    )
