"""A filter as it was written, in the shape of CQL2's JSON, before anything is known to be right."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from geo_service.features.filters.refusals import refusal

DEEPEST = 50
"""Levels within each other."""

Written: TypeAlias = Any
"""What JSON can hold, and of the text language ``Group`` and ``WellKnownText``."""


@dataclass(frozen=True, slots=True)
class Group:
    """What the text language has in parentheses: the same, or a list of one where one is wanted."""

    inner: Written


@dataclass(frozen=True, slots=True)
class WellKnownText:
    """A geometry as the text language has it."""

    text: str


def check_depth(written: Written) -> None:
    """Refuse what is nested so deeply that it can only be meant to harm.

    It goes through without calling itself, so that no depth overflows the stack.

    Raises
    ------
    WrongUsage
        More than 50 levels.
    """
    waiting = [(written, 0)]
    while waiting:
        one, depth = waiting.pop()
        if depth > DEEPEST:
            raise refusal(
                f"The filter is nested too deeply: more than {DEEPEST} levels.",
                "Take parentheses away, or ask in several requests.",
            )
        if isinstance(one, dict):
            for value in one.values():
                # The list of an operator's arguments is no level of its own.
                within = value if isinstance(value, list) else [value]
                waiting += [(each, depth + 1) for each in within]
        elif isinstance(one, list):
            waiting += [(each, depth + 1) for each in one]
        elif isinstance(one, Group):
            waiting.append((one.inner, depth + 1))
