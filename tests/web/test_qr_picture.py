import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.web.qr_picture import QUIET_MODULES, qr_picture

SCALE = 4
ADDRESS = "https://riders.example.cn/stations/osm/node/1%20%E9%A9%BF?code=ABCDEFGHIJ"


def painted(drawing: str) -> np.ndarray:
    """Paint the lines of a drawing, a module high each, as white and black modules."""
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', drawing)[1])
    modules = np.full((side, side), 255, dtype=np.uint8)
    (lines,) = re.findall(r'stroke="#000" d="([^"]*)"', drawing)
    x = y = 0.0
    for move, told in re.findall(r"([Mmh])([^Mmh]*)", lines):
        numbers = [float(one) for one in re.findall(r"-?[0-9]*\.?[0-9]+", told)]
        if move == "h":
            modules[int(y), int(x) : int(x + numbers[0])] = 0
            x += numbers[0]
        else:
            x, y = numbers if move == "M" else (x + numbers[0], y + numbers[1])
    return modules


def test_a_drawing_brings_nothing_along_that_a_strict_page_refuses() -> None:
    drawing = qr_picture(ADDRESS)
    assert drawing.startswith("<svg ")
    assert not re.search(r"style|script|href|\son", drawing)
    assert not re.search(r'<svg[^>]* (width|height)="', drawing)
    assert 'class="qr"' in drawing


def test_there_is_room_around_it() -> None:
    modules = painted(qr_picture(ADDRESS))
    inner = modules[QUIET_MODULES:-QUIET_MODULES, QUIET_MODULES:-QUIET_MODULES]
    assert (modules == 0).sum() == (inner == 0).sum() > 100
    assert inner[0, :7].tolist() == [0] * 7
    assert inner[-1, :7].tolist() == [0] * 7


@settings(max_examples=30)
@given(st.text(st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), max_size=200))
def test_another_program_reads_what_was_written(path: str) -> None:
    """Addresses are of ASCII: all else in them is quoted."""
    text = f"http://a/{path}"
    zxingcpp = pytest.importorskip("zxingcpp")
    picture = np.kron(painted(qr_picture(text)), np.ones((SCALE, SCALE), dtype=np.uint8))
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == text


def test_a_code_reads_with_a_sixth_of_its_middle_gone() -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    modules = painted(qr_picture(ADDRESS))
    side = len(modules)
    hole = slice(round(side * 0.38), round(side * 0.62))
    modules[hole, hole] = 255
    picture = np.kron(modules, np.ones((SCALE, SCALE), dtype=np.uint8))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [ADDRESS]
