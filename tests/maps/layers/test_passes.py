from collections.abc import Callable
from dataclasses import replace

from geo_service.maps.content import MapContent
from geo_service.maps.issue_filters import all_tags
from geo_service.maps.layers.passes import draw_passes
from geo_service.maps.view import view_of


def test_picture_covers_the_passed_issues(content: MapContent, picture: Callable) -> None:
    (south, west), (north, east) = picture(content, "passes")
    for issue in content.issues[1:]:
        assert south < issue.lat < north
        assert west < issue.lon < east


def test_nobody_passed_anything_no_picture(content: MapContent, drawn_data: Callable) -> None:
    assert content.issue_passes is not None
    none = replace(content.issue_passes, passes=content.issue_passes.passes * 0)
    silent = replace(content, issue_passes=none)
    assert len(drawn_data(silent, "passes", "rings")["places"]) == 9
    drawn = draw_passes(silent, view_of(silent))
    assert drawn is not None
    assert "gm-scale" not in drawn.legend


def test_open_issue_that_nobody_passed_gets_a_ring(
    content: MapContent, drawn_data: Callable
) -> None:
    assert drawn_data(content, "passes", "rings") is None
    reopened = [replace(content.issues[0], closed_at=None), *content.issues[1:]]
    rings = drawn_data(replace(content, issues=reopened), "passes", "rings")
    assert rings["places"] == [[round(reopened[0].lat, 6), round(reopened[0].lon, 6)]]


def test_rings_are_hidden_by_what_hides_their_issues(
    content: MapContent, drawn_data: Callable
) -> None:
    assert content.issue_passes is not None
    none = replace(content.issue_passes, passes=content.issue_passes.passes * 0)
    silent = replace(content, issue_passes=none)
    rings = drawn_data(silent, "passes", "rings")
    tags = dict(zip(map(tuple, rings["places"]), rings["tags"], strict=True))
    open_ones = [row for row, issue in enumerate(content.issues) if issue.is_open(content.now)]
    known = all_tags(silent)
    assert tags == {
        (round(content.issues[row].lat, 6), round(content.issues[row].lon, 6)): tuple(known[row])
        for row in open_ones
    }


def test_legend_says_what_a_pass_is_and_how_many(content: MapContent) -> None:
    drawn = draw_passes(replace(content, radius_m=40.0), view_of(content))
    assert drawn is not None
    assert "within&#32;40&#32;m" in drawn.legend
    assert ">66<" in drawn.legend
    assert "passes&#32;per&#32;km" in drawn.legend


def test_no_counts_no_layer(content: MapContent, bare: MapContent) -> None:
    assert draw_passes(bare, view_of(bare)) is None
    assert draw_passes(replace(content, issue_passes=None), view_of(content)) is None
