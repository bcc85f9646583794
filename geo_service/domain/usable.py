"""Whether a rider can use a facility at a moment: yes, no, or not known."""

from datetime import datetime
from enum import StrEnum

from geo_service.domain.facility import Facility, Kind, Service, State


class Usable(StrEnum):
    """The three answers."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def usable_at(
    facility: Facility, moment: datetime, *, is_open: bool, stale_after_s: float
) -> Usable:
    """Answer whether a facility can be used.

    Parameters
    ----------
    facility : Facility
        With its live state, if it reports one.
    moment : datetime
        With a zone.
    is_open : bool
        Whether its opening hours say it is open then.
    stale_after_s : float
        Live state older than this many seconds says nothing.

    Returns
    -------
    Usable
        A place that is closed is ``no``; one without live state is usable while it is open; one
        whose state is stale is ``unknown``.
    """
    if not is_open:
        return Usable.NO
    if facility.state is None:
        return Usable.YES
    if (moment - facility.state.observed_at).total_seconds() > stale_after_s:
        return Usable.UNKNOWN
    if facility.state.out_of_order:
        return Usable.NO
    if facility.kind == Kind.CHARGING_CABINET:
        return _cabinet_usable(facility.services or frozenset(Service), facility.state)
    if facility.kind == Kind.PARKING_POINT and facility.state.free is not None:
        return Usable.YES if facility.state.free > 0 else Usable.NO
    return Usable.YES


def _cabinet_usable(services: frozenset[Service], state: State) -> Usable:
    """Answer for a cabinet: usable if any service it offers is."""
    answers = set()
    if Service.CHARGE in services:
        answers.add(_enough(state.empty))
    if Service.SWAP in services:
        answers.add(_both(_enough(state.charged), _enough(state.empty)))
    for answer in (Usable.YES, Usable.UNKNOWN):
        if answer in answers:
            return answer
    return Usable.NO


def _enough(count: int | None) -> Usable:
    if count is None:
        return Usable.UNKNOWN
    return Usable.YES if count >= 1 else Usable.NO


def _both(one: Usable, other: Usable) -> Usable:
    if Usable.NO in (one, other):
        return Usable.NO
    return Usable.UNKNOWN if Usable.UNKNOWN in (one, other) else Usable.YES
