"""Compiled streets on disk: plain arrays that readers open by memory map.

A version is a folder named for its content. It is written under another name, forced to disk and
renamed, so a reader sees a whole version or none; which version is current is kept elsewhere.
"""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geo_service.errors import NotReady
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap_grid import SnapGrid, build_grid

FORMAT = 1
"""Raised when the arrays change their meaning, so that an old version is not misread."""
_PLAIN = "plain.json"
"""The file of what is no array: names, and the grid's corner and size."""
_NAME_LENGTH = 16


class NetworkStore:
    """The versions of a workspace's streets.

    Parameters
    ----------
    folder : Path
        Made when the first version is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, networks: Mapping[Profile, Network]) -> str:
        """Write the networks of all profiles, with their grids, as one version.

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
        OSError
            If the disk is full or the folder can't be written; no version is made then.
        """
        draft = self._folder / f".draft-{uuid.uuid4().hex}"
        draft.mkdir(parents=True)
        try:
            content = hashlib.sha256(f"format {FORMAT}".encode())
            for profile in sorted(networks):
                network = networks[profile]
                parts = {name: getattr(network, name) for name in Network.__slots__}
                grid = build_grid(network)._asdict()
                own = {name: part for name, part in grid.items() if name not in parts}
                for name, folder in ((f"{profile}", parts), (f"{profile}-grid", own)):
                    content.update(name.encode())
                    content.update(_write_folder(draft / name, folder))
            _force_to_disk(draft)
            version = content.hexdigest()[:_NAME_LENGTH]
            if not (self._folder / version).exists():
                draft.rename(self._folder / version)
                _force_to_disk(self._folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return version

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
    """Open an array read-only, as a plain array: that is what compiled functions take."""
    mapped: np.memmap[Any, np.dtype[Any]] = np.load(path, mmap_mode="r", allow_pickle=False)
    return mapped.view(np.ndarray)


def _write_folder(folder: Path, parts: Mapping[str, Any]) -> bytes:
    """Write arrays and plain values; return the digest of what was written."""
    folder.mkdir()
    digest = hashlib.sha256()
    arrays = {name: part for name, part in parts.items() if isinstance(part, np.ndarray)}
    plain = {name: part for name, part in parts.items() if name not in arrays}
    for name, array in arrays.items():
        path = folder / f"{name}.npy"
        with path.open("wb") as file:
            np.save(file, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    text = json.dumps({**plain, "arrays": list(arrays)}, ensure_ascii=False)
    with (folder / _PLAIN).open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    digest.update(text.encode())
    _force_to_disk(folder)
    return digest.digest()


def _force_to_disk(folder: Path) -> None:
    """Make the names in a folder last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
