"""Consent: what riders agree to before their traces are kept, and whether they do."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

VERSION_LENGTH = 16
DAYS_MARK = "{retention}"
"""Where a text says how long traces are kept."""


class ConsentText(NamedTuple):
    """What riders are asked to agree to."""

    zh: str
    en: str

    @property
    def version(self) -> str:
        """Sixteen hexadecimal digits that are others as soon as a letter of the text is."""
        content = f"{self.zh}\0{self.en}".encode()
        return hashlib.sha256(content).hexdigest()[:VERSION_LENGTH]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a rider said last."""

    version: str
    """Of the text."""
    agreed_at: datetime
    """UTC."""
    withdrawn_at: datetime | None = None
    """UTC; None: not withdrawn."""

    def holds_for(self, version: str) -> bool:
        """Say whether the rider agrees to a certain text."""
        return self.withdrawn_at is None and self.version == version


def fill_in(text: ConsentText, trace_days: int) -> ConsentText:
    """Say in a text how long traces are kept.

    Parameters
    ----------
    text : ConsentText
        With ``{retention}`` where that belongs.
    trace_days : int
        After so many days they are removed; 0: not by themselves.

    Returns
    -------
    ConsentText
        Another version for another time. Raises nothing.
    """
    zh, en = "一直保存，直到你删除", "until you delete them"
    if trace_days:
        zh, en = f"行程结束后 {trace_days} 天", f"for {trace_days} days after the trip ends"
    return ConsentText(text.zh.replace(DAYS_MARK, zh), text.en.replace(DAYS_MARK, en))
