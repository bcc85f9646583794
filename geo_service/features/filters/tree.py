"""A filter that is known to be right: every name is one of the collection's, every type fits."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias


class Sort(StrEnum):
    """What a part of a filter is of each feature, as people call it."""

    TRUTH = "true or false"
    TEXT = "a text"
    NUMBER = "a number"
    INSTANT = "a moment or a day"
    INTERVAL = "an interval"
    SHAPE = "a geometry"
    LIST = "a list"


@dataclass(frozen=True, slots=True)
class Literal:
    """What is the same for every feature."""

    sort: Sort
    value: Any
    """``bool``, ``str``, ``int`` within 64 bits or finite ``float``, a geometry in WGS-84; of an
    instant its first and last microsecond UTC since 1970."""


@dataclass(frozen=True, slots=True)
class Property:
    """What each feature has of a name."""

    sort: Sort
    name: str
    """Of a field, or ``ID`` or ``GEOMETRY``."""


@dataclass(frozen=True, slots=True)
class Call:
    """What an operator makes of its arguments."""

    sort: Sort
    op: str
    """As in CQL2's JSON, in small letters; ``interval`` and ``list`` for those."""
    args: tuple["Node", ...]


Node: TypeAlias = Literal | Property | Call


@dataclass(frozen=True, slots=True)
class Filter:
    """What tells of each feature whether it is let through."""

    root: Node
    """Of the sort ``TRUTH``."""
