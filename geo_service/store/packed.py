"""Sets and dictionaries of text in one column, as JSON."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache

NOTHING = "{}"


def pack_set(words: Iterable[str]) -> str:
    """Write a set of words, in order, so that equal sets are equal text."""
    return json.dumps(sorted(words), ensure_ascii=False)


@lru_cache(maxsize=4096)
def unpack_set(text: str) -> frozenset[str]:
    """Read a set of words; a city has few different ones, so each is read once."""
    return frozenset(json.loads(text))


def pack_more(more: Mapping[str, str]) -> str:
    """Write what else a source said."""
    return json.dumps(dict(more), ensure_ascii=False) if more else NOTHING


def unpack_more(text: str) -> dict[str, str]:
    """Read what else a source said, as a dictionary of its own."""
    return {} if text == NOTHING else dict(json.loads(text))
