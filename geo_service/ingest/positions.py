"""Positions from a file: checked, and brought from the declared datum to WGS-84."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo_service.arrays import Flags, Floats
from geo_service.geometry.datum import Datum, convert
from geo_service.geometry.extent import Extent, metres_outside
from geo_service.geometry.position import is_on_earth
from geo_service.ingest.columns import Columns, text_of

Faults: TypeAlias = NDArray[np.int8]


class PositionFault(IntEnum):
    """What can be wrong with a position; NONE is nothing."""

    NONE = 0
    MISSING = 1
    EMPTY = 2
    WRONG_GEOMETRY = 3
    NOT_A_NUMBER = 4
    NAN = 5
    INFINITE = 6
    SWAPPED = 7
    OUT_OF_RANGE = 8
    TOO_FAR = 9


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """n positions, and what is wrong with those that are of no use."""

    lon: Floats
    """Shape (n,): WGS-84, decimal degrees; of no meaning where there is a fault."""
    lat: Floats
    """Shape (n,): the same."""
    fault: Faults
    """Shape (n,): values of PositionFault."""
    told_lon: "pd.Series[Any]"
    """Shape (n,): the longitudes as the file says them."""
    told_lat: "pd.Series[Any]"
    """Shape (n,): the latitudes as the file says them."""
    shapes: NDArray[np.object_] | None = None
    outside_m: Floats = field(default_factory=lambda: np.zeros(0))
    """Shape (n,) where an extent was given: metres from it."""
    margin_m: float = 0.0

    def reason(self, row: int) -> str:
        """Say in a sentence what is wrong with a position; blank if nothing is."""
        fault = PositionFault(self.fault[row])
        if fault is PositionFault.NONE:
            return ""
        lon, lat = text_of(self.told_lon[row]), text_of(self.told_lat[row])
        match fault:
            case PositionFault.WRONG_GEOMETRY if self.shapes is not None:
                return f"Its geometry is a {self.shapes[row].geom_type}, where a Point is needed."
            case PositionFault.SWAPPED:
                return (
                    f"Its latitude {lat} is beyond 90 degrees: latitude and longitude look "
                    f"swapped (lat {lon}, lon {lat} would be a place)."
                )
            case PositionFault.OUT_OF_RANGE:
                return (
                    f"Its position, lon {lon}, lat {lat}, is not on earth: longitudes go from -180 "
                    "to 180, latitudes from -90 to 90."
                )
            case PositionFault.TOO_FAR:
                return (
                    f"It lies {self.outside_m[row] / 1000:.0f} km from the streets (lon {lon}, "
                    f"lat {lat}); {self.margin_m / 1000:.0f} km are allowed."
                )
            case _:
                return _named_fault(fault, lon, lat)


def _named_fault(fault: PositionFault, lon: str, lat: str) -> str:
    """Say what is wrong where the numbers themselves are."""
    match fault:
        case PositionFault.MISSING:
            return "It has no position."
        case PositionFault.EMPTY:
            return "Its geometry is empty."
        case PositionFault.NOT_A_NUMBER:
            return f"Its position is not in numbers: lon {lon!r}, lat {lat!r}."
        case PositionFault.NAN:
            return "Its position is NaN, which is no number."
        case PositionFault.INFINITE:
            return f"Its position is infinite: lon {lon}, lat {lat}."
        case _:
            return ""


def read_positions(
    columns: Columns, *, datum: Datum = Datum.WGS84, near: Extent | None = None
) -> Positions:
    """Read every row's position from the columns ``lon`` and ``lat``, or from its shape.

    Parameters
    ----------
    columns : Columns
        ``lon`` and ``lat`` win over shapes.
    datum : Datum
        How the file means its numbers.
    near : Extent, optional
        Around the streets; positions too far from it are faults.

    Raises
    ------
    MissingColumn
        If the file has neither shapes nor the two columns.
    """
    shapes = columns.rows.shapes
    if shapes is None or "lon" in columns or "lat" in columns:
        columns.need("lon", "lat")
        shapes = None
        told_lon, told_lat = columns.needed("lon"), columns.needed("lat")
        lon, lat, fault = _from_columns(told_lon, told_lat)
    else:
        lon, lat, fault = _from_shapes(shapes)
        told_lon, told_lat = pd.Series(lon), pd.Series(lat)
    _check_range(lon, lat, fault)
    good = fault == PositionFault.NONE
    if datum is not Datum.WGS84:
        lon, lat = lon.copy(), lat.copy()
        lon[good], lat[good] = convert(lon[good], lat[good], source=datum, target=Datum.WGS84)
    if near is None:
        return Positions(lon, lat, fault, told_lon, told_lat, shapes)
    outside = np.zeros(len(lon))
    outside[good] = metres_outside(lon[good], lat[good], near)
    fault[outside > near.margin_m] = PositionFault.TOO_FAR
    return Positions(lon, lat, fault, told_lon, told_lat, shapes, outside, near.margin_m)


def _check_range(lon: Floats, lat: Floats, fault: Faults) -> None:
    """Mark positions that are no place on earth, in place."""
    fresh = fault == PositionFault.NONE
    nowhere = fresh & ~is_on_earth(lon, lat)
    fault[nowhere] = PositionFault.OUT_OF_RANGE
    fault[nowhere & is_on_earth(lat, lon)] = PositionFault.SWAPPED
    fault[fresh & (np.isinf(lon) | np.isinf(lat))] = PositionFault.INFINITE
    fault[fresh & (np.isnan(lon) | np.isnan(lat))] = PositionFault.NAN


def _from_columns(lon: "pd.Series[Any]", lat: "pd.Series[Any]") -> tuple[Floats, Floats, Faults]:
    """Read two columns of numbers or text."""
    x, x_blank, x_word = numbers_of(lon)
    y, y_blank, y_word = numbers_of(lat)
    fault = np.zeros(len(x), dtype=np.int8)
    fault[x_word | y_word] = PositionFault.NOT_A_NUMBER
    fault[x_blank | y_blank] = PositionFault.MISSING
    return x, y, fault


def numbers_of(column: "pd.Series[Any]") -> tuple[Floats, Flags, Flags]:
    """Read a column as numbers.

    Parameters
    ----------
    column : Series
        Numbers, or text that says numbers.

    Returns
    -------
    values : ndarray of float, shape (n,)
        NaN where there is none.
    blank, wrong : ndarray of bool, shape (n,)
        Where nothing is said, and where what is said is no number. Raises nothing of its own.
    """
    never = np.zeros(len(column), dtype=np.bool_)
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        # A float column can't tell "nothing" from NaN; an integer one with gaps can.
        return values, never, never
    if pd.api.types.is_string_dtype(column.dtype) and column.dtype != object:
        try:
            values = pa.array(column).cast(pa.float64()).to_numpy(zero_copy_only=False)
        except pa.ArrowInvalid:
            pass
        else:
            return np.asarray(values, dtype=np.float64), column.isna().to_numpy(np.bool_), never
    return _numbers_one_by_one(column)


def _numbers_one_by_one(column: "pd.Series[Any]") -> tuple[Floats, Flags, Flags]:
    values = np.full(len(column), np.nan)
    blank, wrong = np.zeros(len(column), dtype=np.bool_), np.zeros(len(column), dtype=np.bool_)
    for row, value in enumerate(column.to_numpy(object)):
        told = isinstance(value, float) or text_of(value)
        if not told or value is None:
            blank[row] = True
            continue
        try:
            values[row] = float(value)
        except (TypeError, ValueError, OverflowError):
            wrong[row] = True
    return values, blank, wrong


def _from_shapes(shapes: NDArray[np.object_]) -> tuple[Floats, Floats, Faults]:
    """Read points; several points that are one are that one, as GIS programs export them."""
    shapes = shapes.copy()
    single = (shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(shapes) == 1
    )
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    kind = shapely.get_type_id(shapes)
    point = kind == shapely.GeometryType.POINT
    fault = np.where(point, PositionFault.NONE, PositionFault.WRONG_GEOMETRY).astype(np.int8)
    fault[kind == shapely.GeometryType.MISSING] = PositionFault.MISSING
    empty = shapely.is_empty(shapes) & (kind != shapely.GeometryType.MISSING)
    fault[empty] = PositionFault.EMPTY
    lon, lat = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
    full = point & ~empty
    lon[full], lat[full] = shapely.get_x(shapes[full]), shapely.get_y(shapes[full])
    return lon, lat, fault
