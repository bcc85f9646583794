"""What came of reading a file: the records taken, and those refused with their reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One record that can't be accepted."""

    file: str
    row: int
    """The record's number in its file, from 1."""
    record_id: str
    """The id it bears, if it bears one."""
    reason: str
    """What is wrong with it and what to do, as a sentence."""


@dataclass(frozen=True, slots=True)
class Batch(Generic[Record]):
    """The records read from files, whole and valid, and what was refused on the way."""

    records: Sequence[Record]
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[str, ...] = ()
    read: int = 0
    """How many records the files hold, refused ones included."""
