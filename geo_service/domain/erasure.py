"""Erasure: how a rider is remembered as erased, without being known."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Self

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

    def as_json(self) -> dict[str, Any]:
        """Write the list as JSON has it. Raises nothing."""
        erased = [{"mark": one.mark, "asked_at": one.asked_at.isoformat()} for one in self.erased]
        return {"key_mark": self.key_mark, "erased": erased}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            If it is something else.
        """
        erased = [
            Erasure(str(one["mark"]), datetime.fromisoformat(one["asked_at"]))
            for one in told["erased"]
        ]
        if any(one.asked_at.tzinfo is None for one in erased):
            raise ValueError("A moment has no zone.")
        return cls(str(told["key_mark"]), tuple(erased))


NOBODY = ErasureList("", ())
"""No erasures, under whatever key."""


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
