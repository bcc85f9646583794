"""Photos of reports that are not finished yet, held in memory so that nobody takes them twice."""

import secrets
import sqlite3
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from geo_service.web.commons import Commons

MOST_BYTES = 64 * 1024 * 1024
"""Of all that are held; the longest held goes first."""
SHARE = 4
"""One sender's take no more than one in so many of these bytes: others' are pushed out by many."""
HELD_MINUTES = 30
TOKEN_BYTES = 16
_KEEP: Final = "INSERT INTO photos (token, since, sender, data, preview) VALUES (?, ?, ?, ?, ?)"
_FIND: Final = "SELECT data, preview FROM photos WHERE token = ?"
_SIZES: Final = "SELECT number, length(data) + length(preview) FROM photos ORDER BY number"
_SIZES_OF_ONE: Final = (
    "SELECT number, length(data) + length(preview) FROM photos WHERE sender = ? ORDER BY number"
)


class HeldPhoto(NamedTuple):
    """A photo drawn anew, as it may be sent, and a small one to be shown."""

    data: bytes
    preview: bytes


class HeldPhotos:
    """What is held for a while.

    Parameters
    ----------
    commons : Commons
        Where they are held; whoever shares it finds them.
    most_bytes : int
        How much of it they take at most.
    """

    def __init__(self, commons: Commons, most_bytes: int = MOST_BYTES) -> None:
        self._commons = commons
        self._most_bytes = most_bytes

    def keep(self, photo: HeldPhoto, now: datetime, sender: str) -> str:
        """Hold a photo of a sender, an address or network, for half an hour at most.

        Returns
        -------
        str
            What it is found by; it can't be guessed.

        Raises
        ------
        NotReady
            If there is no room for it.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._commons.open() as file:
            _drop_old(file, now)
            file.execute(_KEEP, (token, now.timestamp(), sender, photo.data, photo.preview))
            own = file.execute(_SIZES_OF_ONE, (sender,)).fetchall()
            _let_go_of_old(file, own, self._most_bytes // SHARE)
            _let_go_of_old(file, file.execute(_SIZES).fetchall(), self._most_bytes)
        return token

    def find(self, token: str, now: datetime) -> HeldPhoto | None:
        """Return a photo; None if it is no longer held.

        Raises
        ------
        NotReady
            If it can't be looked for.
        """
        with self._commons.open() as file:
            _drop_old(file, now)
            found = file.execute(_FIND, (token,)).fetchone()
        return HeldPhoto(*found) if found else None


def _let_go_of_old(file: sqlite3.Connection, held: list[tuple[int, int]], most_bytes: int) -> None:
    """Of these, the longest held first, let go until the others are small enough together."""
    size = sum(bytes_held for _, bytes_held in held)
    for number, bytes_held in held:
        if size <= most_bytes:
            return
        file.execute("DELETE FROM photos WHERE number = ?", (number,))
        size -= bytes_held


def _drop_old(file: sqlite3.Connection, now: datetime) -> None:
    oldest = now - timedelta(minutes=HELD_MINUTES)
    file.execute("DELETE FROM photos WHERE since < ?", (oldest.timestamp(),))
