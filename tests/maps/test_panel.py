from dataclasses import replace

from geo_service.maps.content import MapContent
from geo_service.maps.drawn_layer import DrawnLayer, new_group
from geo_service.maps.panel import panel_html


def test_counts_are_those_of_the_moment(content: MapContent) -> None:
    html = panel_html(content, {}, ())
    assert "<b>5</b>" in html
    assert "<b>9</b>" in html
    assert "<b>3</b>" in html


def test_nothing_to_count_leaves_the_counts_out(bare: MapContent) -> None:
    assert "gm-counts" not in panel_html(bare, {}, ())


def test_period_of_traces_is_said_with_open_ends(content: MapContent) -> None:
    assert "2026&#45;09&#45;01&#32;&#8594;&#32;2026&#45;10&#45;01" in panel_html(content, {}, ())
    assert "2026&#45;09&#45;01&#32;&#8594;&#32;&#8230;" in panel_html(
        replace(content, until=None), {}, ()
    )
    assert "Traces" not in panel_html(replace(content, since=None, until=None), {}, ())


def test_box_is_ticked_where_the_layer_is_shown(content: MapContent) -> None:
    layers = {
        "issues": DrawnLayer("issues", new_group("issues"), "A"),
        "rate": DrawnLayer("rate", new_group("rate"), "B"),
    }
    html = panel_html(content, layers, {"issues"})
    assert 'data-layer="issues" checked' in html
    assert 'data-layer="rate">' in html
