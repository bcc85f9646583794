"""The secrets behind riders' pseudonyms: each whole in a file of its own, outside any workspace."""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from geo_service.store.durable_files import sync_folder

KEY_BYTES = 32
_WHOLE = re.compile(r"[0-9a-f]{64}")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def generation_file(base: Path, month: str) -> Path:
    """Say where the key of a generation lies: beside that of the accounts.

    Parameters
    ----------
    base : Path
        The file of the accounts' key.
    month : str
        With which the generation begins, as ``2027-01``.
    """
    return base.with_name(f"{base.name}.{month}")


def months_beside(base: Path) -> list[str]:
    """Return the months of which keys lie beside that of the accounts, in order."""
    names = (path.name for path in base.parent.glob(f"{base.name}.*"))
    months = (name.removeprefix(f"{base.name}.") for name in names)
    return sorted(month for month in months if _MONTH.fullmatch(month))


def make_key(path: Path) -> None:
    """Write a fresh key whole, for its owner only; whoever comes first, all use that one.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-") as file:
        file.write(secrets.token_hex(KEY_BYTES).encode())
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
    sync_folder(path.parent)


def read_key(path: Path) -> bytes | None:
    """Read a key; None if the file holds no whole one, or there is none.

    Raises
    ------
    OSError
        If it is there and can't be read.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None
    return bytes.fromhex(text) if _WHOLE.fullmatch(text) else None
