"""The rider's page as it is put on a phone, and as it is there without a network."""

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

NOON = datetime(2026, 11, 18, 4, 31, tzinfo=UTC)
PHONE = {"width": 390, "height": 844}
CONTROLLED = "() => Boolean(navigator.serviceWorker.controller)"
KEPT = """
async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) {
      const url = new URL(request.url);
      found.push(url.pathname + url.search);
    }
  return found;
}
"""


LISTED = f"async () => (await ({KEPT})()).includes('/places.json')"


class Served:
    """The demo's city behind an address that can go away."""

    def __init__(self, settings: Settings) -> None:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        self.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._listening = listening
        app = make_served_app(open_workspace(settings), clock=lambda: NOON)
        config = uvicorn.Config(app, log_config=None, access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listening],))
        self._thread.start()

    def go_away(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listening.close()


@pytest.fixture(scope="module")
def city(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(workspace=tmp_path_factory.mktemp("offline") / "workspace")
    with start_workspace(settings, Calendar()) as workspace:
        load_streets(workspace, [demo_data / "streets.geojson"])
        load_facilities(workspace, [demo_data / "facilities.geojson"], LoadOptions(), NOON)
    return settings


@pytest.fixture
def served(city: Settings) -> Iterator[Served]:
    server = Served(city)
    yield server
    server.go_away()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport=PHONE, locale="zh-CN", has_touch=True)
    yield context
    context.close()


def opened(phone: BrowserContext, address: str) -> Page:
    """Open the page and wait until its worker has it in hand."""
    page = phone.new_page()
    page.goto(address)
    page.wait_for_function(CONTROLLED)
    return page


def test_the_page_can_be_installed(phone: BrowserContext, served: Served) -> None:
    page = opened(phone, served.address)
    talk = phone.new_cdp_session(page)
    told = talk.send("Page.getAppManifest")
    assert told["errors"] == []
    assert json.loads(told["data"])["start_url"] == "/"
    errors = talk.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # The window of a test keeps nothing once it is closed.
    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []


def test_without_a_network_the_last_answer_is_there_with_its_time(
    phone: BrowserContext, served: Served, violations_of: Callable[[Page], list[str]]
) -> None:
    page = opened(phone, served.address)
    expect(page.locator(".as-of")).to_be_hidden()
    before = page.locator("h2").all_inner_texts()
    served.go_away()
    page.reload()
    expect(page.locator(".as-of")).to_have_text("没有网络。以下是 11月18日 12:31 的结果。")
    expect(page.locator(".as-of")).to_be_visible()
    assert page.locator("h2").all_inner_texts() == before
    assert page.locator(".bar").evaluate("bar => getComputedStyle(bar).position") == "fixed"
    assert violations_of(page) == []


def test_without_a_network_what_was_asked_before_is_answered_else_out_of_the_list(
    phone: BrowserContext, served: Served
) -> None:
    page = opened(phone, served.address)
    cabinets, water = (page.get_by_role("checkbox", name=name) for name in ("充换电柜", "饮水点"))
    cabinets.tap()
    expect(page.locator(".card .kind").first).to_have_attribute("aria-label", "充换电柜")
    cabinets.tap()
    expect(page.locator(".card")).not_to_have_count(1)
    page.wait_for_function(f"async () => (await ({KEPT})()).some((name) => /kind=/.test(name))")
    page.wait_for_function(LISTED)
    served.go_away()
    cabinets.tap()
    expect(page.locator(".as-of")).to_be_visible()
    expect(page.locator(".card .kind").first).to_have_attribute("aria-label", "充换电柜")
    water.tap()
    expect(page.locator(".as-of")).to_contain_text("没有网络：按直线距离")
    for card in page.locator(".card .kind").all():
        assert card.get_attribute("aria-label") in {"充换电柜", "饮水点"}


def test_without_a_network_the_nearest_come_in_a_straight_line_from_where_the_rider_is(
    phone: BrowserContext, served: Served, violations_of: Callable[[Page], list[str]]
) -> None:
    phone.grant_permissions(["geolocation"])
    phone.set_geolocation({"latitude": 32.0341, "longitude": 112.1341})
    page = opened(phone, served.address)
    page.wait_for_function(LISTED)
    served.go_away()
    page.reload()
    page.locator("#find").tap()
    expect(page.locator(".as-of")).to_contain_text("没有网络：按直线距离，地点以 ")
    metres = [
        float(text.removesuffix(" 米")) if text.endswith(" 米") else 1000 * float(text[:-3])
        for text in page.locator(".far strong").all_inner_texts()
    ]
    assert len(metres) == 10
    assert metres == sorted(metres)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert violations_of(page) == []
    page.get_by_role("checkbox", name="饮水点").tap()
    expect(page.locator(".card .kind").first).to_have_attribute("aria-label", "饮水点")
    kinds = {one.get_attribute("aria-label") for one in page.locator(".card .kind").all()}
    assert kinds == {"饮水点"}
    assert page.locator(".ride").first.get_attribute("href").startswith("https://")  # type: ignore[union-attr]


def test_each_language_has_its_last_answer(phone: BrowserContext, served: Served) -> None:
    page = opened(phone, served.address)
    page.get_by_text("English").tap()
    expect(page.locator("#find")).to_have_text("Find nearest")
    page.wait_for_function(f"async () => (await ({KEPT})()).some((name) => /kept.en/.test(name))")
    served.go_away()
    page.goto(f"{served.address}/?lang=zh")
    expect(page.locator(".as-of")).to_contain_text("没有网络")
    page.goto(f"{served.address}/?lang=en")
    expect(page.locator(".as-of")).to_have_text("Offline. As of 18/11 12:31.")


def test_without_a_network_a_map_once_opened_shows_where_the_places_are(
    phone: BrowserContext, served: Served
) -> None:
    page = opened(phone, served.address)
    page.locator(".card .on-map").first.tap()
    expect(page.locator(".map-place")).to_be_visible()
    page.locator("#map-close").tap()
    page.wait_for_function(f"async () => (await ({KEPT})()).includes('/basemap.json')")
    served.go_away()
    page.reload()
    page.locator(".card .on-map").last.tap()
    expect(page.locator(".map-place")).to_be_visible()
    expect(page.locator(".map-pin")).to_be_visible()


def test_nothing_is_kept_but_the_page_and_its_answers(
    phone: BrowserContext, served: Served
) -> None:
    page = opened(phone, served.address)
    for path in ("/planner", "/credits", "/facilities/nearest?lat=32.03&lon=112.14", "/docs"):
        page.evaluate("path => fetch(path).then((reply) => reply.text())", path)
    page.goto(f"{served.address}/planner")
    page.goto(f"{served.address}/?lat=99&lon=0")
    kept = page.evaluate(KEPT)
    assert kept
    assert [
        name for name in kept if not name.startswith(("/assets/", "/kept/", "/places.json"))
    ] == []
    assert not [name for name in kept if "lat" in name]


def test_so_many_answers_are_kept_and_no_more(phone: BrowserContext, served: Served) -> None:
    page = opened(phone, served.address)
    for k in range(1, 20):
        page.evaluate("k => fetch(`/?k=${k}`).then((reply) => reply.text())", k)
    page.wait_for_function(f"async () => (await ({KEPT})()).some((name) => /k=19/.test(name))")
    kept = [name for name in page.evaluate(KEPT) if name.startswith("/kept/")]
    assert len(kept) == 12
    assert "/kept/zh?k=19" in kept
