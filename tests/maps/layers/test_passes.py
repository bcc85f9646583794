from collections.abc import Callable
from dataclasses import replace

from geo_service.maps.content import MapContent
from geo_service.maps.layers.passes import draw_passes
from geo_service.maps.view import view_of


def test_spot_lies_at_each_passed_issue_as_strong_as_its_passes(
    content: MapContent, drawn_data: Callable
) -> None:
    spots, _ = drawn_data(content, "passes", "heat")
    assert spots == [
        [round(issue.lat, 6), round(issue.lon, 6), passes]
        for passes, issue in enumerate(content.issues)
        if passes
    ]


def test_open_issue_that_nobody_passed_gets_a_ring(
    content: MapContent, drawn_data: Callable
) -> None:
    assert drawn_data(content, "passes", "rings") is None
    reopened = [replace(content.issues[0], closed_at=None), *content.issues[1:]]
    rings = drawn_data(replace(content, issues=reopened), "passes", "rings")
    assert rings == {"places": [[round(reopened[0].lat, 6), round(reopened[0].lon, 6)]]}


def test_legend_says_what_a_pass_is_and_how_many(content: MapContent) -> None:
    drawn = draw_passes(replace(content, radius_m=40.0), view_of(content))
    assert drawn is not None
    assert "within&#32;40&#32;m" in drawn.legend
    assert ">66<" in drawn.legend
    assert "<span>11</span>" in drawn.legend


def test_no_counts_no_layer(content: MapContent, bare: MapContent) -> None:
    assert draw_passes(bare, view_of(bare)) is None
    assert draw_passes(replace(content, issue_passes=None), view_of(content)) is None
