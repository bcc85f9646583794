"""Trips of riders who were erased since, left out when a file that holds them is loaded again."""

from collections.abc import Callable

import numpy as np

from geo_service.arrays import Flags
from geo_service.domain.erasure import Erasure, mark_of
from geo_service.domain.moments import to_microseconds
from geo_service.domain.rider_names import TraceNames
from geo_service.domain.trace import Fixes
from geo_service.errors import NotReady
from geo_service.flows.wiring import Workspace
from geo_service.store import erasures
from geo_service.store.database import Connection


def trips_to_keep(
    workspace: Workspace, fixes: Fixes, names: TraceNames, known: frozenset[Erasure]
) -> Flags:
    """Say which trips are not of a rider who was erased after they began, shape (trips,).

    What a rider rides after being erased is kept: who comes back is somebody new.

    Parameters
    ----------
    workspace : Workspace
        Has the riders' key.
    fixes : Fixes
        Riders by the pseudonyms of their accounts.
    names : TraceNames
        Of the workspace: an erasure may have been asked for by any of a rider's names.
    known : frozenset of Erasure

    Raises
    ------
    NotReady
        If the riders' key is damaged.
    """
    if not known or not fixes.trips:
        return np.ones(fixes.trips, dtype=np.bool_)
    key = workspace.rider_key()
    latest: dict[str, int] = {}
    for erasure in known:
        asked = to_microseconds(erasure.asked_at)
        latest[erasure.mark] = max(asked, latest.get(erasure.mark, asked))
    never = np.iinfo(np.int64).min
    erased = np.array(
        [
            max(latest.get(mark_of(name, key), never) for name in names.names(account))
            for account in fixes.rider_ids
        ]
    )
    return np.asarray(fixes.t[fixes.offsets[:-1]] >= erased[fixes.rider])


def while_nobody_is_erased(known: frozenset[Erasure]) -> Callable[[Connection], None]:
    """Return what sees to it, in the transaction that keeps trips, that nobody was erased since.

    What is returned raises NotReady if somebody was.
    """

    def check(connection: Connection) -> None:
        if erasures.known(connection) - known:
            raise NotReady(
                "A rider was erased while the trips were read, so nothing was kept.",
                remedy="Load them again.",
            )

    return check
