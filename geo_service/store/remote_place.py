"""The trace lake's files in a store that fsspec reaches, such as a bucket of S3.

One request writes a whole file, so that it is there whole or not at all. Lists are never kept from
one question to the next, since other machines write too. What the store or its library say of an
error is not repeated, for it may hold more than should be told; it is said in words of our own.
"""

import errno
import hashlib
import io
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Self

import fsspec

from geo_service.errors import GeoServiceError, NotReady
from geo_service.store.proven_copy import Proof

S3 = ("s3", "s3a")
OLD_VERSIONS = (
    "The bucket keeps old versions of what is removed from it, so erased riders stay in them."
)
PERHAPS_OLD_VERSIONS = (
    "This program may not ask whether the bucket keeps old versions of what is removed from it; "
    "if so, erased riders stay in them."
)
NO_PLACE = (
    "There is no such bucket or folder in the store of traces.",
    "Make it, or correct GEO_SERVICE_TRACES_URL.",
)
NOT_LET_IN = (
    "The store of traces does not let this program in.",
    "Look at its credentials, and whether they may list, read, write and delete there.",
)
BUSY = (
    "The store of traces asks for fewer requests.",
    "Try again in a while.",
)
NOT_REACHED = (
    "The store of traces can't be reached.",
    "Look at the network and at the address of the store (S3: AWS_ENDPOINT_URL), and try again.",
)
FAILED = "Look at the settings of the store, and try again."


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """A bucket and prefix, or a folder, of a store.

    Parameters
    ----------
    address : str
        As fsspec takes it, without a slash at its end.
    """

    address: str
    far: ClassVar[bool] = True

    @classmethod
    def at(cls, address: str) -> Self:
        """Return the place at an address.

        Raises
        ------
        ImportError
            If the library that reaches such stores is not installed.
        ValueError
            If fsspec knows no such stores.
        """
        fsspec.get_filesystem_class(address.partition("://")[0])
        return cls(address)

    def where(self, name: str) -> str:
        """Return the file's address."""
        return f"{self.address}/{name}"

    def names(self) -> set[str]:
        """Ask for a list; NotReady if there is no such bucket, or it can't be had."""
        return set(self._listed())

    def sizes(self, names: Collection[str]) -> dict[str, int]:
        """Ask for one list, however many files there are."""
        # Asked for none too: a store that fails is found out before other writers wait for it.
        there = self._listed()
        return {name: there[name] for name in names if name in there}

    def write(self, files: Mapping[str, bytes | memoryview]) -> None:
        """Write files, several at a time, each by one request."""
        if not files:
            return
        with self._asking() as (store, root):
            try:
                store.pipe({f"{root}/{name}": bytes(content) for name, content in files.items()})
            except FileNotFoundError as problem:
                raise _not_ready(NO_PLACE, self.address) from problem

    def remove(self, names: Collection[str]) -> None:
        """Remove files, and look whether they are gone: some stores say so of all."""
        if not names:
            return
        with self._asking() as (store, root):
            paths = [f"{root}/{name}" for name in names]
            # A store of objects takes many at once, and minds none that is missing.
            for each in (paths,) if store.async_impl else paths:
                with suppress(FileNotFoundError):
                    store.rm(each)
        left = self.names() & set(names)
        if left:
            raise NotReady(
                f"{len(left)} files of traces can't be removed from their store.",
                where=self.address,
                remedy="See that this program may delete there, and try again.",
            )

    @contextmanager
    def open(self, name: str) -> Iterator["RemoteFile"]:
        """Open a file that is read by ranges, one request each."""
        with self._asking_for(name) as (store, path):
            size = int(store.info(path)["size"])
        yield RemoteFile(self, name, size)

    def read(self, name: str) -> bytes:
        """Read a file whole."""
        return self.read_range(name, None, None)

    def read_range(self, name: str, first: int | None, end: int | None) -> bytes:
        """Read the bytes of a file from ``first`` up to ``end``."""
        with self._asking_for(name) as (store, path):
            return bytes(store.cat_file(path, start=first, end=end))

    def proof_of(self, name: str) -> Proof:
        """Read a file whole and return its proof."""
        return _proof(self.read(name))

    def copy_out(self, name: str, target: Path) -> Proof:
        """Copy a file to the disk."""
        content = self.read(name)
        with target.open("xb") as copy:
            copy.write(content)
            copy.flush()
            os.fsync(copy.fileno())
        return _proof(content)

    def old_versions(self) -> str:
        """Ask a bucket of S3; of other stores nothing is known."""
        if self.address.partition("://")[0] not in S3:
            return ""
        try:
            with self._asking() as (store, root):
                bucket = root.partition("/")[0]
                told = store.call_s3("get_bucket_versioning", Bucket=bucket)
        except (NotReady, FileNotFoundError):
            return PERHAPS_OLD_VERSIONS
        # Suspended, it still keeps those that it has.
        return OLD_VERSIONS if told.get("Status") else ""

    def _listed(self) -> dict[str, int]:
        """Return the size of each file there is."""
        with self._asking() as (store, root):
            try:
                # What stores of objects list flatly fails where a list can't be had.
                found = (store.find if store.async_impl else store.ls)(root, detail=True)
            except FileNotFoundError as problem:
                if store.async_impl:
                    raise _not_ready(NO_PLACE, self.address) from problem
                return {}
            entries = found.values() if isinstance(found, dict) else found
            begin = len(root.strip("/")) + 1
            files = {
                entry["name"].lstrip("/")[begin:]: int(entry["size"])
                for entry in entries
                if entry["type"] == "file"
            }
        return {name: size for name, size in files.items() if name and "/" not in name}

    @contextmanager
    def _asking_for(self, name: str) -> Iterator[tuple[Any, str]]:
        """Give what reaches a file, which may be missing."""
        try:
            with self._asking() as (store, root):
                yield store, f"{root}/{name}"
        except FileNotFoundError as problem:
            raise FileNotFoundError(errno.ENOENT, "no such file", self.where(name)) from problem

    @contextmanager
    def _asking(self) -> Iterator[tuple[Any, str]]:
        """Give what reaches the store, and the path in it; errors come out in plain words."""
        try:
            yield _reached(self.address)
        except (GeoServiceError, FileNotFoundError):
            raise
        except Exception as problem:  # each library has errors of its own
            raise _explained(self.address, problem) from problem


