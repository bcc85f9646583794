"""The place where the trace lake's files lie: a folder, or whatever else its address names.

Files are written whole, under names that were never used before, and are not changed any more;
none is visible until a row of the database names it. So all that a place has to do is to keep what
it was given, to hand out parts of it, to tell which files there are, and to remove some.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol
from urllib.parse import unquote, urlsplit

from geo_service.errors import NotReady
from geo_service.store.durable_files import sync_folder, write_durably
from geo_service.store.proven_copy import Proof, copy_proven, prove

if TYPE_CHECKING:
    from geo_service.store.remote_place import RemoteFile


class LakePlace(Protocol):
    """What every place can do; a place is a value, made anew from its address anywhere.

    A folder's troubles are told as OSError, a store's as NotReady; of both a file that is missing
    is a FileNotFoundError with its whole name.
    """

    @property
    def address(self) -> str:
        """What `place_of` makes this place of; it holds no credentials."""

    @property
    def far(self) -> bool:
        """Whether to read anything is to ask for it, and to wait."""

    def where(self, name: str) -> str:
        """Say for people where a file lies."""

    def names(self) -> set[str]:
        """Name the files that are there now; none, if nothing was ever written."""

    def sizes(self, names: Collection[str]) -> dict[str, int]:
        """Return how many bytes each of the files has; those that are missing are left out."""

    def write(self, files: Mapping[str, bytes | memoryview]) -> None:
        """Write files, and return once no power cut can take them away."""

    def remove(self, names: Collection[str]) -> None:
        """Remove files, and return once they are gone for good; some may be missing."""

    def open(self, name: str) -> AbstractContextManager["Path | RemoteFile"]:
        """Open a file for whoever reads parts of it: what Arrow takes."""

    def read(self, name: str) -> bytes:
        """Read a file whole."""

    def proof_of(self, name: str) -> Proof:
        """Read a file whole and return its proof."""

    def copy_out(self, name: str, target: Path) -> Proof:
        """Copy a file to a path that is not taken, on the disk when this returns."""

    def old_versions(self) -> str:
        """Say in plain words if the place keeps what was removed from it; empty: it does not."""


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """A folder of this machine, made with the first files.

    Parameters
    ----------
    folder : Path
        What is raised of it is OSError.
    """

    folder: Path
    far: ClassVar[bool] = False

    @property
    def address(self) -> str:
        """The folder's path."""
        return str(self.folder)

    def where(self, name: str) -> str:
        """Return the file's path."""
        return str(self.folder / name)

    def names(self) -> set[str]:
        """Name all that is in the folder."""
        return {path.name for path in self.folder.iterdir()} if self.folder.is_dir() else set()

    def sizes(self, names: Collection[str]) -> dict[str, int]:
        """Ask for each file by itself."""
        found = {}
        for name in names:
            with suppress(FileNotFoundError):
                found[name] = (self.folder / name).stat().st_size
        return found

    def write(self, files: Mapping[str, bytes | memoryview]) -> None:
        """Write files whole, each under another name first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            write_durably(self.folder / name, content)
        sync_folder(self.folder)

    def remove(self, names: Collection[str]) -> None:
        """Remove files and make sure of it."""
        for name in names:
            (self.folder / name).unlink(missing_ok=True)
        if names and self.folder.is_dir():
            # Else a power cut could bring back what somebody was told is gone.
            sync_folder(self.folder)

    @contextmanager
    def open(self, name: str) -> Iterator[Path]:
        """Give the path, which Arrow opens soonest by itself."""
        yield self.folder / name

    def read(self, name: str) -> bytes:
        """Read a file whole."""
        return (self.folder / name).read_bytes()

    def proof_of(self, name: str) -> Proof:
        """Read a plain file piece by piece."""
        return prove(self.folder / name)

    def copy_out(self, name: str, target: Path) -> Proof:
        """Copy a plain file piece by piece."""
        return copy_proven(self.folder / name, target)

    def old_versions(self) -> str:
        """Say nothing: what is removed from a folder is gone."""
        return ""


def place_of(address: str | Path) -> LakePlace:
    """Return the place that an address names.

    Parameters
    ----------
    address : str or Path
        A folder's path, or what fsspec reaches, as ``s3://bucket/prefix``; credentials and the
        store's own address are where fsspec and the store's library look for them.

    Raises
    ------
    NotReady
        If what reaches such a store is not installed.
    """
    text = str(address)
    if text.startswith("file://"):
        return FolderPlace(Path(unquote(urlsplit(text).path)))
    if "://" not in text:
        return FolderPlace(Path(address))
    try:
        # Only who has files elsewhere needs what reaches them.
        from geo_service.store.remote_place import RemotePlace  # noqa: PLC0415

        return RemotePlace.at(text.rstrip("/"))
    except (ImportError, ValueError) as problem:
        raise NotReady(
            "What reaches the store of traces is not installed.",
            where=text,
            remedy="For S3: pip install 'geo-service[s3]'; for others see the list of fsspec.",
        ) from problem
