"""Exposure by hour and weekday as frames: a row a place and slot."""

import geopandas as gpd
import numpy as np

from geo_service.arrays import Integers
from geo_service.domain.slots import Per, slot_parts
from geo_service.export.frames import (
    WGS84,
    Frame,
    cell_shapes,
    edge_lines,
    edge_names,
    texts,
)
from geo_service.overlay.cells import cell_names
from geo_service.overlay.slot_exposure import SlotExposure
from geo_service.streets.network import Network


def issue_slots_frame(issues: Frame, found: SlotExposure, per: Per) -> Frame:
    """One row an issue and slot with a pass: ``issue_id, category``, the slot, passes, riders.

    ``issues`` are those whose rows ``found`` counts by; they keep their index and their types.
    """
    rows = issues[["issue_id", "category", issues.geometry.name]].iloc[found.place]
    counted = rows.assign(**slot_columns(found.slot, per), passes=found.passes, riders=found.riders)
    # The shape stands last, as in all tables.
    return counted[[*counted.columns.drop(rows.geometry.name), rows.geometry.name]]


def cell_slots_frame(found: SlotExposure, per: Per) -> Frame:
    """One row an H3 cell and slot that saw any: ``cell``, the slot, and its figures; hexagons."""
    cells, row = np.unique(found.place, return_inverse=True)
    names = cell_names(cells)
    # A cell is drawn once, however many slots it has.
    shapes = np.array(cell_shapes(names), dtype=object)
    return gpd.GeoDataFrame(
        {"cell": texts(names)[row], **slot_columns(found.slot, per), **_figures(found)},
        geometry=shapes[row],
        crs=WGS84,
    )


def street_slots_frame(found: SlotExposure, per: Per, network: Network) -> Frame:
    """One row a street edge and slot that saw any: its names, the slot, its figures; lines."""
    edges, row = np.unique(found.place, return_inverse=True)
    names = {name: column[row] for name, column in edge_names(network, edges).items()}
    return gpd.GeoDataFrame(
        {**names, **slot_columns(found.slot, per), **_figures(found)},
        geometry=edge_lines(network, edges)[row],
        crs=WGS84,
    )


def slot_columns(slot: Integers, per: Per) -> dict[str, Integers]:
    """Return the columns that name slots: ``weekday`` (1 is Monday), ``hour``, or both."""
    weekday, hour = slot_parts(slot)
    return ({"weekday": weekday} if per.has_weekday else {}) | (
        {"hour": hour} if per.has_hour else {}
    )


def _figures(found: SlotExposure) -> dict[str, np.ndarray]:
    return {
        "trips": found.trips,
        "riders": found.riders,
        "metres": found.metres,
        "passes": found.passes,
    }
