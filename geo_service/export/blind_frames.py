"""Blind spots as frames: the streets and cells that no trip was in."""

import geopandas as gpd

from geo_service.export.frames import WGS84, Frame, cell_shapes, edge_lines, edge_names, texts
from geo_service.overlay.blind_spots import BlindSpots
from geo_service.overlay.cells import cell_names
from geo_service.streets.network import Network


def blind_streets_frame(blind: BlindSpots, network: Network) -> Frame:
    """One row a street edge, lines: ``edge_id, name, highway, length_m, issues``."""
    return gpd.GeoDataFrame(
        {
            **edge_names(network, blind.place),
            "length_m": blind.street_m,
            "issues": blind.issues,
        },
        geometry=edge_lines(network, blind.place),
        crs=WGS84,
    )


def blind_cells_frame(blind: BlindSpots) -> Frame:
    """One row an H3 cell, hexagons: ``cell, street_m, issues``."""
    names = cell_names(blind.place)
    return gpd.GeoDataFrame(
        {"cell": texts(names), "street_m": blind.street_m, "issues": blind.issues},
        geometry=cell_shapes(names),
        crs=WGS84,
    )
