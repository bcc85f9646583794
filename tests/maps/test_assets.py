import re

import folium
import pytest
from folium.plugins import MarkerCluster

from geo_service.errors import NotFound
from geo_service.maps.assets import (
    NAMES,
    STOCK_NAMES,
    Assets,
    read_asset,
    without_outside_addresses,
)
from geo_service.maps.elements import Verbatim

ALL = (*NAMES, *STOCK_NAMES)


@pytest.mark.parametrize("name", ALL)
def test_asset_fetches_nothing(name: str) -> None:
    text = read_asset(name).text
    assert "sourceMappingURL" not in text
    assert not re.search(r"</(script|style)", text, re.IGNORECASE)
    if name.endswith(".css"):
        assert "@import" not in text
        asked = re.findall(r"url\(\s*[\"']?([^\"')]{0,30})", text)
        assert [address for address in asked if not address.startswith(("data:", "#"))] == []


def test_wheel_has_every_address_that_folium_knows_for_what_we_use() -> None:
    from offlinefolium.elements import _res as texts  # noqa: PLC0415 - 3.5 MB, for this test alone

    for owner in (folium.Map, MarkerCluster):
        for _, url in (*owner.default_js, *getattr(owner, "default_css", ())):
            if "MarkerCluster.Default" not in url:
                assert texts[url], url


def test_marker_pins_survive_because_no_sheet_is_called_leaflet() -> None:
    assert not any(name.endswith("leaflet.css") for name in ALL)
    assert "leaflet-default-icon-path" in read_asset("map-base.css").text


def test_unknown_asset_is_not_found() -> None:
    with pytest.raises(NotFound, match=r"passwd"):
        read_asset("../../etc/passwd")


def test_outside_addresses_go_and_inside_ones_stay() -> None:
    style = (
        '@import url("https://fonts.example/a.css");'
        "a{background:url(https://x.example/i.png)}b{src:url( '../f.woff2' ) format('woff2')}"
        "c{background:url(data:image/png;base64,AAAA)}d{fill:url(#hatch)}"
    )
    cleaned = without_outside_addresses(style)
    assert "example" not in cleaned
    assert "woff2'" in cleaned
    assert "../f" not in cleaned
    assert "url(data:image/png;base64,AAAA)" in cleaned
    assert "url(#hatch)" in cleaned


def tags(assets: Assets) -> list[str]:
    return [element.text for _, element in assets.elements() if isinstance(element, Verbatim)]


def test_served_page_names_each_asset_with_its_version() -> None:
    found = tags(Assets(embedded=False, prefix="/assets/"))
    assert len(found) == len(NAMES)
    for name, tag in zip(NAMES, found, strict=True):
        assert f'"/assets/{name}?v={read_asset(name).version}"' in tag


def test_embedded_page_holds_the_texts() -> None:
    for name, tag in zip(NAMES, tags(Assets(embedded=True)), strict=True):
        assert read_asset(name).text in tag
        assert "src=" not in tag.partition(">")[0]


def test_stock_comes_after_leaflet_which_it_needs_and_before_our_look_which_prevails() -> None:
    names = [name for name, _ in Assets(stock=True).elements()]
    assert set(names) == {*STOCK_NAMES, *NAMES}
    assert "stock-jquery.js" in names
    places = [names.index(name) for name in STOCK_NAMES]
    assert names.index("leaflet.js") < min(places)
    assert max(places) < names.index("page.css")


def test_version_changes_with_the_text() -> None:
    versions = {read_asset(name).version for name in ALL}
    assert len(versions) == len(ALL)
