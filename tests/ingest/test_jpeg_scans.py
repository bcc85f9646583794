from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from geo_service.ingest.jpeg_scans import has_more_scans


def jpeg(*, progressive: bool, comment: bytes = b"") -> bytes:
    file = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(
        file, "JPEG", progressive=progressive, comment=comment
    )
    return file.getvalue()


def scans(data: bytes) -> int:
    return next(most for most in range(1000) if not has_more_scans(data, most))


@pytest.mark.parametrize(("progressive", "count"), [(False, 1), (True, 10)])
def test_scans_are_counted(progressive: bool, count: int) -> None:
    assert scans(jpeg(progressive=progressive)) == count


def test_other_segments_and_what_follows_do_not_count() -> None:
    assert scans(jpeg(progressive=False, comment=b"\xff\xda\0\x04" * 50)) == 1
    assert scans(jpeg(progressive=False) + b"\0\2" + b"\xff\xda\0\x04" * 50) == 1


@pytest.mark.parametrize("fill", [b"", b"\xff", b"\xff\xff"])
def test_a_marker_may_have_fill_bytes_before_it(fill: bytes) -> None:
    whole = jpeg(progressive=True)
    assert scans(whole.replace(b"\xff\xda", fill + b"\xff\xda")) == 10


@given(st.binary(max_size=200))
def test_anything_can_be_counted(content: bytes) -> None:
    assert has_more_scans(b"\xff\xd8" + content, 5) in (True, False)
    assert not has_more_scans(b"\xff\xd8" + content, content.count(b"\xff\xda"))
