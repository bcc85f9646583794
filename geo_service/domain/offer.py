"""An offer: what a rider's points are taken for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """Something a shop or station gives for points."""

    offer_id: str
    name: str
    name_en: str
    provider: str
    """Who gives it."""
    facility_id: str
    """Where it is given; blank: anywhere the provider says."""
    points: int
    """What it costs."""
    stock: int | None = None
    """How many there were in all; None: enough."""
    until: datetime | None = None
    """From when it is no longer given, UTC; None: whenever."""
