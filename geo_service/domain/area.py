"""Areas and the bodies that answer for them."""

from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """The five levels at which a body answers for a place, from the top down."""

    STREET_COMMITTEE = "street_committee"
    BUSINESS_DISTRICT_COMMITTEE = "business_district_committee"
    COMMUNITY = "community"
    COMPANY_BRANCH = "company_branch"
    VOLUNTEER_BODY = "volunteer_body"


@dataclass(frozen=True, slots=True)
class Body:
    """Who answers for areas and categories; all but the top body have a parent."""

    body_id: str
    name: str
    level: Level
    name_en: str = ""
    parent_id: str = ""
    categories: frozenset[str] = frozenset()
    """The categories it answers for; empty: all."""

    def answers_for(self, category: str) -> bool:
        """Say whether issues of a category are its business."""
        return not self.categories or category in self.categories


@dataclass(frozen=True, slots=True)
class Area:
    """A polygon on WGS-84, as well-known binary, and the body that answers for it."""

    area_id: str
    name: str
    body_id: str
    wkb: bytes
    name_en: str = ""
    more: dict[str, str] = field(default_factory=dict)