class RemoteFile(io.RawIOBase):
    """A file that lies elsewhere, open for reading; what was asked for last is kept."""

    def __init__(self, place: RemotePlace, name: str, size: int) -> None:
        super().__init__()
        self._place = place
        self._name = name
        self._size = size
        self._at = 0
        self._begin, self._kept = 0, b""

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Return where the next reading begins."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Say where the next reading begins."""
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, begin + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Read some bytes, or all that are left."""
        first = self._at
        end = self._size if size is None or size < 0 else min(self._size, first + size)
        if first >= end:
            return b""
        self.fetch(first, end)
        content = self._kept[first - self._begin : end - self._begin]
        self._at = first + len(content)
        return content

    def fetch(self, first: int, end: int) -> None:
        """Ask at once for what is going to be read piece by piece, unless it is here."""
        first, end = max(0, first), min(self._size, end)
        if first < self._begin or end > self._begin + len(self._kept):
            self._kept = self._place.read_range(self._name, first, end)
            self._begin = first


def _reached(address: str) -> tuple[Any, str]:
    """Return what reaches a store, and the path in it; a forked process gets its own."""
    protocol, _, path = address.partition("://")
    if protocol in S3:
        # All buckets are reached alike, over the same connections.
        return _reach(f"{protocol}://", os.getpid())[0], path
    return _reach(address, os.getpid())


@lru_cache(maxsize=16)
def _reach(address: str, _process: int) -> tuple[Any, str]:
    store, path = fsspec.core.url_to_fs(address, use_listings_cache=False, skip_instance_cache=True)
    return store, path.rstrip("/")


def _proof(content: bytes) -> Proof:
    return Proof(len(content), hashlib.sha256(content).hexdigest())


def _explained(address: str, problem: Exception) -> NotReady:
    kind = type(problem).__name__
    if isinstance(problem, PermissionError) or "Credential" in kind or "Profile" in kind:
        return _not_ready(NOT_LET_IN, address)
    if isinstance(problem, OSError) and problem.errno == errno.EBUSY:
        return _not_ready(BUSY, address)
    if (
        isinstance(problem, ConnectionError | TimeoutError)
        or "Connect" in kind
        or "Timeout" in kind
    ):
        return _not_ready(NOT_REACHED, address)
    number = problem.errno if isinstance(problem, OSError) else None
    told = os.strerror(number) if number else kind
    return _not_ready((f"The store of traces refuses ({told}).", FAILED), address)


def _not_ready(words: tuple[str, str], address: str) -> NotReady:
    what, remedy = words
    return NotReady(what, where=address, remedy=remedy)
