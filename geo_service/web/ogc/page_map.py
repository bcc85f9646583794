"""The features of a page on one small map, each with its number in the table."""

import shapely

from geo_service.arrays import Integers
from geo_service.flows.collections.kept import Kept
from geo_service.maps.overview_map import Numbered, overview_map
from geo_service.streets.network import Network
from geo_service.web.ogc.addresses import Addresses

MOST_NUMBERED = 100
"""Of more, the numbers would lie on each other."""


def page_map(network: Network | None, addresses: Addresses, kept: Kept, rows: Integers) -> str:
    """Draw features as numbers over the streets.

    Parameters
    ----------
    network : Network or None
        The streets, if there are any.
    addresses : Addresses
        Where a number leads.
    kept : Kept
        The collection.
    rows : ndarray of int
        Of the features, in the order of their numbers.

    Returns
    -------
    str
        An ``svg`` element; blank if there are no features, or too many. Raises nothing.
    """
    if not 0 < len(rows) <= MOST_NUMBERED:
        return ""
    features = kept.asked.features
    name = kept.collection.name
    inside = shapely.get_coordinates(shapely.point_on_surface(features.shapes[rows]))
    ids = features.ids[rows].tolist()
    places = [
        Numbered(lon, lat, f"{addresses.item(name, one)}?f=html", one, strong=False)
        for one, (lon, lat) in zip(ids, inside.tolist(), strict=True)
    ]
    return overview_map(network, places, label=kept.collection.title)
