"""Streets that nobody rode, in a browser: dashes, cards, files, and how they read to all."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from geo_service.maps.assets import Assets
from geo_service.maps.content import MapContent
from geo_service.maps.page import draw, render
from geo_service.overlay.blind_spots import BlindSpots
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile

pytestmark = pytest.mark.browser

ROWS = 4
LONG_MM = 942_000
INK = """tile => {
    const data = tile.getContext("2d").getImageData(0, 0, tile.width, tile.height).data;
    let dark = 0;
    for (let at = 0; at < data.length; at += 4)
        dark += data[at + 3] > 200 && data[at] < 110 && data[at + 1] < 110 && data[at + 2] < 110;
    return dark;
}"""


@pytest.fixture(scope="module")
def html(handled: MapContent) -> str:
    """Return a page of four streets from west to east; nobody rode the first and the last."""
    south = np.repeat(32.038 + 0.004 * np.arange(ROWS), 2)
    lon, lat = np.tile([112.14, 112.15], ROWS), south
    zero, flag = np.zeros(ROWS, dtype=np.int64), np.ones(ROWS, dtype=np.bool_)
    network = Network(
        Profile.EBIKE, lon, lat, np.arange(ROWS) * 2, np.arange(ROWS) * 2 + 1, flag, flag,
        zero + LONG_MM, zero + 1, np.arange(ROWS + 1) * 2, lon, lat, np.tile([0, LONG_MM], ROWS),
        np.arange(ROWS), zero - 1, zero - 1, np.array([1, 0, 0, 2]), ("", "长虹路", "<i>=x"),
        ("", "Changhong Road", ""), zero, ("residential",),
    )  # fmt: skip
    blind = BlindSpots(np.array([0, 3]), np.full(2, LONG_MM / 1000), np.array([2, 0]))
    content = replace(handled, network=network, blind=blind, cases={}, issues=[])
    return render(draw(content, ("facilities", "blind_spots"), assets=Assets()))


def dark_pixels(page: Page) -> int:
    tiles = page.locator(".leaflet-ground-pane .leaflet-tile")
    return sum(tiles.nth(place).evaluate(INK) for place in range(tiles.count()))


def go_to(page: Page, lat: float, lon: float, zoom: float) -> list[float]:
    return page.evaluate(
        """async ([lat, lon, zoom]) => {
            map_page.setView([lat, lon], zoom, { animate: false });
            await geoMap.painted();
            const { x, y } = map_page.latLngToContainerPoint([lat, lon]);
            return [x, y];
        }""",
        [lat, lon, zoom],
    )


def test_streets_nobody_rode_are_dashes_and_others_are_not(open_page: Callable, html: str) -> None:
    opened = open_page(html)
    page = opened.page
    go_to(page, 32.038, 112.145, 16)
    # A dash of 7.8 px and a gap of 5.2.
    row = page.evaluate(
        """() => {
            const { x, y } = map_page.latLngToContainerPoint([32.038, 112.145]);
            const tile = [...document.querySelectorAll(".leaflet-ground-pane .leaflet-tile")]
                .find((each) => {
                    const box = each.getBoundingClientRect();
                    return box.left + 100 < x && x < box.right && box.top < y && y < box.bottom;
                }) || document.querySelector(".leaflet-ground-pane .leaflet-tile");
            const box = tile.getBoundingClientRect();
            const line = tile.getContext("2d")
                .getImageData(0, Math.round(y - box.top), tile.width, 1).data;
            return [...Array(tile.width).keys()].map((at) => line[4 * at + 3] > 200
                && line[4 * at] < 110);
        }"""
    )
    changes = sum(before != after for before, after in pairwise(row))
    assert changes > 10
    assert dark_pixels(page) > 200
    depth = page.locator(".leaflet-ground-pane .leaflet-layer").evaluate("l => +l.style.zIndex")
    cells = page.locator(".leaflet-ground-pane > canvas").evaluate_all(
        "all => Math.max(0, ...all.map((each) => +getComputedStyle(each).zIndex))"
    )
    assert depth > max(100, cells), "dashes lie over cells"
    go_to(page, 32.0465, 112.145, 18.5)
    assert dark_pixels(page) == 0
    page.locator("[data-layer=blind_spots]").set_checked(checked=False)
    expect(page.locator(".leaflet-ground-pane .leaflet-tile")).to_have_count(0)
    assert opened.complaints == []


@pytest.mark.parametrize(
    ("lat", "told"),
    [
        (32.038, ["长虹路", "Changhong Road", "Residential street", "942 m", "Issues\n2"]),
        (32.05, ["<i>=x", "居住区道路", "942 m", "Issues\n0"]),
    ],
)
def test_click_on_or_beside_a_street_tells_what_it_is(
    open_page: Callable, html: str, lat: float, told: list[str]
) -> None:
    opened = open_page(html)
    page = opened.page
    page.locator("[data-layer=facilities]").set_checked(checked=False)
    x, y = go_to(page, lat, 112.147, 17)
    page.mouse.click(x, y + 6)
    card = page.locator(".gm-card")
    card.wait_for()
    for words in told:
        assert words in card.inner_text()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    page.mouse.click(x, y + 40)
    assert card.count() == 0
    assert opened.complaints == []


def test_files_hold_the_stretches_that_are_seen(open_page: Callable, html: str) -> None:
    page = open_page(html).page
    go_to(page, 32.038, 112.145, 16.5)
    page.locator("[data-layer=facilities]").set_checked(checked=False)
    with page.expect_download() as waiting:
        page.locator("[data-download=geojson]").click()
    features = json.loads(Path(waiting.value.path()).read_text("utf-8"))["features"]
    assert [each["geometry"]["type"] for each in features] == ["LineString"]
    properties = features[0]["properties"]
    assert properties["title"] == "长虹路"
    assert properties["此段长度 This stretch"] == "942 m"
    assert properties["问题数 Issues"] == 2
    ends = np.array(features[0]["geometry"]["coordinates"])
    assert ends == pytest.approx(np.array([[112.14, 32.038], [112.15, 32.038]]), abs=1e-5)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_layer_is_accessible(
    open_page: Callable, html: str, violations_of: Callable, width: int, height: int
) -> None:
    page = open_page(html, width=width, height=height).page
    if width < 720:
        page.locator(".gm-fold").click()
    expect(page.locator(".gm-layer:has([data-layer=blind_spots])")).to_contain_text("1.9 km")
    assert violations_of(page) == []
