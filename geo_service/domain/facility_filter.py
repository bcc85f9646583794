"""What a rider wants of a facility, besides its being near."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from geo_service.domain.facility import Facility
from geo_service.domain.standing import ALWAYS, Standing
from geo_service.domain.usable import Usable


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
    """Only what is certainly usable."""

    @property
    def asks_for_moment(self) -> bool:
        """Whether the answer depends on when one asks."""
        return self.open or self.usable

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

    def holds(self, standing: Standing, moment: datetime) -> tuple[bool, datetime]:
        """Say whether it is wanted as it stands, and until when that answer holds.

        Parameters
        ----------
        standing : Standing
            Of a facility that ``admits`` lets through, at the moment.
        moment : datetime
            With a zone. Raises nothing.
        """
        if not self.asks_for_moment:
            return True, ALWAYS
        until = standing.until
        if self.usable and standing.usable is not Usable.YES:
            return False, until
        if not self.open:
            return True, until
        closes = standing.opening.changes_at
        if not standing.opening.open or closes is None or not self.open_for_s:
            return standing.opening.open, until
        # At the latest moment it is open for just long enough; clocks may change before it closes.
        latest = closes.astimezone(UTC) - timedelta(seconds=self.open_for_s)
        if moment > latest:
            return False, until
        return True, min(until, latest + timedelta(microseconds=1))
