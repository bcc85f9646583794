from collections.abc import Callable
from dataclasses import replace

from geo_service.maps.content import MapContent
from geo_service.maps.layers.release import draw_release
from geo_service.maps.view import view_of


def test_cells_bear_their_rounded_counts(content: MapContent, drawn_data: Callable) -> None:
    assert content.release is not None
    data = drawn_data(content, "release", "cells")
    assert [row[3:] for row in data["rows"]] == [
        [f"≥ {row.trips}", f"≥ {row.riders}"] for row in content.release.rows
    ]
    assert data["lines"]["points"] == 6 * len(content.release.rows)


def test_legend_names_the_period(content: MapContent) -> None:
    drawn = draw_release(content, view_of(content))
    assert drawn is not None
    assert "2026&#45;09" in drawn.legend


def test_release_without_cells_is_drawn_empty(content: MapContent, drawn_data: Callable) -> None:
    assert content.release is not None
    empty = replace(content, release=replace(content.release, rows=()))
    assert drawn_data(empty, "release", "cells")["rows"] == []


def test_no_release_no_layer(bare: MapContent) -> None:
    assert draw_release(bare, view_of(bare)) is None
