"""``nearest``: words in, a table or one line of JSON out."""

import json
from collections.abc import Callable

import pytest

HERE = (32.04, 112.1395)


def test_json_is_one_line_and_nothing_else(town: Callable) -> None:
    answer = town("nearest", *HERE, "-k", 9, "--json")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.count("\n") == 1
    said = json.loads(answer.out)
    assert [feature["id"] for feature in said["features"]] == ["a", "b"]
    assert said["notes"] == ["No more than 2 fit the filters."]


def test_table_has_a_line_each_and_notes_stand_beside(town: Callable) -> None:
    answer = town("nearest", *HERE, "-k", 9)
    first, second = answer.out.splitlines()
    assert first.startswith(" 1       47 m   0 min  usable: yes ")
    assert first.endswith("驿站 (rest_station)")
    assert second.endswith("b (water_point)"), "an id stands in for a name"
    assert answer.err == "No more than 2 fit the filters.\n"


@pytest.mark.parametrize(
    ("lat", "lon"), [("-8.61", "-41.2"), ("-1e-3", "-1E+1"), ("-.5", "-5."), ("32", "-0")]
)
def test_negative_coordinates_need_no_marks(town: Callable, lat: str, lon: str) -> None:
    answer = town("nearest", lat, lon, "--json", "--kind", "water_point")
    assert answer.code == 0, answer.err
    assert json.loads(answer.out)["by"] == "straight"


def test_options_reach_the_question(town: Callable) -> None:
    for words, ids in (
        (("--kind", "water_point"), ["b"]),
        (("--kind", "water_point", "--kind", "rest_station"), ["a", "b"]),
        (("-k", "1"), ["a"]),
        (("--amenity", "fridge"), []),
        (("--max-distance", "100"), ["a"]),
        (("--open-at", "now", "--usable"), ["a", "b"]),
        (("--by", "straight", "--profile", "walk"), ["a", "b"]),
    ):
        said = json.loads(town("nearest", *HERE, "--json", *words).out)
        assert [feature["id"] for feature in said["features"]] == ids, words
    assert town("nearest", *HERE, "--max-distance", "-1e-3").code == 2
    assert town("nearest", *HERE, "--kind", "helipad").code == 2


def test_workspace_without_streets_or_facilities_says_so(run: Callable) -> None:
    assert run("init").code == 0
    answer = run("nearest", *HERE)
    assert (answer.code, answer.out) == (1, "")
    assert "no streets yet" in answer.err


def test_way_is_told_step_by_step_below_each(town: Callable) -> None:
    lines = town("nearest", *HERE, "-k", 1, "--way").out.splitlines()
    assert len(lines) > 1
    assert "骑行" in lines[1]
    assert "到达" in lines[-1]
    said = json.loads(town("nearest", *HERE, "-k", 1, "--way", "--lang", "en", "--json").out)
    properties = said["features"][0]["properties"]
    assert properties["way"]["type"] == "LineString"
    assert "Arrive" in properties["steps"][-1]["text"]


def test_open_for_reaches_the_question(town: Callable) -> None:
    assert town("nearest", *HERE, "--open-for", "5").code == 0
    refused = town("nearest", *HERE, "--open-for", "-1")
    assert refused.code == 2
    assert "minutes" in refused.err
