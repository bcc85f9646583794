"""The collections of analysts: what streets and cells saw of all trips and issues."""

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo_service.domain.visibility import Viewer
from geo_service.export.dictionary import CELLS, STREETS, Table
from geo_service.export.frames import Frame
from geo_service.features.columns import ARRAYS, Column, Features, Field, Kind
from geo_service.features.meridian import cut_at_meridian
from geo_service.flows.collections.collection import Collection, Shape, Sight
from geo_service.flows.collections.described import fields_of
from geo_service.flows.look_at_trips import OverlayQuestion
from geo_service.flows.overlay_issues import overlay_frame
from geo_service.flows.wiring import Workspace
from geo_service.store import city, trace_days
from geo_service.store.change_journal import ISSUES, last_change
from geo_service.store.database import Connection

_IN_CSV_ONLY = ("geometry", "lon", "lat")


def _fields(table: Table, id_name: str) -> tuple[Field, ...]:
    """Describe all columns of a table but the id and the shape."""
    names = [column.name for column in table.columns]
    return fields_of(table, *(name for name in names if name not in (id_name, *_IN_CSV_ONLY)))


STREET_FIELDS = _fields(STREETS, "edge_id")
CELL_FIELDS = _fields(CELLS, "cell")


def read_street_exposure(workspace: Workspace, _: Sight) -> Features:
    """Count for every street edge that saw a trip or has an issue.

    Raises
    ------
    NotReady
        If no streets have been loaded.
    """
    frame = overlay_frame(workspace, "street", OverlayQuestion())
    return features_of_frame(frame, "edge_id", STREET_FIELDS)


def read_cell_exposure(workspace: Workspace, _: Sight) -> Features:
    """Count for every H3 cell that saw a trip or has an issue. Raises nothing of its own."""
    frame = overlay_frame(workspace, "cell", OverlayQuestion())
    return features_of_frame(frame, "cell", CELL_FIELDS)


def features_of_frame(frame: Frame, id_name: str, fields: tuple[Field, ...]) -> Features:
    """Take a table of figures as features.

    Parameters
    ----------
    frame : GeoDataFrame
        With a column for the ids and for each field; blank texts and numbers that are not finite
        are no values.
    id_name : str
        The column of the ids, each once.
    fields : tuple of Field
        Texts, numbers and flags. Raises nothing.
    """
    ids = frame[id_name].to_numpy(np.object_)
    order = np.argsort(ids, kind="stable")
    shapes = cut_at_meridian(frame.geometry.to_numpy(np.object_)[order])
    columns = {one.name: _column(one.kind, frame[one.name].to_numpy()[order]) for one in fields}
    return Features(ids[order], shapes, fields, columns)


def _column(kind: Kind, values: NDArray[Any]) -> Column:
    array_type, nothing = ARRAYS[kind]
    if kind is Kind.NUMBER:
        missing = ~np.isfinite(values)
    elif kind is Kind.TEXT:
        missing = np.array([not text for text in values], dtype=np.bool_)
    else:
        missing = np.zeros(len(values), dtype=np.bool_)
    return Column(kind, np.where(missing, nothing, values).astype(array_type), missing)


def _counted_of(connection: Connection) -> Hashable:
    """Tell trips, streets and issues from any others."""
    days = tuple(day.stamp for day in trace_days.read_days(connection))
    return city.read_streets_version(connection), days, last_change(connection, ISSUES)


STREET_EXPOSURE = Collection(
    name="street_exposure",
    title="Exposure of streets",
    description="Street edges that saw a trip or have an issue, both directions together, with "
    "their figures over all trips since riders' names last changed.",
    shape=Shape.LINE,
    id_name="edge_id",
    fields=STREET_FIELDS,
    read=read_street_exposure,
    version=_counted_of,
    counted=True,
    viewer=Viewer.ANALYST,
    called=("name",),
    sort="highway",
)
CELL_EXPOSURE = Collection(
    name="cell_exposure",
    title="Exposure of cells",
    description="H3 cells that saw a trip or have an issue, with their figures over all trips "
    "since riders' names last changed.",
    shape=Shape.POLYGON,
    id_name="cell",
    fields=CELL_FIELDS,
    read=read_cell_exposure,
    version=_counted_of,
    counted=True,
    viewer=Viewer.ANALYST,
)
