"""Colours for catchments, so that those that meet look different."""

from collections import Counter
from itertools import count

import numpy as np

from geo_service.streets.catchments import Catchments
from geo_service.streets.long_lines import meeting_places
from geo_service.streets.network import Network


def colour_neighbours(network: Network, catchments: Catchments, colours: int) -> dict[int, int]:
    """Give each site a colour that its neighbours do not have, as far as there are enough.

    Parameters
    ----------
    network, catchments : Network, Catchments
        The pieces, and the streets they are of.
    colours : int
        How many there are.

    Returns
    -------
    dict of int to int
        The colour of each site with streets, from 0; the same for the same catchments. Sites of
        many neighbours choose first, and each takes what is rarest, beside it and then in all
        (Welsh and Powell's order, 1967). Raises nothing.
    """
    beside = _neighbours(network, catchments)
    chosen: dict[int, int] = {}
    used = Counter(range(colours))
    for site in sorted(beside, key=lambda one: (-len(beside[one]), one)):
        near = Counter(chosen[other] for other in beside[site] if other in chosen)
        chosen[site] = min(range(colours), key=lambda colour: (near[colour], used[colour], colour))
        used[chosen[site]] += 1
    return chosen


def _neighbours(network: Network, catchments: Catchments) -> dict[int, set[int]]:
    """Name the sites whose pieces meet those of each site at a junction or inside an edge."""
    pieces = catchments.edge, catchments.start_mm, catchments.end_mm
    place = np.concatenate(meeting_places(network, *pieces))
    site = np.tile(catchments.site, 2)
    reached = site >= 0
    sites = int(site.max(initial=0)) + 1
    place, site = np.divmod(np.unique(place[reached] * sites + site[reached]), sites)
    beside: dict[int, set[int]] = {int(one): set() for one in np.unique(site)}
    # The sites of a place follow one another.
    for step in count(1):
        rows = np.flatnonzero(place[step:] == place[:-step])
        if len(rows) == 0:
            break
        for one, other in zip(site[rows].tolist(), site[rows + step].tolist(), strict=True):
            beside[one].add(other)
            beside[other].add(one)
    return beside
