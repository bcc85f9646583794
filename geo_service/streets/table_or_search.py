"""The nearest sites of snapped positions: from a table that is wide enough, else by a search."""

from geo_service.arrays import Integers, Seconds
from geo_service.streets.look_up import look_up_all
from geo_service.streets.outward_search import search_outward
from geo_service.streets.prepared import Streets
from geo_service.streets.sites import Sites
from geo_service.streets.snap import Snapped
from geo_service.streets.tables import Table


def list_nearest(
    streets: Streets, sites: Sites, table: Table, at: Snapped, rows: Integers, most: int
) -> tuple[Integers, Seconds]:
    """Fill a short list for some positions.

    Parameters
    ----------
    streets, sites, table : Streets, Sites, Table
        The table of the set that is looked for.
    at : Snapped
        Where positions meet the streets.
    rows : ndarray of int, shape (r,)
        Which of them ask.
    most : int
        How many sites at most.

    Returns
    -------
    key, second : ndarray, shape (r, most)
        Short lists (see ``shortlist``). Raises nothing.
    """
    where = at.edge[rows], at.offset_mm[rows], at.off_mm[rows]
    if most <= table.key.shape[1]:
        return look_up_all(streets.roads, sites.places, table, *where, most)
    return search_outward(
        streets.arcs, streets.roads, sites.places, table.wanted, *where, most, table.by_time
    )
