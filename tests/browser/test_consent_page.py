"""A rider's own page on a phone and at a desk, without a script: agree, take along, delete."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from geo_service.domain.role import Role
from geo_service.flows.check_keys import recognise_key
from geo_service.flows.give_consent import agree, present_text, withdraw
from geo_service.flows.manage_keys import add_key
from geo_service.flows.own_trips import take_trips
from geo_service.flows.wiring import open_workspace
from geo_service.geometry.datum import Datum
from geo_service.settings import Settings

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
SIZES = {"phone": (390, 844), "desktop": (1440, 900)}
SMALLEST_TARGET = 44
HTML = "text/html; charset=utf-8"
SHOTS = Path(__file__).parent / "screenshots"


@dataclass(frozen=True)
class Served:
    """The demo city, and a rider's key."""

    address: str
    token: str


def track(day: int) -> bytes:
    begin = NOW - timedelta(days=day)
    points = "".join(
        f'<trkpt lat="32.0402" lon="{112.1401 + 0.0004 * n:.4f}">'
        f"<time>{(begin + timedelta(seconds=9 * n)).isoformat()}</time></trkpt>"
        for n in range(90)
    )
    head = '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1">'
    return f"{head}<trk><trkseg>{points}</trkseg></trk></gpx>".encode()


@pytest.fixture
def served(
    demo_settings: Settings, serve: Callable[..., AbstractContextManager[str]]
) -> Iterator[Served]:
    """Serve the city to a rider nobody has met, who once agreed, rode three times and left."""
    with open_workspace(demo_settings) as workspace:
        _, token = add_key(workspace, Role.RIDER, None, NOW)
        rider = recognise_key(workspace, token, NOW).rider
        agree(workspace, rider, present_text(workspace).version, NOW)
        for day in (1, 2, 3):
            take_trips(workspace, rider, track(day), "a.gpx", Datum.WGS84, NOW)
        withdraw(workspace, rider, NOW, delete_traces=False)
    with serve(demo_settings, NOW) as address:
        yield Served(address, token)


@pytest.fixture(params=[*SIZES])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", java_script_enabled=False
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def check(
    request: pytest.FixtureRequest,
    chromium: Browser,
    violations_of: Callable[[Page], list[str]],
) -> Callable[[Page, str], None]:
    """Return a function that looks at a page as somebody with large thumbs, or bad eyes, does."""
    device = request.node.callspec.params["page"]

    def look(page: Page, stop: str) -> None:
        size = page.viewport_size
        assert size is not None
        for target in page.locator("a, button, summary, .switch").all():
            box = target.bounding_box()
            if box is not None and target.is_visible():
                assert min(box["width"], box["height"]) >= SMALLEST_TARGET, target.inner_text()
        page.screenshot(path=SHOTS / f"consent-{device}-{stop}.png", full_page=True)
        # What looks at a page needs scripts itself: it looks at a copy.
        kept = page.content()
        context = chromium.new_context(viewport=size)
        copy = context.new_page()
        copy.route(page.url, lambda route: route.fulfill(body=kept, content_type=HTML))
        copy.goto(page.url)
        assert copy.evaluate("document.documentElement.scrollWidth") <= size["width"]
        for scheme in ("dark", "light"):
            copy.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert violations_of(copy) == []
            if scheme == "dark":
                copy.screenshot(path=SHOTS / f"consent-{device}-{stop}-dark.png", full_page=True)
        context.close()

    return look


def test_a_rider_finds_agrees_takes_along_and_deletes(
    page: Page, served: Served, check: Callable[[Page, str], None]
) -> None:
    page.goto(f"{served.address}/")
    page.get_by_role("link", name="我的轨迹与同意").click()
    page.get_by_label("钥匙", exact=True).fill(served.token)
    page.get_by_role("button", name="进入").click()
    expect(page).to_have_url(f"{served.address}/me")
    expect(page.locator(".standing")).to_contain_text("你没有同意保存轨迹")
    expect(page.locator("ol > li")).to_have_count(3)
    check(page, "1-not-agreed")
    page.get_by_role("button", name="我已阅读并同意").click()
    expect(page.get_by_role("status")).to_have_text("已同意，谢谢。")
    expect(page.locator(".standing")).to_contain_text("你已于 2026-11-18 12:00 同意")
    check(page, "2-agreed")
    with page.expect_download() as begun:
        page.get_by_role("link", name="下载 GPX 2026-11-16 12:00").click()
    assert begun.value.suggested_filename == "2026-11-16.gpx"
    assert b"<trkpt" in begun.value.path().read_bytes()
    # What can't be undone takes two steps.
    assert not page.get_by_role("button", name="确认删除这次行程").first.is_visible()
    for name in ("撤回同意", "删除 2026-11-16 12:00", "删除全部行程"):
        page.locator("summary").and_(
            page.get_by_text(name, exact=True).or_(page.locator(f'[aria-label="{name}"]'))
        ).first.click()
    check(page, "3-sure")
    page.locator("li", has_text="2026-11-16").get_by_role("button").click()
    expect(page.get_by_role("status")).to_have_text("这次行程已删除。")
    expect(page.locator("ol > li")).to_have_count(2)
    page.locator("summary", has_text="删除全部行程").click()
    page.get_by_role("button", name="确认删除全部行程").click()
    expect(page.get_by_role("status")).to_have_text("全部行程已删除。")
    page.locator("summary", has_text="撤回同意").click()
    page.get_by_role("button", name="确认撤回").click()
    expect(page.locator(".standing")).to_contain_text("你没有同意保存轨迹")
    page.goto(f"{served.address}/me?lang=en")
    check(page, "4-withdrawn-en")
