"""The file of a case: all that is known about one issue, and what of it who may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from geo_service.domain.area import Body
from geo_service.domain.case import Case, Move
from geo_service.domain.category import Category
from geo_service.domain.photo import StoredPhoto


class Reader(StrEnum):
    """By whose rights a case's file is read."""

    PUBLIC = "public"
    """What everybody may see of an approved issue."""
    REPORTER = "reporter"
    """The rider who reported it: whether it is approved or not, and why it was moved."""
    STAFF = "staff"
    """All of it; of riders no more than how many."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All that is known about one issue."""

    case: Case
    category: Category
    body: Body | None
    """Who answers for it now."""
    moves: tuple[Move, ...]
    photos: tuple[StoredPhoto, ...]
    supporters: int
    """How many riders see it too."""
    merged_from: tuple[str, ...]
    """The issues that were merged into it."""
    answers: Mapping[str, int]
    """How many riders were asked whether it is still there, and how many said what."""
