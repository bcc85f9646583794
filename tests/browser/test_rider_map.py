"""The rider's map: the way to a place, and a pin to ask from elsewhere."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from geo_service.domain.opening import Calendar
from geo_service.flows.load_facilities import load_facilities
from geo_service.flows.load_streets import load_streets
from geo_service.flows.loading import LoadOptions
from geo_service.flows.start_workspace import start_workspace
from geo_service.settings import Settings

pytestmark = pytest.mark.browser

NOON = datetime(2026, 11, 18, 4, 31, tzinfo=UTC)
PHONE = {"width": 390, "height": 844}
AT = "/?lat=32.0385&lon=112.1435&open_at=now"
SMALLEST_TARGET = 44

OpenPhone = Callable[..., Page]


@pytest.fixture(scope="module")
def address(
    demo_data: Path, tmp_path_factory: pytest.TempPathFactory, serve: Callable
) -> Iterator[str]:
    """Serve the demo's streets and facilities at noon."""
    settings = Settings(workspace=tmp_path_factory.mktemp("map") / "workspace")
    with start_workspace(settings, Calendar()) as workspace:
        load_streets(workspace, [demo_data / "streets.geojson"])
        load_facilities(workspace, [demo_data / "facilities.geojson"], LoadOptions(), NOON)
    with serve(settings, NOON) as address:
        # The first way of all waits until the search is compiled, longer than a page does.
        httpx.get(f"{address}/facilities/nearest{AT[1:]}&way=true", timeout=300).raise_for_status()
        yield address


@pytest.fixture
def phone(chromium: Browser, address: str) -> Iterator[OpenPhone]:
    """Return a function that opens the page on a phone; complaints fail the test at its end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opener(path: str = AT, **options: object) -> Page:
        usual = {"viewport": PHONE, "locale": "zh-CN", "has_touch": True}
        context = chromium.new_context(**{**usual, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text))
        page.on(
            "request",
            lambda sent: None if sent.url.startswith(address) else complaints.append(sent.url),
        )
        page.goto(address + path)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert complaints == []


def middle(thing: Locator) -> tuple[float, float]:
    box = thing.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_way_is_drawn_from_the_rider_to_the_place(phone: OpenPhone) -> None:
    page = phone()
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    assert "leaflet.js" not in page.content().split("<dialog")[0]
    name = page.locator(".card h2").first.inner_text()
    page.locator(".card .on-map").first.tap()
    expect(page.locator("path.map-way")).to_be_visible()
    expect(page.locator("#map-place")).to_have_text(name)
    assert [url for url in asked if "leaflet.js" in url]
    # The line leads from the pin's foot to the place's mark.
    line = page.locator("path.map-way").bounding_box()
    pin, mark = page.locator(".map-pin").bounding_box(), page.locator(".map-place").bounding_box()
    assert line is not None
    assert pin is not None
    assert mark is not None
    near = 40
    feet = [(pin["x"] + 22, pin["y"] + 54), middle(page.locator(".map-place"))]
    for x, y in feet:
        assert line["x"] - near <= x <= line["x"] + line["width"] + near
        assert line["y"] - near <= y <= line["y"] + line["height"] + near
    page.locator("#map-close").tap()
    expect(page.locator("#map")).to_be_hidden()


def test_a_dragged_pin_asks_anew(phone: OpenPhone) -> None:
    page = phone()
    page.locator(".card .on-map").first.tap()
    expect(page.locator("path.map-way")).to_be_visible()
    before = page.locator("input[name=lat]").input_value()
    x, y = middle(page.locator(".map-pin"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y - 70, steps=5)
    page.mouse.up()
    expect(page.locator("path.map-way")).to_have_count(0)
    page.locator("#map-ask").tap()
    expect(page.locator("#map")).to_be_hidden()
    expect(page.locator("#answer")).not_to_have_attribute("data-lat", before)
    expect(page.locator(".notice")).to_have_text("从你的位置算起")
    now = page.locator("input[name=lat]").input_value()
    assert float(now) > float(before)
    assert page.locator("#answer").get_attribute("data-lat") == now


def test_without_leave_to_locate_the_rider_points_at_the_map(phone: OpenPhone) -> None:
    page = phone("/")
    page.locator("#find").tap()
    expect(page.locator(".notice")).to_contain_text("没能定位")
    page.get_by_role("button", name="在地图上选位置").tap()
    expect(page.locator(".map-pin")).to_be_visible()
    box = page.locator("#map-ground").bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 120, box["y"] + 200)
    page.locator("#map-ask").tap()
    expect(page.locator(".notice")).to_have_text("从你的位置算起")
    assert page.locator("input[name=lat]").input_value()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_the_map_shuts_nobody_out_and_is_worked_with_one_thumb(
    phone: OpenPhone, violations_of: Callable[[Page], list[str]], locale: str, scheme: str
) -> None:
    page = phone(locale=locale, color_scheme=scheme)
    page.locator(".card .on-map").first.tap()
    expect(page.locator("path.map-way")).to_be_visible()
    assert violations_of(page) == []
    for target in page.locator("#map button, #map .leaflet-bar a, .map-pin").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= SMALLEST_TARGET
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    ask = page.locator("#map-ask").bounding_box()
    assert ask is not None
    assert ask["y"] > PHONE["height"] / 2
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.keyboard.press("Escape")
    expect(page.locator("#map")).to_be_hidden()


def test_a_map_that_cannot_be_had_is_told(phone: OpenPhone) -> None:
    page = phone()
    page.evaluate("document.getElementById('map').dataset.script = ''")
    page.locator(".card .on-map").first.tap()
    expect(page.locator(".notice")).to_have_text("网络不通，请再试一次。")
