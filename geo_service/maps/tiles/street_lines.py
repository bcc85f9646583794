"""The streets as a layer of tiles: one line as long as a street keeps its name and class."""

import numpy as np
import shapely

from geo_service.features.columns import Column, Field, Kind
from geo_service.geometry.web_mercator import to_square
from geo_service.maps.street_ground import GROUPS, group_of_edges
from geo_service.maps.tiles.coded import coded
from geo_service.maps.tiles.lines import LineLayer
from geo_service.streets.long_lines import join_pieces
from geo_service.streets.network import Network

MANY_EDGES = 15_000
"""From this many edges on, far zooms leave out small streets."""
NAME = Field("name", Kind.TEXT, "The street's name.")
NAME_EN = Field("name_en", Kind.TEXT, "Its name in English.")
CLASS = Field("class", Kind.TEXT, "The street's class, as OpenStreetMap's tag `highway`.")
FROM_ZOOM = {"path": 14, "lane": 13, "street": 10, "main": 0}


def street_lines(network: Network) -> LineLayer:
    """Make a layer of a network.

    Parameters
    ----------
    network : Network
        Of the profile that may use the most streets.

    Returns
    -------
    LineLayer
        Fields ``name``, ``name_en``, ``class``; the larger a street is, the farther it is seen.
    """
    names = len(network.names)
    alike = network.edge_class * names + network.edge_name
    whole = np.zeros(network.edges, dtype=np.int64), network.edge_length_mm
    lines = join_pieces(network, np.arange(network.edges), *whole, alike)
    first = lines.offsets[:-1]
    edge = lines.piece[first]
    group = group_of_edges(network)[edge]
    from_zoom = np.array([FROM_ZOOM[name] for name in GROUPS])[group]
    if network.edges < MANY_EDGES or len(edge) == 0:
        from_zoom = np.zeros(len(edge), dtype=np.int64)
    else:
        # Whatever is the strongest there is must be visible from afar.
        from_zoom[group == group.max()] = 0
    length = np.add.reduceat(network.edge_length_mm[lines.piece], first) if len(first) else first
    line = np.repeat(np.arange(len(edge)), np.diff(lines.offsets))
    points = np.column_stack(to_square(lines.lon, lines.lat))
    told = (
        (NAME, network.names, network.edge_name),
        (NAME_EN, network.names_en, network.edge_name),
        (CLASS, network.classes, network.edge_class),
    )
    return LineLayer(
        np.asarray(shapely.linestrings(points, indices=line)),
        tuple(
            coded(field, Column.of(field.kind, [known[one] for one in index[edge].tolist()]))
            for field, known, index in told
        ),
        rank=group + length / (1.0 + length.max(initial=0)),
        first_zoom=from_zoom,
    )
