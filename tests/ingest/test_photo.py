"""Pictures from strangers become plain pixels, or are refused in words."""

import struct
import subprocess
import sys
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from geo_service.domain.photo import Photo
from geo_service.errors import RefusedFields
from geo_service.ingest import photo
from geo_service.ingest.photo import MOST_BYTES, read_photo, read_position

SIZE = (160, 120)
RED, BLUE = (200, 30, 40), (20, 40, 200)
SECRETS = [b"Exif", b"GPS", b"http://ns.adobe.com", b"ICC_PROFILE", b"MPF", b"<html", b"secret"]
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">secret</x:xmpmeta>'


def drawn(size: tuple[int, int] = SIZE, mode: str = "RGB") -> Image.Image:
    """Draw a picture whose upper left quarter is red and whose rest is blue."""
    picture = Image.new("RGB", size, BLUE)
    picture.paste(RED, (0, 0, size[0] // 2, size[1] // 2))
    return picture.convert(mode)


def saved(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def told(**tags: object) -> Image.Exif:
    """Write EXIF that says where, when, by whom and which way up."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "secret name"
    exif[ExifTags.Base.Orientation] = tags.get("orientation", 1)
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = (32.0, 2.0, 27.0)
    place[ExifTags.GPS.GPSLongitudeRef] = "E"
    place[ExifTags.GPS.GPSLongitude] = (112.0, 8.0, 42.0)
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = "2026:11:18 12:00:05"
    details[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    return exif


def read(data: bytes, *, most_pixels: int = 1_000_000, longest_side: int = 1600) -> Photo:
    return read_photo(data, most_pixels=most_pixels, longest_side=longest_side)


def refusal(data: bytes, **bounds: int) -> str:
    with pytest.raises(RefusedFields) as refused:
        read(data, **bounds)
    assert refused.value.faults.keys() == {"media"}
    return refused.value.faults["media"]


def seen(one: Photo) -> Image.Image:
    picture = Image.open(BytesIO(one.data), formats=["JPEG"])
    picture.load()
    assert (picture.mode, picture.size) == ("RGB", (one.width, one.height))
    return picture


def alike(colour: object, other: tuple[int, ...], most: int = 12) -> bool:
    assert isinstance(colour, tuple)
    return max(abs(a - b) for a, b in zip(colour, other, strict=True)) <= most


def test_everything_a_camera_writes_is_gone() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    sent = saved(drawn(), exif=told(), comment=b"secret note", icc_profile=profile, xmp=XMP)
    sent += b"<html><script>secret</script></html>"
    kept = read(sent)
    for secret in SECRETS:
        assert secret not in kept.data
        assert secret in sent or secret in (b"MPF", b"GPS")
    assert kept.position == pytest.approx((112.145, 32.040833333))
    assert kept.taken_at == datetime(2026, 11, 18, 4, 0, 5, tzinfo=UTC)
    assert read(kept.data).position is None
    assert read(kept.data).taken_at is None
    assert not seen(kept).getexif()
    assert kept.data.endswith(b"\xff\xd9")


def test_where_it_was_taken_can_be_asked_without_drawing_it() -> None:
    sent = saved(drawn(), exif=told())
    assert read_position(sent) == read(sent).position
    huge = saved(Image.new("L", (8, 8)), "PNG")
    assert read_position(huge) is None
    for odd in (b"", b"<html>", sent[:40], sent + bytes(MOST_BYTES)):
        assert read_position(odd) is None


@given(st.binary(max_size=300), st.integers(0, 300))
def test_asking_where_it_was_taken_never_fails(noise: bytes, place: int) -> None:
    sent = saved(drawn(), exif=told())
    read_position(sent[:place] + noise + sent[place + len(noise) :])


@pytest.mark.parametrize("said", [{"comment": b"secret note"}, {"exif": told()}, {"xmp": XMP}])
def test_whatever_is_said_alone_is_gone(said: dict[str, object]) -> None:
    sent = saved(drawn(), **said)
    assert b"secret" in sent
    assert b"secret" not in read(sent).data


def test_what_png_and_webp_say_is_gone_too() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "secret note")
    words.add_itxt("XML:com.adobe.xmp", XMP.decode())
    for sent in (
        saved(drawn(), "PNG", exif=told(), pnginfo=words) + b"<html>secret",
        saved(drawn(), "WEBP", exif=told(), xmp=XMP, quality=95) + b"<html>secret",
    ):
        kept = read(sent)
        assert kept.position == pytest.approx((112.145, 32.040833333))
        assert b"secret" in sent
        assert not any(secret in kept.data for secret in SECRETS)
        assert alike(seen(kept).getpixel((20, 20)), RED)


def test_a_second_picture_in_the_file_is_gone() -> None:
    """Phones write several into one file, so that depth or a larger view comes along."""
    sent = saved(drawn(), "MPO", save_all=True, append_images=[drawn((400, 300))])
    kept = read(sent)
    assert b"MPF" in sent
    assert (kept.width, kept.height) == SIZE
    assert b"MPF" not in kept.data
    assert kept.data.count(b"\xff\xd8") == 1


def test_a_file_that_says_wrongly_that_more_pictures_follow_is_read_without_warning() -> None:
    sent = saved(drawn(), "MPO", save_all=True, append_images=[drawn()])
    harmed = sent.replace(b"MPF\0II*\0", b"MPF\0II+\0")
    assert harmed != sent
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (read(harmed).width, read(harmed).height) == SIZE


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_stands_upright(orientation: int) -> None:
    """The red quarter is wherever EXIF says that up and left are."""
    backwards = {
        1: [],
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_90],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_270],
        8: [Image.Transpose.ROTATE_270],
    }
    lying = drawn()
    for turn in backwards[orientation]:
        lying = lying.transpose(turn)
    kept = read(saved(lying, exif=told(orientation=orientation), quality=95))
    assert (kept.width, kept.height) == SIZE
    picture = seen(kept)
    assert alike(picture.getpixel((20, 20)), RED)
    assert alike(picture.getpixel((140, 20)), BLUE)
    assert alike(picture.getpixel((20, 100)), BLUE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("side", [64, 100, 159, 160, 1600])
def test_neither_side_is_longer_than_allowed(kind: str, side: int) -> None:
    for size in (SIZE, SIZE[::-1]):
        kept = read(saved(drawn(size), kind), longest_side=side)
        assert max(kept.width, kept.height) == min(side, 160)
        assert kept.width * size[1] == pytest.approx(kept.height * size[0], rel=0.02)
        assert alike(seen(kept).getpixel((5, 5)), RED)


def test_what_shows_through_is_white() -> None:
    glass = drawn(mode="RGBA")
    glass.putalpha(Image.new("L", SIZE, 0))
    palette = Image.new("P", SIZE)
    palette.putpalette([10, 200, 10])
    for sent in (
        saved(glass, "PNG"),
        saved(glass, "WEBP", lossless=True, exact=True),
        saved(glass.convert("LA"), "PNG"),
        saved(palette, "PNG", transparency=b"\0"),
        saved(palette, "PNG", transparency=0),
        saved(drawn((64, 64)), "PNG", transparency=BLUE),
    ):
        kept = read(sent)
        assert alike(seen(kept).getpixel((60, 60)), (255, 255, 255))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_read(mode: str) -> None:
    picture = drawn(mode="L").convert("I;16") if mode == "I;16" else drawn(mode=mode)
    assert read(saved(picture, "PNG")).width == SIZE[0]


def test_sixteen_bits_of_grey_are_not_all_white() -> None:
    sent = saved(Image.new("I;16", SIZE, 0x8000), "PNG")
    assert alike(seen(read(sent)).getpixel((9, 9)), (128, 128, 128), 2)


def test_ink_becomes_light() -> None:
    sent = saved(drawn(mode="CMYK"), quality=95)
    assert alike(seen(read(sent)).getpixel((20, 20)), RED, 20)


def test_a_profile_is_followed_and_one_that_fits_nothing_is_left_out() -> None:
    """In the profile of a screen whose red and blue are swapped, red is blue."""
    good = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = good.replace(b"rXYZ", b"....", 1).replace(b"bXYZ", b"rXYZ", 1)
    swapped = swapped.replace(b"....", b"bXYZ", 1)
    followed = seen(read(saved(drawn(), icc_profile=swapped, quality=95)))
    assert alike(followed.getpixel((20, 20)), RED[::-1], 25)
    for useless in (b"no profile at all", good[:200]):
        plain = seen(read(saved(drawn(), icc_profile=useless, quality=95)))
        assert alike(plain.getpixel((20, 20)), RED)
    grey = seen(read(saved(drawn(mode="L"), icc_profile=good)))
    assert alike(grey.getpixel((9, 9)), (drawn(mode="L").getpixel((9, 9)),) * 3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_it_is_the_first_frame(kind: str) -> None:
    later = [Image.new("RGB", SIZE, "green")] * 2
    kept = read(saved(drawn(), kind, save_all=True, append_images=later))
    assert alike(seen(kept).getpixel((20, 20)), RED)


OTHERS = {
    "nothing": b"",
    "text": b"no picture",
    "a page": b"<!doctype html><html><script>alert(1)</script></html>",
    "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "a GIF": saved(drawn(), "GIF"),
    "a TIFF": saved(drawn(), "TIFF"),
    "a bitmap": saved(drawn(), "BMP"),
    "an icon": saved(drawn(), "ICO"),
    "a PostScript": saved(drawn(), "EPS"),
    "only a beginning": b"\xff\xd8\xff",
    "a page that begins like one": b"\xff\xd8\xff<html>secret</html>",
}


@pytest.mark.parametrize("what", OTHERS)
def test_other_files_are_refused(what: str) -> None:
    assert "Send a JPEG, PNG or WebP" in refusal(OTHERS[what])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_one_cut_off_is_refused(kind: str, share: float) -> None:
    noise = np.random.default_rng(5).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    whole = saved(Image.fromarray(noise), kind)
    assert read(whole)
    assert "damaged or cut off" in refusal(whole[: int(share * len(whole))])


def chunk(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def png(width: int, height: int, rows: bytes) -> bytes:
    """Write a PNG of one bit a pixel."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [1001, 10_000, 13_000, 100_000, 2**31 - 1])
def test_one_that_says_it_has_too_many_pixels_is_refused_unseen(side: int) -> None:
    """Beyond some sizes the library below warns, beyond others it gives up."""
    assert refusal(png(side, side, b"")) == (
        "The picture has more than 1 000 000 pixels. Send a smaller one."
    )


def test_one_that_has_too_many_pixels_is_refused() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        sent = saved(drawn(), kind)
        assert "more than 19 199 pixels" in refusal(sent, most_pixels=160 * 120 - 1)
        assert read(sent, most_pixels=160 * 120)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_decoded_whole_may_have_fewer_pixels(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    assert 4608 * 3456 <= photo.MOST_WHOLE_PIXELS <= 16_000_000, "a phone's camera of 16 MP"
    monkeypatch.setattr(photo, "MOST_WHOLE_PIXELS", 160 * 120 - 1)
    assert refusal(saved(drawn(), kind)) == (
        "The picture has more than 19 199 pixels. Send a smaller one or a JPEG file."
    )
    for taken in ("JPEG", "MPO"):
        assert read(saved(drawn(), taken)).width == SIZE[0]
    monkeypatch.setattr(photo, "MOST_WHOLE_PIXELS", 160 * 120)
    assert read(saved(drawn(), kind)).width == SIZE[0]


def test_a_tiny_file_of_a_huge_picture_is_refused_unseen() -> None:
    tiny = saved(Image.new("RGBA", (7070, 7070)), "WEBP", lossless=True)
    assert len(tiny) < 4_000
    assert "more than 16 000 000 pixels" in refusal(tiny, most_pixels=50_000_000)


MEASURE = """
import resource, sys
from pathlib import Path
from geo_service.errors import RefusedFields
from geo_service.ingest.photo import read_photo

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

data = Path(sys.argv[1]).read_bytes()
before = peak()
try:
    read_photo(data, most_pixels=50_000_000, longest_side=1600)
except RefusedFields:
    print(peak() - before)
"""


def test_a_hundred_million_pixels_take_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(png(10_000, 10_000, bytes(10_000 * 1251)))
    assert path.stat().st_size < 20_000
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, path], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 20, "megabytes more than before"


@pytest.mark.parametrize("size", [(1, 1), (31, 500), (500, 31)])
def test_one_too_small_is_refused(size: tuple[int, int]) -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        assert "shorter than 32 pixels" in refusal(saved(drawn(size), kind))
    assert read(saved(drawn((32, 32))))


def test_one_without_pixels_is_refused() -> None:
    sent = saved(drawn())
    at = sent.index(b"\xff\xc0") + 5
    assert refusal(sent[:at] + b"\0\0\0\0" + sent[at + 4 :])
    assert refusal(png(0, 0, b""))


def test_files_have_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    assert photo.MOST_BYTES == 10 * 1024 * 1024
    sent = saved(drawn())
    monkeypatch.setattr(photo, "MOST_BYTES", len(sent))
    assert read(sent)
    assert "larger than 10 MiB" in refusal(sent + b"\0")


def test_one_that_is_drawn_over_and_over_is_refused() -> None:
    sent = saved(drawn(), progressive=True)
    at = sent.rindex(b"\xff\xda")
    last = sent[at:-2]
    assert read(sent[:-2] + last * 80 + sent[-2:])
    assert "damaged" in refusal(sent[:-2] + last * 100 + sent[-2:])


def test_a_large_one_is_drawn_over_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    assert photo.MOST_SCANNED_PIXELS >= 12 * 50_000_000, "the largest pictures of usual programs"
    sent = saved(drawn(), progressive=True)
    at = sent.rindex(b"\xff\xda")
    over = sent[:-2] + sent[at:-2] * 40 + sent[-2:]
    monkeypatch.setattr(photo, "MOST_SCANNED_PIXELS", 20 * SIZE[0] * SIZE[1])
    assert read(sent)
    assert "damaged" in refusal(over)
    monkeypatch.setattr(photo, "MOST_SCANNED_PIXELS", 60 * SIZE[0] * SIZE[1])
    assert read(over)


@pytest.mark.parametrize(
    "failure",
    [MemoryError(), OverflowError(), SyntaxError(), struct.error(), zlib.error(), OSError()],
)
def test_whatever_a_decoder_raises_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def fail(_: object) -> None:
        raise failure

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", fail)
    assert "damaged or cut off" in refusal(saved(drawn()))


def test_many_at_once_leave_the_filters_of_warnings_as_they_were() -> None:
    sent = saved(drawn(), exif=told())
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        read_at_once = list(pool.map(read, [sent] * 40))
    assert read_at_once == [read(sent)] * 40
    assert warnings.filters == before


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF"])
)
def test_random_bytes_are_refused(content: bytes, begin: bytes) -> None:
    refusal(begin + content)


WHOLE = [
    saved(drawn((48, 40)), "JPEG", exif=told(), xmp=XMP, comment=b"note"),
    saved(drawn((48, 40)), "JPEG", progressive=True),
    saved(drawn((48, 40)), "MPO", save_all=True, append_images=[drawn((48, 40))]),
    saved(drawn((48, 40)), "PNG", exif=told()),
    saved(drawn((48, 40)), "PNG", save_all=True, append_images=[drawn((48, 40), "RGBA")]),
    saved(drawn((48, 40), "P"), "PNG", transparency=b"\0\x80"),
    saved(drawn((48, 40)), "WEBP", exif=told(), xmp=XMP),
    saved(drawn((48, 40), "RGBA"), "WEBP", lossless=True),
]


@given(
    st.sampled_from(WHOLE),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=12),
    st.integers(0, 3000),
    st.booleans(),
)
def test_damaged_files_are_refused_or_read_and_nothing_else(
    whole: bytes, changes: list[tuple[int, int]], cut: int, is_cut: bool
) -> None:
    harmed = bytearray(whole)
    for place, value in changes:
        harmed[place % len(harmed)] = value
    sent = bytes(harmed[: cut % len(harmed)]) if is_cut else bytes(harmed)
    with suppress(RefusedFields):
        kept = read(sent)
        assert max(kept.width, kept.height) <= 1600
        assert b"Exif" not in kept.data
        seen(kept)
