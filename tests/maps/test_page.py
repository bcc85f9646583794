import re
from dataclasses import replace
from pathlib import Path

import folium
import pytest

from geo_service.errors import WrongUsage
from geo_service.maps.assets import Assets
from geo_service.maps.base_tiles import base_tiles
from geo_service.maps.content import MapContent
from geo_service.maps.page import LAYERS, PLANNER_LAYERS, PUBLIC_LAYERS, draw, opened_with, render
from geo_service.settings import Basemap, Settings

SERVED = Assets(embedded=False)


def page(
    content: MapContent, layers: tuple[str, ...] = tuple(LAYERS), assets: Assets = SERVED
) -> str:
    return render(draw(content, layers, assets=assets))


def test_page_is_a_folium_map_with_every_layer(with_catchments: MapContent) -> None:
    drawn = draw(with_catchments, tuple(LAYERS), assets=SERVED)
    assert isinstance(drawn, folium.Map)
    html = render(drawn)
    for name in LAYERS:
        assert f'data-layer="{name}"' in html
        assert f"feature_group_{name} = L.featureGroup" in html


def test_only_layers_asked_for_are_drawn(content: MapContent) -> None:
    html = page(content, ("facilities",))
    assert re.findall(r'data-layer="(\w+)"', html) == ["facilities"]
    assert "i-3" not in html


def test_unknown_layer_is_refused_with_those_known(content: MapContent) -> None:
    with pytest.raises(WrongUsage, match=r"weather.*facilities"):
        draw(content, ("weather", "issues"), assets=SERVED)


def test_public_page_tells_nothing_of_traces_but_the_release(public: MapContent) -> None:
    html = page(public, PUBLIC_LAYERS)
    for word in ("passes", "exposure", "rate", "hours", "streets", "blind_spots"):
        assert f'data-layer="{word}"' not in html
    assert 'data-layer="release"' in html


def test_layer_without_data_says_so(bare: MapContent) -> None:
    html = page(bare, PLANNER_LAYERS)
    assert html.count("no&#32;data&#32;yet") == len(PLANNER_LAYERS)
    assert "data-layer" not in html


def test_same_content_gives_the_same_page(content: MapContent) -> None:
    assert page(content) == page(content)


def test_page_can_be_written_twice(content: MapContent) -> None:
    drawn = draw(content, ("facilities", "passes"), assets=SERVED)
    assert render(drawn) == render(drawn)


def test_page_can_be_saved_the_way_folium_does(content: MapContent, tmp_path: Path) -> None:
    path = tmp_path / "m.html"
    drawn = draw(content, ("issues",), assets=SERVED)
    drawn.save(str(path))
    assert path.read_text("utf-8") == render(drawn)


def test_title_moment_and_note_stand_on_the_page(content: MapContent) -> None:
    html = page(content)
    assert "<title>示例商圈&#32;Sample</title>" in html
    assert "<h1>示例商圈&#32;Sample</h1>" in html
    assert "2026&#45;10&#45;01&#32;12&#58;00" in html
    assert "示意&#32;illustrative" in html


def test_page_says_its_language_and_may_be_zoomed(content: MapContent) -> None:
    html = page(content)
    assert '<html lang="zh-Hans">' in html
    assert "user-scalable" not in html


@pytest.mark.parametrize("assets", [SERVED, Assets(), Assets(stock=True)])
def test_page_loads_nothing_from_outside(content: MapContent, assets: Assets) -> None:
    html = page(content, assets=assets)
    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*?(?:src|href)=\"([^\"]*)\"", html)
    assert all(address.startswith(("/assets/", "data:")) for address in loaded)


def test_page_without_its_assets_is_small(content: MapContent) -> None:
    assert len(page(content).encode()) < 60_000


def test_streets_from_openstreetmap_are_credited(content: MapContent) -> None:
    assert content.network is not None
    osm = replace(content.network, edge_from_id=content.network.edge_from_id + 7)
    assert '"osm":true' in page(replace(content, network=osm))
    assert '"osm":false' in page(content)


def test_page_names_its_base_map_and_keeps_the_streets_that_stand_in_for_it(
    content: MapContent,
) -> None:
    tiles = base_tiles(Settings(basemap=Basemap.AMAP))
    html = render(draw(content, ("facilities",), assets=SERVED, tiles=tiles))
    assert '"tiles":{"addresses":["https://webrd0\\u007bs\\u007d.is.autonavi.com' in html
    assert "geoMap.streets(" in html
    assert "autonavi" not in page(content)


def test_braces_in_text_are_not_a_template(content: MapContent) -> None:
    html = page(replace(content, title="{{7*7}}", note="{% raw %}"))
    assert "49" not in re.findall(r"<title>(.*)</title>", html)[0]
    assert "&#123;&#123;7&#42;7&#125;&#125;" in html


def test_catchments_have_less_room_beside_figures_of_traces(
    with_catchments: MapContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo_service.maps.layers.catchments.MOST_EDGES_IN_A_CROWD", 0)
    for others, left_out in ((("facilities", "issue_density"), False), (("streets",), True)):
        html = page(with_catchments, ("catchments", *others))
        assert ("Left&#32;out" in html) == left_out
        assert ("geoMap.catchments(" in html) != left_out


def test_page_opens_with_marks_and_one_layer_on_the_ground() -> None:
    assert opened_with(LAYERS) == {"passes", "facilities", "issues"}
    assert opened_with(PUBLIC_LAYERS) == {"facilities", "issues", "release"}
    assert opened_with(["issues", "issue_density"]) == {"issues", "issue_density"}
    assert opened_with(["rate", "streets"]) == {"rate"}
    assert opened_with([]) == set()
