"""Trips get the names of their riders: those of the generation in which each trip begins."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from geo_service.arrays import Integers
from geo_service.domain.moments import from_microseconds
from geo_service.domain.rider_names import TraceNames
from geo_service.domain.trace import Fixes
from geo_service.errors import NotReady
from geo_service.store import rider_generations
from geo_service.store.database import Connection
from geo_service.store.trace_packing import starts_as_kept


def under_trace_names(fixes: Fixes, names: TraceNames) -> Fixes:
    """Give trips the names under which they are kept.

    Parameters
    ----------
    fixes : Fixes
        Riders by the pseudonyms of their accounts.
    names : TraceNames
        Of the workspace, as they are now.

    Raises
    ------
    NotReady
        If the key of a generation is not here in which a trip begins.
    """
    if not names.generations or not fixes.trips:
        return fixes
    generation = generations_of(fixes, names)
    pairs, rider = np.unique(np.stack((fixes.rider, generation)), axis=1, return_inverse=True)
    found = [names.name(fixes.rider_ids[account], number) for account, number in pairs.T.tolist()]
    return replace(fixes, rider_ids=tuple(found), rider=rider.reshape(-1).astype(np.int64))


def generations_of(fixes: Fixes, names: TraceNames) -> Integers:
    """Say of which generation each trip is, shape (trips,), by the moment the lake keeps."""
    starts = map(from_microseconds, starts_as_kept(fixes).tolist())
    return np.array([names.generation_of(start) for start in starts], dtype=np.int64)


def while_names_stay(names: TraceNames) -> Callable[[Connection], None]:
    """Return what sees to it, in the transaction that keeps trips, that names are still these.

    What is returned raises NotReady if a new generation was begun meanwhile.
    """

    def check(connection: Connection) -> None:
        if tuple(rider_generations.read_all(connection)[1:]) != names.generations:
            raise NotReady(
                "Riders' names were changed while the trips were read, so nothing was kept.",
                remedy="Send or load them again.",
            )

    return check
