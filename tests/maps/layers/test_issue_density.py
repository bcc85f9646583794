from collections.abc import Callable
from dataclasses import replace

from geo_service.maps.content import MapContent
from geo_service.maps.layers.issue_density import draw_issue_density
from geo_service.maps.view import view_of


def test_only_issues_open_at_the_moment_of_the_map_are_counted(content: MapContent) -> None:
    drawn = draw_issue_density(content, view_of(content))
    assert drawn is not None
    assert sum(issue.is_open(content.now) for issue in content.issues) == 9
    assert ">9<" in drawn.legend
    assert "open&#32;issues&#32;per&#32;km" in drawn.legend


def test_picture_covers_the_open_issues_alone(content: MapContent, picture: Callable) -> None:
    one = replace(content, issues=content.issues[:2])
    (south, west), (north, east) = picture(one, "issue_density")
    issue = content.issues[1]
    assert south < issue.lat < north
    assert west < issue.lon < east
    assert east - west < 0.02


def test_legend_says_what_a_single_issue_looks_like(content: MapContent) -> None:
    drawn = draw_issue_density(content, view_of(content))
    assert drawn is not None
    assert "shows&#32;as&#32;15&#46;9&#32;at" in drawn.legend


def test_nothing_open_no_layer(content: MapContent, bare: MapContent) -> None:
    assert draw_issue_density(bare, view_of(bare)) is None
    closed = [issue for issue in content.issues if not issue.is_open(content.now)]
    assert draw_issue_density(replace(content, issues=closed), view_of(content)) is None
