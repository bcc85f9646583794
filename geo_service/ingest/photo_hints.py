"""What a picture says of itself (EXIF 2.32): which way is up, where and when it was taken.

Anything may be written there, so that whatever makes no sense is as if it were not there.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from PIL import ExifTags, Image

from geo_service.domain.opening import YEARS

MOST_BYTES: Final = 1 << 16
"""A JPEG file has room for no more in one segment; more is no camera's."""
_GPS, _TAG = ExifTags.GPS, ExifTags.Base
_VOID: Final = "V"
"""The GPS status of a position that was not measured just then."""
_NORTH: Final = {"N": 1, "S": -1}
_EAST: Final = {"E": 1, "W": -1}
_OFFSET = re.compile(r"[+-][0-9]{2}:[0-9]{2}")

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Hints:
    """What could be made out."""

    orientation: int = 1
    """As EXIF counts them, from 1 (upright) to 8."""
    position: tuple[float, float] | None = None
    """Longitude and latitude, WGS-84, decimal degrees."""
    taken_at: datetime | None = None
    """UTC; None too where only a local time is told."""


def read_hints(picture: Image.Image) -> Hints:
    """Read what a picture says of itself.

    Parameters
    ----------
    picture : Image
        Loaded. Raises nothing, whatever it says.
    """
    if len(picture.info.get("exif") or b"") > MOST_BYTES:
        return Hints()
    exif = _or_none(picture.getexif)
    if exif is None:
        return Hints()
    return Hints(
        _or_none(lambda: _orientation(exif)) or 1,
        _or_none(lambda: _position(exif.get_ifd(ExifTags.IFD.GPSInfo))),
        _or_none(lambda: _local_time(exif)) or _or_none(lambda: _gps_time(exif)),
    )


def _or_none(read: Callable[[], Found]) -> Found | None:
    try:
        return read()
    except Exception:  # noqa: BLE001 - what a stranger wrote fails in ever new ways
        return None


def _orientation(exif: Image.Exif) -> int:
    told = exif[_TAG.Orientation]
    return told if told in range(1, 9) else 1


def _position(gps: dict[int, Any]) -> tuple[float, float] | None:
    if _word(gps.get(_GPS.GPSStatus)) == _VOID:
        return None
    lat = _degrees(gps[_GPS.GPSLatitude], 90.0) * _NORTH[_word(gps[_GPS.GPSLatitudeRef])]
    lon = _degrees(gps[_GPS.GPSLongitude], 180.0) * _EAST[_word(gps[_GPS.GPSLongitudeRef])]
    # Devices that don't know where they are write zeros.
    return None if lon == 0 and lat == 0 else (lon, lat)


def _degrees(parts: tuple[Any, Any, Any], most: float) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    total = degrees + minutes / 60 + seconds / 3600
    # Written so that NaN, which is in no order with anything, is caught too.
    if not (degrees >= 0 and 0 <= minutes <= 60 and 0 <= seconds <= 60 and total <= most):
        raise ValueError("no degrees, minutes and seconds")
    return total


def _word(told: object) -> str:
    text = told.decode("ascii") if isinstance(told, bytes) else str(told)
    return text.strip("\0 ")


def _local_time(exif: Image.Exif) -> datetime | None:
    details = exif.get_ifd(ExifTags.IFD.Exif)
    offset = _word(details[_TAG.OffsetTimeOriginal])
    if not _OFFSET.fullmatch(offset):
        return None
    told = _word(details[_TAG.DateTimeOriginal])
    return _sensible(datetime.strptime(told + offset, "%Y:%m:%d %H:%M:%S%z").astimezone(UTC))


def _gps_time(exif: Image.Exif) -> datetime | None:
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    day = datetime.strptime(_word(gps[_GPS.GPSDateStamp]), "%Y:%m:%d").replace(tzinfo=UTC)
    hours, minutes, seconds = (float(part) for part in gps[_GPS.GPSTimeStamp])
    spent = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if not timedelta(0) <= spent < timedelta(days=1):
        return None
    return _sensible(day + spent)


def _sensible(moment: datetime) -> datetime | None:
    return moment if moment.year in YEARS else None
