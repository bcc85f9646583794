"""Catchments in a browser: holes at any number of minutes, kinds in turn, and cards on streets."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from geo_service.domain.facility import Facility
from geo_service.domain.opening import Opening
from geo_service.domain.usable import Usable
from geo_service.ingest.streets.read import read_streets
from geo_service.maps.assets import Assets
from geo_service.maps.content import CatchmentsOnMap, FacilityOnMap, MapContent
from geo_service.maps.page import draw, render
from geo_service.streets.assemble import build_network
from geo_service.streets.catchment_totals import sum_up
from geo_service.streets.catchments import find_catchments
from geo_service.streets.measure import Measure
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import place_sites
from geo_service.streets.tables import make_table

pytestmark = pytest.mark.browser

WEST, EAST, NORTH, SOUTH, MIDDLE = 112.130, 112.150, 32.050, 32.030, (112.140, 32.040)
STATIONS = [
    Facility("a", "rest_station", WEST, MIDDLE[1], name="西站", name_en="West <i>x</i>"),
    Facility("b", "rest_station", EAST, MIDDLE[1], name="East"),
]
WATER = [Facility("w", "water_point", MIDDLE[0], NORTH, name="水")]
RED = """canvas => {
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let red = 0;
    for (let at = 0; at < data.length; at += 4)
        red += data[at] > 180 && data[at + 1] < 90 && data[at + 2] < 90 && data[at + 3] > 200;
    return red;
}"""


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> MapContent:
    """Return a cross of streets with a station to each side and water in the north."""
    ends = [(WEST, MIDDLE[1]), (EAST, MIDDLE[1]), (MIDDLE[0], NORTH), (MIDDLE[0], SOUTH)]
    features = [
        {
            "type": "Feature",
            "properties": {"highway": "residential"},
            "geometry": {"type": "LineString", "coordinates": [end, MIDDLE]},
        }
        for end in ends
    ]
    path = tmp_path_factory.mktemp("cross") / "streets.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return MapContent(
        title="十字 Cross",
        now=datetime(2026, 10, 1, 4, 0, tzinfo=UTC),
        facilities=[
            FacilityOnMap(one, Opening(open=True, changes_at=None), Usable.YES)
            for one in (*STATIONS, *WATER)
        ],
        catchments=[on_map(path, STATIONS), on_map(path, WATER)],
        hole_minutes=2,
    )


def on_map(path: Path, facilities: list[Facility]) -> CatchmentsOnMap:
    network = build_network(read_streets(path), Profile.EBIKE).network
    streets = Streets.of(network)
    sites = place_sites(
        network,
        streets.grid,
        [one.facility_id for one in facilities],
        np.array([one.lon for one in facilities]),
        np.array([one.lat for one in facilities]),
        100.0,
    )
    table = make_table(streets, sites, np.ones(len(facilities), np.bool_), Measure.TIME)
    found = find_catchments(streets, sites, table, limit=120_000)
    return CatchmentsOnMap(facilities[0].kind, facilities, network, found)


@pytest.fixture(scope="module")
def html(content: MapContent) -> str:
    return render(draw(content, ("facilities", "catchments"), assets=Assets()))


def red_pixels(page: Page) -> int:
    """Count what is painted in the colour of holes."""
    tiles = page.locator(".leaflet-ground-pane .leaflet-tile")
    return sum(tiles.nth(place).evaluate(RED) for place in range(tiles.count()))


def slide(page: Page, minutes: int) -> None:
    page.locator("[type=range]").evaluate(
        """(range, minutes) => {
            range.value = minutes;
            range.dispatchEvent(new Event("input"));
            return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        }""",
        minutes,
    )


def figures(page: Page) -> list[str]:
    return page.locator(
        ".gm-layer:has([data-layer=catchments]) .gm-keys .gm-figure"
    ).all_inner_texts()


def click_at(page: Page, lat: float, lon: float) -> None:
    at = page.evaluate(
        "place => [map_page.latLngToContainerPoint(place)].map(({ x, y }) => [x, y])[0]",
        [lat, lon],
    )
    page.mouse.click(*at)


def test_page_opens_with_holes_at_the_minutes_asked(
    open_page: Callable, html: str, content: MapContent
) -> None:
    opened = open_page(html)
    page = opened.page
    expect(page.locator(".gm-worst")).to_have_count(1)
    coverage = sum_up(content.catchments[0].catchments, 2)
    assert 0.1 < coverage.share < 0.9
    hole = f"{coverage.hole_mm / 1e6:.1f} km · {100 - 100 * coverage.share:.1f} %"
    near = f"{coverage.near_mm / 1e6:.1f} km · {100 * coverage.share:.1f} %"
    assert figures(page)[:2] == [hole, near]
    assert red_pixels(page) > 500
    assert page.locator("output").inner_text() == "2"
    assert opened.complaints == []
    assert opened.outside == []


def test_more_minutes_leave_fewer_holes(open_page: Callable, html: str) -> None:
    page = open_page(html).page
    expect(page.locator(".gm-worst")).to_have_count(1)
    red = []
    for minutes in (1, 2, 4):
        slide(page, minutes)
        red.append(red_pixels(page))
        assert page.locator("output").inner_text() == str(minutes)
    most = int(page.locator("[type=range]").get_attribute("max") or 0)
    assert red == sorted(red, reverse=True)
    assert red[0] > 1.2 * red[1] > 1.2 * red[2] > 0, red
    slide(page, most)
    assert red_pixels(page) == 0
    assert figures(page)[0] == "0.0 km · 0.0 %"


def test_another_kind_has_holes_and_a_worst_spot_of_its_own(open_page: Callable, html: str) -> None:
    page = open_page(html).page
    expect(page.locator(".gm-worst")).to_have_count(1)
    before, first = figures(page), page.locator(".gm-worst").inner_text()
    page.locator("[name=gm-catchments]").nth(1).check()
    assert figures(page) != before
    assert page.locator(".gm-worst").inner_text() != first
    shares = page.locator(".gm-choices .gm-figure").all_inner_texts()
    assert figures(page)[1].endswith(shares[1])
    assert before[1].endswith(shares[0])


def test_street_opens_a_card_with_its_minutes(open_page: Callable, html: str) -> None:
    opened = open_page(html)
    page = opened.page
    expect(page.locator(".gm-worst")).to_have_count(1)
    click_at(page, MIDDLE[1], WEST + 0.25 * (EAST - WEST))
    card = page.locator(".gm-card")
    expect(card.locator("h2")).to_have_text("西站")
    expect(card.locator("header p")).to_have_text("West <i>x</i>")
    minutes = float(card.locator("dd").nth(1).inner_text().split(" ")[0])
    # A quarter of the street is 472 m.
    assert 1.0 < minutes < 2.0
    assert "hole" not in card.inner_text()
    page.keyboard.press("Escape")
    click_at(page, MIDDLE[1], MIDDLE[0] - 0.001)
    expect(card.locator("dd").nth(1)).to_contain_text("盲区 hole")
    page.keyboard.press("Escape")
    click_at(page, 32.045, 112.145)
    expect(card).to_have_count(0)
    assert opened.complaints == []


def test_slider_has_a_name_for_those_who_do_not_see_it(open_page: Callable, html: str) -> None:
    page = open_page(html).page
    expect(page.get_by_role("slider", name="Minutes at most")).to_have_value("2")


def test_layer_that_is_switched_off_leaves_nothing(open_page: Callable, html: str) -> None:
    opened = open_page(html)
    page = opened.page
    box = page.locator("[data-layer=catchments]")
    for _ in range(2):
        box.check()
        expect(page.locator(".gm-worst")).to_have_count(1)
        assert red_pixels(page) > 500
        box.uncheck()
        expect(page.locator(".gm-worst")).to_have_count(0)
        assert page.locator(".leaflet-ground-pane .leaflet-tile").count() == 0
    click_at(page, MIDDLE[1], WEST + 0.25 * (EAST - WEST))
    expect(page.locator(".gm-card")).to_have_count(0)
    assert opened.complaints == []


def test_map_can_be_moved_and_zoomed_with_the_layer_on(open_page: Callable, html: str) -> None:
    opened = open_page(html)
    for zoom in (11, 16, 13):
        opened.page.evaluate(f"() => void map_page.setZoom({zoom}, {{animate: false}})")
        expect(opened.page.locator(".leaflet-ground-pane .leaflet-tile").first).to_be_attached()
    slide(opened.page, 5)
    assert opened.complaints == []


def test_on_a_phone_the_slider_fits_the_panel(open_page: Callable, html: str) -> None:
    page = open_page(html, width=390, height=844).page
    page.locator(".gm-fold").click()
    page.locator("[type=range]").scroll_into_view_if_needed()
    assert page.locator("[type=range]").is_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390


def test_link_brings_back_the_minutes(open_page: Callable, html: str) -> None:
    page = open_page(html).page
    slide(page, 4)
    page.locator("[type=range]").dispatch_event("change")
    assert page.url.endswith("&reach=0.4")
    other = open_page(address=page.url)
    assert other.page.locator("output").inner_text() == "4"
    assert figures(other.page) == figures(page)
    for wrong in ("9.4", "0.0", "0.999", "x", ""):
        other.page.goto(re.sub("reach=.*", f"reach={wrong}", page.url))
        expect(other.page.locator("output")).to_have_text(re.compile("^[24]$"))
    assert other.complaints == []
