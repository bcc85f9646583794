"""Compiled streets on disk: plain arrays that readers open by memory map.

A version is a folder named for its content. It is written under another name, forced to disk and
renamed, so a reader sees a whole version or none; which version is current is kept elsewhere.
A version is never changed or removed in place: it is renamed first, and whoever has its files
mapped keeps them.
"""

import fcntl
import hashlib
import json
import re
import shutil
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from geo_service.errors import NotReady
from geo_service.store.digested_files import DigestedFile, digests_in
from geo_service.store.durable_files import sync_folder
from geo_service.streets.elimination import Elimination, Hops, eliminate
from geo_service.streets.measure import Measure
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap_grid import SnapGrid, build_grid

FORMAT = 2
"""Raised when the arrays change their meaning, so that an old version is not misread."""
_PLAIN = "plain.json"
"""The file of what is no array: names, and the grid's corner and size."""
_NAME_LENGTH = 16
_VERSION = re.compile(rf"[0-9a-f]{{{_NAME_LENGTH}}}")
_LEFTOVER = re.compile(r"\.(draft|removed)-[0-9a-f]{32}")
_LOCK = ".lock"
_WAYS = ("climb", "descend")
_OPENINGS = 5
"""How often an array is opened that the interpreter fails to parse."""


class NetworkStore:
    """The versions of a workspace's streets.

    Parameters
    ----------
    folder : Path
        Made when the first version is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Be the only one that changes this folder; others wait. Readers go on.

        What a writer that was killed left behind is removed first, to make room.

        Raises
        ------
        NotReady
            If the folder can't be written.
        """
        with self._explained():
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = (self._folder / _LOCK).open("ab")
        with lock:
            with self._explained():
                fcntl.flock(lock, fcntl.LOCK_EX)
            self._remove_leftovers()
            yield

    def write(self, networks: Mapping[Profile, Network]) -> str:
        """Write the networks of all profiles, with their grids, as one version.

        A version of this name that is there already is replaced if a file of it is damaged. Hold
        ``changing`` until the version is current, or another writer may remove it.

        Parameters
        ----------
        networks : mapping of Profile to Network
            Usually both profiles.

        Returns
        -------
        str
            The version's name, the same for the same content.

        Raises
        ------
        NotReady
            If the disk is full or the folder can't be written; no version is made then.
        """
        folders = _folders(networks)
        draft = self._folder / f".draft-{uuid.uuid4().hex}"
        try:
            with self._explained():
                draft.mkdir(parents=True)
                digests: dict[str, bytes] = {}
                for name, parts in folders.items():
                    digests |= _write_folder(draft / name, parts)
                sync_folder(draft)
                version = _name(digests)
                self._put_in_place(draft, version, digests)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return version

    def remove_others(self, kept: Collection[str]) -> None:
        """Remove all versions but some, and what killed writers left behind.

        Hold ``changing`` meanwhile. What can't be removed now is tried again the next time.

        Parameters
        ----------
        kept : collection of str
            Names of the versions that stay: the current one, and any that may still be opened.
        """
        for path in self._folder.glob("*"):
            if _VERSION.fullmatch(path.name) and path.name not in kept:
                with suppress(OSError):
                    self._set_aside(path)
        self._remove_leftovers()

    def remove_leftovers(self) -> int:
        """Remove what killed writers left behind, unless somebody is writing at this moment.

        Returns
        -------
        int
            How many drafts, and versions half removed, were there.

        Raises
        ------
        NotReady
            If there is something and the folder can't be written.
        """
        left = self._leftovers()
        if not left:
            return 0
        with self._explained(), (self._folder / _LOCK).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return 0
            self._remove_leftovers()
        return len(left)

    def open(self, version: str, profile: Profile) -> Network:
        """Open a network by memory map.

        Parameters
        ----------
        version : str
            As ``write`` named it.
        profile : Profile
            Whose network.

        Raises
        ------
        NotReady
            If the version is not there or is damaged.
        """
        parts = self._read(version, f"{profile}")
        return Network(**{**parts, "profile": profile})

    def open_grid(self, version: str, profile: Profile) -> SnapGrid:
        """Open a network's grid by memory map.

        Parameters
        ----------
        version : str
            As ``write`` named it.
        profile : Profile
            Whose network.

        Raises
        ------
        NotReady
            If the version is not there or is damaged.
        """
        parts = self._read(version, f"{profile}") | self._read(version, f"{profile}-grid")
        return SnapGrid(**{name: parts[name] for name in SnapGrid._fields})

    def open_eliminations(self, version: str, profile: Profile) -> dict[Measure, Elimination]:
        """Open the order in which a network's nodes are swept, by memory map.

        Parameters
        ----------
        version : str
            As ``write`` named it.
        profile : Profile
            Whose network.

        Raises
        ------
        NotReady
            If the version is not there or is damaged.
        """
        parts = self._read(version, f"{profile}-order")
        return {
            measure: Elimination(
                parts["place"],
                *(
                    Hops(*(parts[f"{measure}_{way}_{name}"] for name in Hops._fields))
                    for way in _WAYS
                ),
            )
            for measure in (Measure.DISTANCE, Measure.TIME)
        }

    def _put_in_place(self, draft: Path, version: str, digests: Mapping[str, bytes]) -> None:
        """Give a draft its name, unless a whole version bears it."""
        path = self._folder / version
        damaged = None
        if path.exists():
            if digests_in(path) == digests:
                return
            damaged = self._set_aside(path)
        draft.rename(path)
        sync_folder(self._folder)
        if damaged:
            shutil.rmtree(damaged, ignore_errors=True)

    def _set_aside(self, path: Path) -> Path:
        """Take a version's name away in one step, so that no reader sees it half removed."""
        return path.rename(self._folder / f".removed-{uuid.uuid4().hex}")

    def _leftovers(self) -> list[Path]:
        return [path for path in self._folder.glob(".*") if _LEFTOVER.fullmatch(path.name)]

    def _remove_leftovers(self) -> None:
        for path in self._leftovers():
            shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say in plain words that the disk refuses."""
        try:
            yield
        except OSError as problem:
            raise NotReady(
                f"The streets can't be written ({problem.strerror or problem}), so those in use "
                "stay.",
                where=str(self._folder),
                remedy="Make room, or look at the folder's permissions, and try again.",
            ) from problem

    def _read(self, version: str, name: str) -> dict[str, Any]:
        folder = self._folder / version / name
        try:
            parts: dict[str, Any] = json.loads((folder / _PLAIN).read_text(encoding="utf-8"))
            listed = parts.pop("arrays")
            arrays = {array: _map(folder / f"{array}.npy") for array in listed}
        except (OSError, ValueError, KeyError) as problem:
            raise NotReady(
                f"The compiled streets of version {version} can't be opened: {problem}.",
                where=str(folder),
                remedy="Load the streets again.",
            ) from problem
        words = {key: tuple(value) for key, value in parts.items() if isinstance(value, list)}
        return parts | words | arrays


def _map(path: Path) -> np.ndarray[Any, np.dtype[Any]]:
    """Open an array read-only, as a plain array: that is what compiled functions take.

    numpy parses an array's head as Python text. Before 3.11.8 and 3.12.2, CPython refuses that
    with a SystemError if another thread parses at the same moment (python/cpython#106905): the
    file is sound, so it is opened again.
    """
    for left in reversed(range(_OPENINGS)):
        try:
            mapped: np.memmap[Any, np.dtype[Any]] = np.load(path, mmap_mode="r", allow_pickle=False)
        except SystemError:
            if not left:
                raise
        else:
            break
    return mapped.view(np.ndarray)


def _folders(networks: Mapping[Profile, Network]) -> dict[str, dict[str, Any]]:
    """Name the folders of a version and what each holds."""
    folders: dict[str, dict[str, Any]] = {}
    for profile in sorted(networks):
        network = networks[profile]
        parts = {name: getattr(network, name) for name in Network.__slots__}
        grid = build_grid(network)._asdict()
        folders[f"{profile}"] = parts
        folders[f"{profile}-grid"] = {k: part for k, part in grid.items() if k not in parts}
        folders[f"{profile}-order"] = _order_parts(eliminate(network))
    return folders


def _order_parts(eliminations: Mapping[Measure, Elimination]) -> dict[str, Any]:
    """Name the arrays of a network's eliminations, which share one order."""
    parts: dict[str, Any] = {}
    for measure, elimination in eliminations.items():
        parts["place"] = elimination.place
        for way in _WAYS:
            hops: Hops = getattr(elimination, way)
            parts |= {f"{measure}_{way}_{name}": part for name, part in hops._asdict().items()}
    return parts


def _write_folder(folder: Path, parts: Mapping[str, Any]) -> dict[str, bytes]:
    """Write arrays and plain values; return each file's digest, by its path in the version."""
    folder.mkdir()
    arrays = {name: part for name, part in parts.items() if isinstance(part, np.ndarray)}
    plain = {name: part for name, part in parts.items() if name not in arrays}
    digests = {}
    for name, array in arrays.items():
        with DigestedFile(folder / f"{name}.npy") as file:
            np.save(file, array, allow_pickle=False)
        digests[f"{folder.name}/{name}.npy"] = file.digest
    with DigestedFile(folder / _PLAIN) as file:
        file.write(json.dumps({**plain, "arrays": list(arrays)}, ensure_ascii=False).encode())
    digests[f"{folder.name}/{_PLAIN}"] = file.digest
    sync_folder(folder)
    return digests


def _name(digests: Mapping[str, bytes]) -> str:
    """Name a version for its content."""
    content = hashlib.sha256(f"format {FORMAT}".encode())
    for path in sorted(digests):
        content.update(path.encode())
        content.update(digests[path])
    return content.hexdigest()[:_NAME_LENGTH]
