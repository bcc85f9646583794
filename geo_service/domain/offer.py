"""An offer: something that a shop or a station gives for points."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """What riders can take for their points."""

    offer_id: str
    name: str
    name_en: str
    provider: str
    """Who gives it, in words."""
    facility_id: str
    """The facility where it is given; blank: a shop that is none."""
    points: int
    """What it costs, 1 or more."""
    stock: int | None = None
    """How many there are in all, those already taken included; None: enough."""
    until: datetime | None = None
    """From when it can no longer be taken, UTC; None: it can until further notice."""
