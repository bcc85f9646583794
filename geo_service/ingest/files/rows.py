"""The rows of one file, whatever kind of file it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_service.arrays import Shapes

WGS84_EPSG = 4326


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """n records as a table, with their shapes if the file has any."""

    frame: pd.DataFrame
    """The columns as the file names them, without the shapes; rows numbered from 0."""
    shapes: Shapes | None = None
    """Shape (n,): shapely geometries or None, in decimal degrees of the file's datum."""
    file: str = "table"
    """How errors name the file."""
    faults: Mapping[int, str] = field(default_factory=dict)
    """Rows that can't be read at all, with the reason."""
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)


def rows_of_frame(frame: pd.DataFrame, *, file: str = "table") -> Rows:
    """Take a frame an analyst already holds, or a library has read, as rows.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        Shapes in another coordinate reference system than EPSG:4326 are brought to it; shapes in
        none are taken to be in decimal degrees.
    file : str
        How errors name it.

    Raises
    ------
    ProjError
        If the frame's reference system can't be brought to degrees.
    """
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        return Rows(frame.reset_index(drop=True), file=file)
    geometry: Any = frame.geometry
    if geometry.crs is not None and geometry.crs.to_epsg() != WGS84_EPSG:
        geometry = geometry.to_crs(epsg=WGS84_EPSG)
    plain = pd.DataFrame(frame.drop(columns=frame.active_geometry_name)).reset_index(drop=True)
    return Rows(plain, shapes=np.asarray(geometry.array, dtype=object), file=file)
