"""Photos of reports that are not finished yet, held in memory so that nobody takes them twice."""

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

MOST_BYTES = 64 * 1024 * 1024
"""Of all that are held by one process; the longest held goes first."""
SHARE = 4
"""One sender's take no more than one in so many of these bytes: others' are pushed out by many."""
HELD_MINUTES = 30
TOKEN_BYTES = 16


class HeldPhoto(NamedTuple):
    """A photo drawn anew, as it may be sent, and a small one to be shown."""

    data: bytes
    preview: bytes

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return len(self.data) + len(self.preview)


class _Held(NamedTuple):
    since: datetime
    photo: HeldPhoto
    sender: str


class HeldPhotos:
    """What one process holds for a while; nothing of it comes to the disk."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._lock = Lock()
        self._most_bytes = most_bytes
        self._held: OrderedDict[str, _Held] = OrderedDict()

    def keep(self, photo: HeldPhoto, now: datetime, sender: str) -> str:
        """Hold a photo of a sender, an address or network, for half an hour at most.

        Returns
        -------
        str
            What it is found by; it can't be guessed. Raises nothing.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            self._held[token] = _Held(now, photo, sender)
            self._drop_old(now)
            own = [one for one, held in self._held.items() if held.sender == sender]
            self._let_go_of_old(own, self._most_bytes // SHARE)
            self._let_go_of_old(list(self._held), self._most_bytes)
        return token

    def find(self, token: str, now: datetime) -> HeldPhoto | None:
        """Return a photo; None if it is no longer held. Raises nothing."""
        with self._lock:
            self._drop_old(now)
            found = self._held.get(token)
            return found.photo if found else None

    def _let_go_of_old(self, tokens: Sequence[str], most_bytes: int) -> None:
        """Of these, the longest held first, let go until the others are small enough together."""
        size = sum(self._held[token].photo.size for token in tokens)
        for token in tokens:
            if size <= most_bytes:
                return
            size -= self._held.pop(token).photo.size

    def _drop_old(self, now: datetime) -> None:
        oldest = now - timedelta(minutes=HELD_MINUTES)
        while self._held and next(iter(self._held.values())).since < oldest:
            self._held.popitem(last=False)
