"""``catchments``: a file of lines, and what they come to."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest


def test_file_holds_the_facilities_and_the_holes(town: Callable, tmp_path: Path) -> None:
    out = tmp_path / "c.geojson"
    answer = town("catchments", "--by", "distance", "--metres", 100, "--out", out)
    assert (answer.code, answer.err) == (0, "")
    first, second = answer.out.splitlines()
    assert first.startswith(f"{out}: 2 facilities; of 0.5 km of street 0.4 km (")
    assert "within 100 m, 0.1 km" in first
    # Halfway: a is 189 m west of the corner, b 111 m north of it.
    assert second == "Farthest: 150 m to b, from latitude 32.04, longitude 112.141587."
    rows = [feature["properties"] for feature in json.loads(out.read_text())["features"]]
    assert [row["facility_id"] for row in rows] == ["a", "b", None]
    assert [row["hole"] for row in rows] == [False, False, True]


def test_options_reach_the_question(town: Callable, tmp_path: Path) -> None:
    out = tmp_path / "c.csv"
    for words, said in (
        (("--kind", "water_point"), "1 facilities"),
        (("--kind", "water_point", "--kind", "rest_station"), "2 facilities"),
        (("--minutes", "0.25"), "within 0.25 min"),
        (("--minutes", "7", "--profile", "walk"), "within 7 min"),
        (("--open-at", "now", "--usable"), "2 facilities"),
    ):
        answer = town("catchments", *words, "--out", out)
        assert (answer.code, answer.err) == (0, ""), words
        assert said in answer.out


def test_nobody_fitting_leaves_one_hole_and_says_so(town: Callable, tmp_path: Path) -> None:
    out = tmp_path / "c.csv"
    answer = town("catchments", "--amenity", "sauna", "--out", out)
    assert answer.code == 0
    assert answer.err == "No facility fits the filters, so all streets are a hole.\n"
    assert "0.0 km (0.0%) within 10 min" in answer.out
    assert "Farthest" not in answer.out


@pytest.mark.parametrize(
    "words",
    [
        ("--minutes", "0"),
        ("--metres", "100"),
        ("--by", "straight"),
        ("--kind", "helipad"),
        ("--profile", "car"),
    ],
)
def test_wrong_questions_are_refused(town: Callable, tmp_path: Path, words: tuple) -> None:
    out = tmp_path / "c.csv"
    assert town("catchments", *words, "--out", out).code == 2
    assert not out.exists()


def test_unknown_ending_is_refused_before_any_work(run: Callable, tmp_path: Path) -> None:
    answer = run("catchments", "--out", tmp_path / "c.docx")
    assert answer.code == 2
    assert ".geojson" in answer.err


def test_map_takes_kinds_and_minutes(town: Callable, tmp_path: Path) -> None:
    out = tmp_path / "m.html"
    words = ("--layers", "catchments", "--kind", "water_point", "--minutes", "4", "--out", out)
    assert town("map", *words, "--profile", "walk").code == 0
    page = out.read_text()
    assert 'step="1" value="4"' in page
    assert page.count('type="radio"') == 1
    assert "on&#32;foot" in page
    assert town("map", *words[:-3], "0", "--out", out).code == 2
