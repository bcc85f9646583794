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
    state = facility.state
    if not is_open:
        return Usable.NO
    if state is None:
        return Usable.YES
    if (moment - state.observed_at).total_seconds() > stale_after_s:
        return Usable.UNKNOWN
    return Usable.NO if state.out_of_order else _by_counts(facility, state)


def _by_counts(facility: Facility, state: State) -> Usable:
    """Answer for a place that works, by what it counts."""
    if facility.kind == Kind.CHARGING_CABINET:
        return _cabinet_usable(facility.services or frozenset(Service), state)
    if facility.kind == Kind.PARKING_POINT and state.free is not None:
        return _enough(state.free)
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
