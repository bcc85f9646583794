"""What an Open311 answer says, described once, so that its JSON and its XML say the same."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 can't hold at all: controls, halves of characters, U+FFFE and U+FFFF."""


@dataclass(frozen=True, slots=True)
class Fields:
    """A record: names and values, in the order of the standard."""

    pairs: tuple[tuple[str, "Value"], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """Any number of values; in XML each is an element of its own."""

    each: str
    """The element's name."""
    values: tuple["Value", ...]


Value: TypeAlias = bool | int | float | str | Fields | Items | None


@dataclass(frozen=True, slots=True)
class Document:
    """A whole answer."""

    root: str
    """The outermost element; JSON has no name for it."""
    content: Fields | Items


def fields(*pairs: tuple[str, Value]) -> Fields:
    """Make a record of its names and values. Raises nothing."""
    return Fields(pairs)


def items(each: str, values: Sequence[Value]) -> Items:
    """Make a list whose values bear a name in XML. Raises nothing."""
    return Items(each, tuple(values))


def plain(text: str) -> str:
    """Leave out the characters that XML can't hold, so that no format says more than the other."""
    return _NO_XML.sub("", text)


def write_json(document: Document) -> bytes:
    """Write an answer as JSON in UTF-8; ValueError if a number in it is not finite."""
    told = _told(document.content)
    return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _told(value: Value) -> object:
    if isinstance(value, Fields):
        return {name: _told(one) for name, one in value.pairs}
    if isinstance(value, Items):
        return [_told(one) for one in value.values]
    return plain(value) if isinstance(value, str) else value
