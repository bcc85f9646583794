"""The rider's page as a thumb and an eye meet it."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect

from geo_service.domain.opening import Calendar
from geo_service.flows.load_facilities import load_facilities
from geo_service.flows.load_streets import load_streets
from geo_service.flows.loading import LoadOptions
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.web.app import make_served_app

pytestmark = pytest.mark.browser

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
HERE = {"latitude": 32.0385, "longitude": 112.1435}
PHONE = {"width": 390, "height": 844}
CONTRASTS = """
() => {
  const channel = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) =>
    0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.getClientRects().length || element.closest("option")) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    found.push([ratio, element.className + " " + element.textContent.trim().slice(0, 30)]);
  }
  return found;
}
"""
TARGETS = """
() => [...document.querySelectorAll("a, button, summary, .tile, .switch, .fields input, select")]
  .filter((element) => element.getClientRects().length)
  .map((element) => {
    const box = element.getBoundingClientRect();
    return [Math.min(box.width, box.height), element.textContent.trim().slice(0, 30)];
  })
"""

OpenPhone = Callable[..., Page]


@pytest.fixture(scope="module")
def address(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo's streets and facilities, some of them just reported, at noon."""
    folder = tmp_path_factory.mktemp("rider")
    settings = Settings(workspace=folder / "workspace")
    facilities = json.loads((demo_data / "facilities.geojson").read_text("utf-8"))
    for feature in facilities["features"]:
        if "observed_at" in feature["properties"]:
            feature["properties"]["observed_at"] = NOON.isoformat()
    (folder / "facilities.geojson").write_text(json.dumps(facilities))
    with start_workspace(settings, Calendar()) as workspace:
        load_streets(workspace, [demo_data / "streets.geojson"])
        load_facilities(workspace, [folder / "facilities.geojson"], LoadOptions(), NOON)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        app = make_served_app(open_workspace(settings), clock=lambda: NOON)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def phone(chromium: Browser, address: str) -> Iterator[OpenPhone]:
    """Return a function that opens the page on a phone; complaints fail the test at its end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opener(path: str = "/", **options: object) -> Page:
        usual = {"viewport": PHONE, "locale": "zh-CN", "has_touch": True}
        context = chromium.new_context(**{**usual, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        # Chromium itself says that a form was refused, which some tests want it to be.
        page.on(
            "console",
            lambda said: None if "status of 422" in said.text else complaints.append(said.text),
        )
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


def test_one_tap_finds_what_is_nearest_to_the_rider(phone: OpenPhone, address: str) -> None:
    page = phone(geolocation=HERE, permissions=["geolocation"])
    expect(page.locator(".notice")).to_contain_text("从商圈中心算起")
    page.locator("#find").tap()
    expect(page.locator(".notice")).to_have_text("从你的位置算起")
    expect(page.locator("#find")).to_have_text("找最近的")
    assert page.locator(".card").count() == 5
    assert page.locator("input[name=lat]").input_value() == "32.038500"
    assert page.url == f"{address}/"
    link = page.locator(".ride").first
    assert str(link.get_attribute("href")).startswith("https://uri.amap.com/navigation?")


def test_without_leave_to_locate_the_rider_may_type(phone: OpenPhone) -> None:
    page = phone(locale="en-GB")
    page.locator("#find").tap()
    expect(page.locator(".notice")).to_contain_text("could not be found")
    page.locator("input[name=lat]").fill("32.0385")
    page.locator("input[name=lon]").fill("112.1435")
    page.locator(".use").tap()
    expect(page.locator(".notice")).to_have_text("From where you are")
    assert page.locator(".card").count() == 5


def test_from_the_nearest_of_a_kind_one_tap_leads_to_all_of_it(phone: OpenPhone) -> None:
    page = phone()
    assert page.locator(".card .of-kind").count() == page.locator(".card").count() > 3
    page.get_by_role("button", name="更多停车点").tap()
    expect(page.locator(".card")).to_have_count(3)
    expect(page.get_by_role("checkbox", name="停车点")).to_be_checked()
    expect(page.locator(".of-kind")).to_have_count(0)


def test_choosing_a_kind_exchanges_only_the_answer(phone: OpenPhone) -> None:
    page = phone()
    page.evaluate("window.sameDocument = true")
    page.get_by_role("checkbox", name="充换电柜").tap()
    expect(page.locator(".card")).to_have_count(1)
    assert page.locator(".card .kind").get_attribute("aria-label") == "充换电柜"
    expect(page.locator(".marks")).to_contain_text("可用 · 刚刚上报")
    assert page.evaluate("window.sameDocument") is True


def test_language_is_changed_and_choices_kept(phone: OpenPhone) -> None:
    page = phone()
    page.get_by_role("checkbox", name="停车点").tap()
    expect(page.locator(".card")).to_have_count(3)
    page.get_by_text("English").tap()
    expect(page.locator("#find")).to_have_text("Find nearest")
    expect(page.get_by_role("checkbox", name="Parking point")).to_be_checked()
    expect(page.locator(".card")).to_have_count(3)


def test_page_works_without_a_script(phone: OpenPhone) -> None:
    page = phone(java_script_enabled=False)
    page.locator("input[value=water_point]").check(force=True)
    page.locator("#find").tap()
    expect(page.locator("h2")).to_have_text("24小时免费饮水冰柜")
    expect(page.locator("input[value=water_point]")).to_be_checked()


def test_rider_is_told_when_the_network_is_gone(phone: OpenPhone) -> None:
    page = phone()
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('gone')); }")
    page.get_by_role("checkbox", name="饮水点").tap()
    expect(page.locator(".notice")).to_have_text("网络不通，请再试一次。")
    assert page.locator("#answer").get_attribute("aria-busy") is None


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_every_target_is_large_enough_for_a_thumb(phone: OpenPhone, locale: str) -> None:
    page = phone(locale=locale)
    page.locator("summary").tap()
    sizes = page.evaluate(TARGETS)
    assert len(sizes) > 15
    assert [entry for entry in sizes if entry[0] < 48] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(phone: OpenPhone, scheme: str) -> None:
    page = phone(
        "/?kind=rest_station&kind=charging_cabinet&kind=parking_point", color_scheme=scheme
    )
    ratios = page.evaluate(CONTRASTS)
    assert len(ratios) > 30
    assert [entry for entry in ratios if entry[0] < 5.5] == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_hangs_over_the_edge(phone: OpenPhone, width: int) -> None:
    page = phone(locale="en-GB", viewport={"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_nobody_is_shut_out(
    phone: OpenPhone, violations_of: Callable[[Page], list[str]], locale: str, scheme: str
) -> None:
    page = phone(locale=locale, color_scheme=scheme, geolocation=HERE, permissions=["geolocation"])
    assert violations_of(page) == []
    page.locator("#find").tap()
    expect(page.locator("#find")).not_to_have_attribute("aria-busy", "true")
    page.locator("summary").tap()
    assert violations_of(page) == [], "answer"
    wrong = phone("/?lat=99&lon=1", locale=locale, color_scheme=scheme)
    expect(wrong.get_by_role("alert")).to_be_visible()
    assert violations_of(wrong) == [], "error"
    nothing = phone("/?kind=water_point&open_at=2026-11-18T03:00:00Z&usable=true", locale=locale)
    assert violations_of(nothing) == [], "nothing fits"
