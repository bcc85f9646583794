from collections.abc import Callable
from dataclasses import replace

import pytest

from geo_service.domain.lifecycle import Stage
from geo_service.maps.content import CaseOnMap, MapContent
from geo_service.maps.escape import as_script
from geo_service.maps.folding import fold
from geo_service.maps.layers import issues as layer
from geo_service.maps.layers.issues import draw_issues
from geo_service.maps.view import view_of


def by_id(data: dict) -> dict[str, dict]:
    """Return facts of each issue by its id, with its look and style."""
    return {
        row[-1]: {
            **dict(zip(data["labels"], row[6:], strict=True)),
            "look": data["looks"][row[3]],
            "style": data["styles"][row[2]],
        }
        for row in data["rows"]
    }


def test_open_and_closed_differ_in_shape_not_only_in_colour(
    content: MapContent, drawn_data: Callable
) -> None:
    found = by_id(drawn_data(content, "issues", "marks"))
    for issue in content.issues:
        expected = "solid" if issue.is_open(content.now) else "hollow"
        assert found[issue.issue_id.replace("-", "&#45;")]["look"] == expected


def test_category_has_its_sign_or_a_letter(content: MapContent, drawn_data: Callable) -> None:
    found = by_id(drawn_data(content, "issues", "marks"))
    assert found["i&#45;0"]["style"][1:3] == ["standing_water", ""]
    assert found["i&#45;1"]["style"][1:3] == ["blocked_lane", ""]
    sign, letter = found["i&#45;2"]["style"][1:3]
    assert sign == ""
    assert letter == "A"


def test_known_category_has_the_same_colour_on_every_map(
    content: MapContent, drawn_data: Callable
) -> None:
    few = replace(content, issues=content.issues[1:3], issue_passes=None)
    whole, part = (by_id(drawn_data(each, "issues", "marks")) for each in (content, few))
    assert whole["i&#45;1"]["style"][0] == part["i&#45;1"]["style"][0]


def test_categories_differ_in_colour_as_long_as_there_are_colours(
    content: MapContent, drawn_data: Callable
) -> None:
    styles = drawn_data(content, "issues", "marks")["styles"]
    assert len({colour for colour, *_ in styles}) == 3


def test_card_tells_passes_only_where_they_were_counted(
    content: MapContent, drawn_data: Callable
) -> None:
    label = "经过次数 Passes"
    assert by_id(drawn_data(content, "issues", "marks"))["i&#45;7"][label] == 7
    silent = replace(content, issue_passes=None)
    assert by_id(drawn_data(silent, "issues", "marks"))["i&#45;7"][label] is None


def test_issue_that_nobody_passed_has_no_moment(content: MapContent, drawn_data: Callable) -> None:
    facts = by_id(drawn_data(content, "issues", "marks"))["i&#45;0"]
    assert facts["经过次数 Passes"] == 0
    assert facts["首次经过 First&#32;pass"] is None
    assert facts["最近距离 Closest"] is None


def test_issue_not_approved_is_marked_as_not_public(
    content: MapContent, drawn_data: Callable
) -> None:
    found = by_id(drawn_data(content, "issues", "marks"))
    told = [name for name, facts in found.items() if facts["公开 Visibility"]]
    assert told == ["i&#45;5"]


def test_long_description_is_cut(content: MapContent, drawn_data: Callable) -> None:
    long = replace(content.issues[0], description="长" * 999)
    data = drawn_data(
        replace(content, issues=[long], issue_passes=None, cells=None), "issues", "marks"
    )
    assert by_id(data)["i&#45;0"]["描述 Description"] == "长" * 299 + "&#8230;"


def test_where_cards_are_too_many_those_of_open_issues_are_kept(
    content: MapContent, drawn_data: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = [row[4:] for row in drawn_data(content, "issues", "marks")["rows"]]
    monkeypatch.setattr(layer, "MOST_LETTERS", len(fold(as_script(cards))) // 2)
    rows = drawn_data(content, "issues", "marks")["rows"]
    assert len(rows) == len(content.issues), "every mark is drawn"
    told = [row for row in rows if row[4] is not None]
    assert 0 < len(told) < len(content.issues)
    assert {row[3] for row in told} == {0}


def test_many_categories_share_the_last_style(content: MapContent, drawn_data: Callable) -> None:
    issues = [replace(issue, category=f"kind {row:02}") for row, issue in enumerate(content.issues)]
    data = drawn_data(replace(content, issues=issues), "issues", "marks")
    assert len(data["styles"]) == 9
    assert sum(row[2] == 8 for row in data["rows"]) == 4
    drawn = draw_issues(replace(content, issues=issues), view_of(content))
    assert drawn is not None
    assert "Other&#32;categories&#32;&#40;4&#41;" in drawn.legend


def test_no_issues_no_layer(bare: MapContent) -> None:
    assert draw_issues(bare, view_of(bare)) is None


def test_tags_stand_beside_their_rows(content: MapContent, drawn_data: Callable) -> None:
    late = content.issues[2].issue_id
    content = replace(content, cases={late: CaseOnMap(Stage.HANDLING, "u", overdue=True)})
    data = drawn_data(content, "issues", "marks")
    assert list(data["filters"]) == ["stage", "age", "category", "overdue"]
    for row, tags in zip(data["rows"], data["tags"], strict=True):
        assert tags[2] == row[2]
        assert (tags[3] == 1) == (row[-1] == "i&#45;2") == (data["looks"][row[3]] == "late")
