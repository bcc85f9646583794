"""What a rider wants of a facility, besides its being near."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from geo_service.domain.facility import Facility
from geo_service.domain.opening import OpeningSpan


class FacilityFilter(NamedTuple):
    """All of these must hold."""

    kinds: frozenset[str] = frozenset()
    """One of these; empty: any kind."""
    amenities: frozenset[str] = frozenset()
    """All of these must be there."""
    open: bool = False
    """Only what is open at the moment in question."""
    open_for_s: float = 0.0
    """And stays open for so many more seconds."""
    usable: bool = False
    """Only what is certainly usable now, whenever it is to be open."""

    def admits(self, facility: Facility) -> bool:
        """Say whether a facility is what is wanted at any time.

        Parameters
        ----------
        facility : Facility
            Its kind and amenities count. Raises nothing.
        """
        if self.kinds and facility.kind not in self.kinds:
            return False
        return self.amenities <= facility.amenities

    def holds(self, span: OpeningSpan, moment: datetime) -> tuple[bool, datetime]:
        """Say whether opening hours are as wanted, and until when that answer holds.

        Parameters
        ----------
        span : OpeningSpan
            Of a facility, at the moment.
        moment : datetime
            With a zone. Raises nothing.
        """
        closes = span.opening.changes_at
        if not span.opening.open or closes is None or not self.open_for_s:
            return span.opening.open, span.until
        # At the latest moment it is open for just long enough; clocks may change before it closes.
        latest = closes.astimezone(UTC) - timedelta(seconds=self.open_for_s)
        if moment > latest:
            return False, span.until
        return True, min(span.until, latest + timedelta(microseconds=1))
