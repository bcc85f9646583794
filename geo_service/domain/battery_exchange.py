"""What a charging cabinet hands out and takes in at a moment, as far as its last report says."""

from datetime import datetime
from typing import NamedTuple

from geo_service.domain.facility import Facility, Service, State


class Exchange(NamedTuple):
    """Of one cabinet, at one moment."""

    charged: int
    """Charged batteries ready for a swap; 0 as well where no fresh report counts them."""
    empty: int
    """Empty working slots; 0 as well where no fresh report counts them."""
    hands_out: bool
    """Whether it would give a charged battery if it has one."""
    takes_in: bool
    """Whether it would take a battery if it has an empty slot."""


NOTHING = Exchange(0, 0, hands_out=False, takes_in=False)
"""What is promised of a cabinet of which nothing fresh is known."""


def exchange_at(
    facility: Facility, moment: datetime, *, is_open: bool, stale_after_s: float
) -> Exchange:
    """Answer what a cabinet hands out and takes in.

    Unlike `usable_at` this tells an empty cabinet (it hands out, but has none just now) from one
    that is out of order, and promises nothing that no fresh report stands behind.

    Parameters
    ----------
    facility : Facility
        A charging cabinet, with its live state, if it reports one.
    moment : datetime
        With a zone.
    is_open : bool
        Whether its opening hours say it is open then.
    stale_after_s : float
        Live state older than this many seconds says nothing.

    Returns
    -------
    Exchange
        A cabinet that is closed or out of order does neither, and what it holds is told still;
        one that offers no swap hands out nothing. Raises nothing.
    """
    state = facility.state
    if state is None or (moment - state.observed_at).total_seconds() > stale_after_s:
        return NOTHING
    return _as_reported(state, facility.services or frozenset(Service), is_open=is_open)


def _as_reported(state: State, services: frozenset[Service], *, is_open: bool) -> Exchange:
    works = is_open and not state.out_of_order
    swaps = Service.SWAP in services
    return Exchange(
        charged=(state.charged or 0) if swaps else 0,
        empty=state.empty or 0,
        hands_out=works and swaps and state.charged is not None,
        takes_in=works and state.empty is not None,
    )
