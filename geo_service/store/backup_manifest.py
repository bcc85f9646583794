"""The list of what is in a backup, written last: without it a backup is not finished."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from geo_service.domain.erasure import NOBODY, ErasureList
from geo_service.errors import UnreadableFile
from geo_service.store.durable_files import write_durably
from geo_service.store.proven_copy import Proof, open_plain
from geo_service.store.workspace_files import DATABASE_FILE, is_workspace_path

MANIFEST_FILE = "manifest.json"
FORMAT = 1
"""Raised when a backup, or what its content's hash is made of, changes its meaning."""
MOST_BYTES = 1 << 29
"""Of a manifest: that of three million files."""
MOST_FILE_BYTES = 1 << 60
COUNTED = ("facilities", "issues", "trips", "fixes", "photos")
OTHER_BACKUP = "Restore another backup."
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REVISION = re.compile(r"[0-9a-z_]{1,32}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is of, and every file in it."""

    program: str
    """The version of geo_service that made it."""
    revision: str
    """Of the database's tables."""
    moment: datetime
    """With a zone: what was committed until then is in it, and nothing else."""
    content: str
    """The hash of what the workspace holds, see ``flows/prove_content.py``."""
    counts: Mapping[str, int]
    """How many there are of what ``COUNTED`` names."""
    files: Mapping[str, Proof]
    """By path relative to the backup; the manifest itself is left out."""
    erasures: ErasureList = NOBODY
    """Which riders had been erased: of an older backup they are erased again."""

    @property
    def size(self) -> int:
        """All files together, in bytes."""
        return sum(proof.size for proof in self.files.values())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Finish a backup, all other files of which are on the disk.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    said = asdict(manifest) | {
        "format": FORMAT,
        "moment": manifest.moment.isoformat(),
        "erasures": manifest.erasures.as_json(),
        "files": [
            {"path": path, **proof._asdict()} for path, proof in sorted(manifest.files.items())
        ],
    }
    text = json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True)
    write_durably(folder / MANIFEST_FILE, text.encode())


def read_manifest(folder: Path) -> Manifest:
    """Read what a backup says of itself; nothing of it is believed that could do harm.

    Parameters
    ----------
    folder : Path
        The backup, in whatever state.

    Raises
    ------
    UnreadableFile
        If it is no backup, not finished, of another format, or its manifest is damaged.
    """
    path = folder / MANIFEST_FILE
    try:
        with open_plain(path) as file:
            content = file.read(MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise UnreadableFile(
            "There is no manifest here, so this is no backup, or one that was never finished.",
            where=str(path),
            remedy="Name the folder of a finished backup.",
        ) from None
    except OSError as problem:
        raise UnreadableFile(
            f"The manifest can't be read: {problem.strerror}.",
            where=str(path),
            remedy="Look at its permissions, or restore another backup.",
        ) from problem
    if len(content) > MOST_BYTES:
        raise UnreadableFile("The manifest is too large.", where=str(path), remedy=OTHER_BACKUP)
    try:
        said = json.loads(content, object_pairs_hook=_without_doubles)
        return _understood(said)
    except _OtherFormatError as problem:
        raise UnreadableFile(
            f"The backup has format {problem}, and this program reads {FORMAT}.",
            where=str(path),
            remedy="Restore it with the geo_service that made it.",
        ) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise UnreadableFile(
            f"The manifest is damaged: {_why(problem)}.", where=str(path), remedy=OTHER_BACKUP
        ) from None


class _OtherFormatError(Exception):
    """The manifest is one of another time."""


class _WrongError(ValueError):
    """What a manifest says can't be; the message is ours."""


def _why(problem: Exception) -> str:
    if isinstance(problem, _WrongError):
        return str(problem)
    return "it is cut off or no JSON" if isinstance(problem, ValueError) else "it lacks a part"


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _WrongError("it says one thing twice")
    return found


def _understood(said: dict[str, Any]) -> Manifest:
    if said["format"] != FORMAT:
        raise _OtherFormatError(f"{said['format']!r}"[:20])
    moment = datetime.fromisoformat(said["moment"])
    if moment.tzinfo is None:
        raise _WrongError("its moment has no zone")
    if not isinstance(said["program"], str) or not _REVISION.fullmatch(said["revision"]):
        raise _WrongError("it does not say which program made it")
    return Manifest(
        program=said["program"],
        revision=said["revision"],
        moment=moment,
        content=_sha256(said["content"]),
        counts={name: _whole(said["counts"][name]) for name in COUNTED},
        files=_files(said["files"]),
        erasures=ErasureList.from_json(said["erasures"]),
    )


def _files(said: list[dict[str, Any]]) -> dict[str, Proof]:
    files: dict[str, Proof] = {}
    for each in said:
        path = each["path"]
        if not isinstance(path, str) or not is_workspace_path(path):
            raise _WrongError(f"it names a file that can be none of a backup: {f'{path!r}'[:100]}")
        if path in files:
            raise _WrongError(f"it names {path} twice")
        files[path] = Proof(_whole(each["size"]), _sha256(each["sha256"]))
    if DATABASE_FILE not in files:
        raise _WrongError(f"it does not name {DATABASE_FILE}")
    return files


def _whole(said: object) -> int:
    if type(said) is not int or not 0 <= said <= MOST_FILE_BYTES:
        raise _WrongError("a number in it can't be")
    return said


def _sha256(said: object) -> str:
    if not isinstance(said, str) or not _SHA256.fullmatch(said):
        raise _WrongError("a hash in it is none")
    return said
