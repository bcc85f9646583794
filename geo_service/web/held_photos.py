"""Photos of reports that are not finished yet, held in memory so that nobody takes them twice."""

import secrets
from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

MOST_BYTES = 64 * 1024 * 1024
"""Of all that are held by one process; the longest held goes first."""
HELD_MINUTES = 30
TOKEN_BYTES = 16


class HeldPhoto(NamedTuple):
    """A photo as it came, and a small one drawn anew to be shown."""

    data: bytes
    preview: bytes

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return len(self.data) + len(self.preview)


class HeldPhotos:
    """What one process holds for a while; nothing of it comes to the disk."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._lock = Lock()
        self._most_bytes = most_bytes
        self._held: OrderedDict[str, tuple[datetime, HeldPhoto]] = OrderedDict()

    def keep(self, photo: HeldPhoto, now: datetime) -> str:
        """Hold a photo for half an hour at most.

        Returns
        -------
        str
            What it is found by; it can't be guessed. Raises nothing.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            self._held[token] = now, photo
            self._drop_old(now)
            while sum(held.size for _, held in self._held.values()) > self._most_bytes:
                self._held.popitem(last=False)
        return token

    def find(self, token: str, now: datetime) -> HeldPhoto | None:
        """Return a photo; None if it is no longer held. Raises nothing."""
        with self._lock:
            self._drop_old(now)
            _, found = self._held.get(token, (now, None))
            return found

    def _drop_old(self, now: datetime) -> None:
        oldest = now - timedelta(minutes=HELD_MINUTES)
        while self._held and next(iter(self._held.values()))[0] < oldest:
            self._held.popitem(last=False)
