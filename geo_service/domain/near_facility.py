"""One facility in the answer to "what is nearest?"."""

from typing import NamedTuple

from geo_service.domain.facility import Facility
from geo_service.domain.opening import Opening
from geo_service.domain.usable import Usable


class NearFacility(NamedTuple):
    """A facility and how one gets there. Metres and seconds are those of the way found.

    A straight line is walked.
    """

    facility: Facility
    rank: int
    """From 1, the nearest."""
    distance_m: float
    duration_s: float
    straight_m: float
    """Along the geodesic."""
    snapped_m: float | None
    """From the position to the nearest street; None where none is near."""
    opening: Opening
    usable: Usable
    state_age_s: float | None
    """How old the live state is; None without one."""
