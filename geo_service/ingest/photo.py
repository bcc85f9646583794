"""Pictures from strangers: read as pixels and drawn anew, so that nothing else comes along."""

import warnings
from contextlib import suppress
from io import BytesIO
from threading import Lock
from typing import Final

from PIL import Image, ImageCms, UnidentifiedImageError

from geo_service.domain.photo import Photo
from geo_service.errors import RefusedFields
from geo_service.ingest.jpeg_scans import has_more_scans
from geo_service.ingest.photo_hints import read_hints

FORMATS: Final = ("JPEG", "PNG", "WEBP")
MOST_BYTES: Final = 10 * 1024 * 1024
MOST_WHOLE_PIXELS: Final = 16_000_000
"""Of PNG and WebP files, which can only be decoded whole, and may be of a few bytes: as many as
most phones' cameras take, and more than any phone's screen has."""
LEAST_SIDE_PX: Final = 32
MOST_SCANS: Final = 100
MOST_SCANNED_PIXELS: Final = 600_000_000
"""Of a JPEG file, pixels by scans: the largest pictures in the ten scans of usual programs. A scan
is of a few bytes if it likes, and goes over all pixels."""
QUALITY: Final = 85

NO_PICTURE = "It is no picture that can be read. Send a JPEG, PNG or WebP file."
DAMAGED = "The picture is damaged or cut off. Send it once more, or take another."
TOO_LARGE = f"The file is larger than {MOST_BYTES // 1024**2} MiB. Send a smaller picture."
TOO_SMALL = f"A side of the picture is shorter than {LEAST_SIDE_PX} pixels. Send a larger one."

_DECODED_SMALLER: Final = ("JPEG", "MPO")
"""As Pillow calls them; MPO are those of phones that hold a second picture."""
_JPEG_BEGIN: Final = b"\xff\xd8"
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What sets a picture upright, by its EXIF orientation."""
_ONE_AT_A_TIME = Lock()
"""A large picture takes some hundred megabytes while it is drawn."""


def read_photo(data: bytes, *, most_pixels: int, longest_side: int) -> Photo:
    """Read a picture and draw it anew: upright, in sRGB, on white, as a JPEG file.

    Of an animation it is the first frame. Pixels and nothing else go over: no EXIF, no place, no
    comment, no small picture, no second one, nothing that stood behind it.

    Parameters
    ----------
    data : bytes
        What somebody sent as a JPEG, PNG or WebP file; names and types are not asked.
    most_pixels : int
        With more it is refused before any is decoded; PNG and WebP files with more than
        ``MOST_WHOLE_PIXELS`` are too.
    longest_side : int
        Pixels; it is made smaller so that neither side is longer.

    Returns
    -------
    Photo
        With the position (lon, lat, WGS-84) and the time that the picture told, if it told any.

    Raises
    ------
    RefusedFields
        Naming ``media``, if it is not such a file, is damaged, too large or too small.
    """
    if len(data) > MOST_BYTES:
        raise _refused(TOO_LARGE)
    # Filters belong to the whole process; the lock keeps two of these from crossing, and what
    # another might leave on is about Pillow's own warnings and no other.
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        try:
            return _draw_anew(data, most_pixels, longest_side)
        except RefusedFields:
            raise
        except UnidentifiedImageError:
            raise _refused(NO_PICTURE) from None
        except Image.DecompressionBombError:
            raise _too_many(most_pixels) from None
        except Exception as problem:
            # Decoders raise whatever comes up: OSError, SyntaxError, struct.error, MemoryError...
            raise _refused(DAMAGED) from problem


def read_position(data: bytes) -> tuple[float, float] | None:
    """Say where a picture says that it was taken, without drawing it.

    Parameters
    ----------
    data : bytes
        The file, as it came.

    Returns
    -------
    tuple of float, or None
        Longitude and latitude, WGS-84, decimal degrees; None: it says nothing, or is no picture.
        Raises nothing.
    """
    if len(data) > MOST_BYTES:
        return None
    with _ONE_AT_A_TIME, warnings.catch_warnings(), suppress(Exception):
        warnings.filterwarnings("ignore", module=r"PIL\.")
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            return read_hints(picture).position
    return None


def _draw_anew(data: bytes, most_pixels: int, longest_side: int) -> Photo:
    box = (longest_side, longest_side)
    with Image.open(BytesIO(data), formats=FORMATS) as picture:
        width, height = picture.size
        if width * height > most_pixels:
            raise _too_many(most_pixels)
        if picture.format not in _DECODED_SMALLER and width * height > MOST_WHOLE_PIXELS:
            raise _too_many(MOST_WHOLE_PIXELS, " or a JPEG file")
        if min(width, height) < LEAST_SIDE_PX:
            raise _refused(TOO_SMALL)
        most_scans = min(MOST_SCANS, MOST_SCANNED_PIXELS // (width * height))
        if data.startswith(_JPEG_BEGIN) and has_more_scans(data, most_scans):
            raise _refused(DAMAGED)
        # A JPEG file can be decoded at a half, a quarter or an eighth of its size at once.
        picture.draft("RGB", box)
        picture.load()
        hints = read_hints(picture)
        profile = picture.info.get("icc_profile")
        shown = _opaque(picture)
        shown.thumbnail(box, Image.Resampling.LANCZOS)
    shown = _in_srgb(shown, profile)
    if hints.orientation in _UPRIGHT:
        shown = shown.transpose(_UPRIGHT[hints.orientation])
    # A fresh picture: others carry on what was said of the one that they come from.
    clean = Image.new("RGB", shown.size)
    clean.paste(shown)
    file = BytesIO()
    clean.save(file, "JPEG", quality=QUALITY)
    return Photo(file.getvalue(), clean.width, clean.height, hints.position, hints.taken_at)


def _opaque(picture: Image.Image) -> Image.Image:
    """Return it as L, RGB or CMYK, white where it can be seen through."""
    if picture.mode.startswith("I"):
        # Sixteen bits of grey; converted as they are, all but the darkest would be white.
        return picture.point(lambda grey: grey * (1 / 256)).convert("L")
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        white = Image.new("RGB", seen.size, "white")
        white.paste(seen, mask=seen.getchannel("A"))
        return white
    return picture if picture.mode in ("L", "RGB", "CMYK") else picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        # A profile that can't be read, or is for other pictures, is as good as none.
        with suppress(ImageCms.PyCMSError):
            changed = ImageCms.profileToProfile(
                picture, BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            if changed is not None:
                return changed
    return picture.convert("RGB")


def _too_many(most_pixels: int, instead: str = "") -> RefusedFields:
    most = f"{most_pixels:,}".replace(",", " ")
    return _refused(f"The picture has more than {most} pixels. Send a smaller one{instead}.")


def _refused(why: str) -> RefusedFields:
    return RefusedFields({"media": why})
