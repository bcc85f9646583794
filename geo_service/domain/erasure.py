"""Erasure: how a rider is remembered as erased, without being known."""

import hmac
from datetime import datetime
from typing import NamedTuple

MARK_DIGITS = 32


class Erasure(NamedTuple):
    """That somebody was erased, and when that was asked for."""

    mark: str
    """32 hexadecimal digits."""
    asked_at: datetime
    """UTC."""


class ErasureList(NamedTuple):
    """All erasures of a workspace, to be done again in one put back from a backup."""

    key_mark: str
    """Tells under which riders' key the marks were made; not the key."""
    erased: tuple[Erasure, ...]


def mark_of(pseudonym: str, key: bytes) -> str:
    """Mark a rider as erased.

    Parameters
    ----------
    pseudonym : str
        Of the rider.
    key : bytes
        The secret behind the pseudonyms. Without it a mark can be matched with nothing; with it
        only with pseudonyms one has, as in a backup of the time before.
    """
    return _digits(f"erased\0{pseudonym}", key)


def mark_of_key(key: bytes) -> str:
    """Return what tells one riders' key from another, and from which nobody gets to it."""
    return _digits("which key\0", key)


def _digits(content: str, key: bytes) -> str:
    return hmac.digest(key, content.encode(), "sha256").hex()[:MARK_DIGITS]
