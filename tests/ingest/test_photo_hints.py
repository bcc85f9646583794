"""What pictures say of themselves, and what makes no sense."""

import math
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from geo_service.ingest.photo_hints import Hints, read_hints

GPS, TAG = ExifTags.GPS, ExifTags.Base
PLACE = {
    GPS.GPSLatitudeRef: "N",
    GPS.GPSLatitude: (32.0, 2.0, 27.0),
    GPS.GPSLongitudeRef: "E",
    GPS.GPSLongitude: (112.0, 8.0, 42.0),
}
POSITION = (112 + 8 / 60 + 42 / 3600, 32 + 2 / 60 + 27 / 3600)
LOCAL = {TAG.DateTimeOriginal: "2026:11:18 12:00:05", TAG.OffsetTimeOriginal: "+08:00"}
SATELLITES = {GPS.GPSDateStamp: "2026:11:18", GPS.GPSTimeStamp: (4.0, 0.0, 7.5)}


def hints(
    place: dict[int, object] | None = None,
    details: dict[int, object] | None = None,
    orientation: object = None,
) -> Hints:
    """Read what a picture with these tags tells."""
    exif = Image.Exif()
    if orientation is not None:
        exif[TAG.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(place or {})
    exif.get_ifd(ExifTags.IFD.Exif).update(details or {})
    file = BytesIO()
    Image.new("RGB", (40, 40)).save(file, "JPEG", exif=exif)
    with Image.open(file) as picture:
        picture.load()
        return read_hints(picture)


@pytest.mark.parametrize("north", ["N", "S"])
@pytest.mark.parametrize("east", ["E", "W"])
def test_a_position_has_its_half_of_the_earth(north: str, east: str) -> None:
    told = hints({**PLACE, GPS.GPSLatitudeRef: north, GPS.GPSLongitudeRef: east})
    sign = {"N": 1, "E": 1, "S": -1, "W": -1}
    assert told.position == pytest.approx((POSITION[0] * sign[east], POSITION[1] * sign[north]))


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_every_place_on_earth_comes_back(lon: float, lat: float) -> None:
    def parts(value: float) -> tuple[float, float, float]:
        minutes, degrees = math.modf(abs(value))
        seconds, minutes = math.modf(minutes * 60)
        return degrees, minutes, seconds * 60

    told = hints(
        {
            GPS.GPSLatitudeRef: "S" if lat < 0 else "N",
            GPS.GPSLatitude: parts(lat),
            GPS.GPSLongitudeRef: "W" if lon < 0 else "E",
            GPS.GPSLongitude: parts(lon),
        }
    )
    if told.position is None:
        assert max(abs(lon), abs(lat)) < 1e-6
    else:
        assert told.position == pytest.approx((lon, lat), abs=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [
        {GPS.GPSLatitude: (0.0, 0.0, 0.0), GPS.GPSLongitude: (0.0, 0.0, 0.0)},
        {GPS.GPSLatitude: (IFDRational(0, 0), IFDRational(0, 0), IFDRational(0, 0))},
        {GPS.GPSLatitude: (32.0, IFDRational(1, 0), 0.0)},
        {GPS.GPSLatitude: (90.0, 0.0, 1.0)},
        {GPS.GPSLongitude: (180.0, 0.0, 1.0)},
        {GPS.GPSLongitude: (112.0, 61.0, 0.0)},
        {GPS.GPSLongitude: (112.0, 0.0, 61.0)},
        {GPS.GPSLatitude: (32.0, 2.0)},
        {GPS.GPSLatitude: 32.0},
        {GPS.GPSLatitudeRef: "?"},
        {GPS.GPSLatitudeRef: "E"},
        {GPS.GPSLatitudeRef: ""},
        {GPS.GPSLongitudeRef: "EW"},
        {GPS.GPSStatus: "V"},
    ],
)
def test_a_position_that_makes_no_sense_is_none(wrong: dict[int, object]) -> None:
    assert hints({**PLACE, **wrong}).position is None


@pytest.mark.parametrize("missing", PLACE)
def test_a_position_needs_all_of_it(missing: int) -> None:
    assert hints({tag: value for tag, value in PLACE.items() if tag != missing}).position is None


def test_times_are_known_with_their_zone_only() -> None:
    assert hints(details=LOCAL).taken_at == datetime(2026, 11, 18, 4, 0, 5, tzinfo=UTC)
    assert hints(details={TAG.DateTimeOriginal: LOCAL[TAG.DateTimeOriginal]}).taken_at is None
    told = hints(SATELLITES).taken_at
    assert told == datetime(2026, 11, 18, 4, 0, 7, 500_000, tzinfo=UTC)
    assert told.tzinfo is UTC
    assert hints(SATELLITES, LOCAL).taken_at == hints(details=LOCAL).taken_at


@pytest.mark.parametrize(
    ("place", "details"),
    [
        ({}, {**LOCAL, TAG.OffsetTimeOriginal: "   :  "}),
        ({}, {**LOCAL, TAG.OffsetTimeOriginal: "Z"}),
        ({}, {**LOCAL, TAG.OffsetTimeOriginal: "+99:00"}),
        ({}, {**LOCAL, TAG.DateTimeOriginal: "0000:00:00 00:00:00"}),
        ({}, {**LOCAL, TAG.DateTimeOriginal: "0001:01:01 00:00:00"}),
        ({}, {**LOCAL, TAG.DateTimeOriginal: "1904:01:01 00:00:00"}),
        ({GPS.GPSDateStamp: "2026:11:18"}, {}),
        ({**SATELLITES, GPS.GPSDateStamp: "2026:13:18"}, {}),
        ({**SATELLITES, GPS.GPSTimeStamp: (24.0, 0.0, 0.0)}, {}),
        ({**SATELLITES, GPS.GPSTimeStamp: (IFDRational(0, 0), 0.0, 0.0)}, {}),
        ({**SATELLITES, GPS.GPSTimeStamp: (1.0, 0.0)}, {}),
    ],
)
def test_a_time_that_makes_no_sense_is_none(
    place: dict[int, object], details: dict[int, object]
) -> None:
    assert hints(place, details).taken_at is None


@pytest.mark.parametrize(("told", "read"), [(6, 6), (8, 8), (0, 1), (9, 1), (None, 1)])
def test_an_orientation_is_one_of_eight(told: int | None, read: int) -> None:
    assert hints(orientation=told).orientation == read


def test_one_wrong_thing_takes_no_other_away() -> None:
    told = hints({**PLACE, **SATELLITES, GPS.GPSTimeStamp: (99.0, 0.0, 0.0)}, orientation=3)
    assert told.position == pytest.approx(POSITION)
    assert (told.orientation, told.taken_at) == (3, None)
    assert hints({**SATELLITES, GPS.GPSLatitude: (99.0, 0.0, 0.0)}).taken_at is not None


@given(st.binary(max_size=400), st.sampled_from([b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]))
def test_anything_may_be_written_there(content: bytes, begin: bytes) -> None:
    picture = Image.new("RGB", (1, 1))
    picture.info["exif"] = b"Exif\0\0" + begin + content
    told = read_hints(picture)
    assert told.orientation in range(1, 9)
    assert told.position is None or all(map(math.isfinite, told.position))


def test_more_than_a_camera_writes_is_not_read() -> None:
    exif = Image.Exif()
    exif[TAG.Orientation] = 6
    picture = Image.new("RGB", (1, 1))
    picture.info["exif"] = exif.tobytes()
    assert read_hints(picture).orientation == 6
    bloated = Image.new("RGB", (1, 1))
    bloated.info["exif"] = exif.tobytes() + bytes(1 << 16)
    assert read_hints(bloated).orientation == 1
