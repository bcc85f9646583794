from dataclasses import replace

import pytest

from geo_service.maps.content import MapContent
from geo_service.maps.view import view_of

SLACK = 1e-9


def test_view_holds_all_facilities_and_issues(content: MapContent) -> None:
    view = view_of(content)
    (south, west), (north, east) = view.corners
    for place in [*(at.facility for at in content.facilities), *content.issues]:
        assert south - SLACK <= place.lat <= north + SLACK
        assert west - SLACK <= place.lon <= east + SLACK


def test_view_of_streets_alone_is_their_extent(content: MapContent) -> None:
    view = view_of(replace(content, facilities=(), issues=()))
    assert content.network is not None
    west, south, east, north = content.network.extent
    assert view.corners == [[south, pytest.approx(west)], [north, pytest.approx(east)]]


def test_view_of_cells_alone_is_around_them(content: MapContent) -> None:
    view = view_of(replace(content, facilities=(), issues=(), network=None))
    assert view.east - view.west == pytest.approx(0.022, abs=0.003)


def test_view_of_nothing_is_the_world(bare: MapContent) -> None:
    view = view_of(bare)
    assert view.east - view.west > 300


def test_places_on_both_sides_of_the_180th_meridian_are_neighbours(content: MapContent) -> None:
    issues = [
        replace(issue, lon=179.99 if row % 2 else -179.99)
        for row, issue in enumerate(content.issues)
    ]
    view = view_of(replace(content, facilities=(), issues=issues))
    assert view.east - view.west == pytest.approx(0.02)
    assert view.unwrapped([179.99, -179.99]).tolist() == pytest.approx([-180.01, -179.99])
