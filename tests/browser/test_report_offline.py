"""The report page opens without a network once it has been seen, and keeps nothing of anybody."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from geo_service.domain.category import Category
from geo_service.domain.opening import Calendar
from geo_service.domain.role import Role
from geo_service.flows.load_streets import load_streets
from geo_service.flows.manage_keys import add_key
from geo_service.flows.start_workspace import start_workspace
from geo_service.settings import Settings
from geo_service.store import categories

pytestmark = pytest.mark.browser

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


@dataclass
class Served:
    """A city behind an address that can go away, and a rider's key."""

    address: str
    rider: str
    running: ExitStack


@pytest.fixture
def served(
    demo_data: Path,
    tmp_path: Path,
    serve: Callable[..., AbstractContextManager[str]],
) -> Iterator[Served]:
    settings = Settings(workspace=tmp_path / "workspace", rider_key_file=tmp_path / "rider.key")
    now = datetime.now(tz=UTC)
    with start_workspace(settings, Calendar()) as workspace:
        load_streets(workspace, [demo_data / "streets.geojson"])
        rider = add_key(workspace, Role.RIDER, None, now, rider="小王")[1]
        with workspace.database.writing() as connection:
            categories.write(connection, [Category("light", "路灯不亮", "Broken light")])
    with ExitStack() as running:
        # Phones tell their own time, which must not be ahead.
        address = running.enter_context(serve(settings, now + timedelta(minutes=5)))
        yield Served(address, rider, running)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport=PHONE, locale="zh-CN", has_touch=True)
    yield context.new_page()
    context.close()


def opened(page: Page, served: Served) -> None:
    """Open the page and wait until it is kept."""
    page.goto(f"{served.address}/report")
    page.wait_for_function(CONTROLLED)
    page.wait_for_function(
        f"async () => (await ({KEPT})()).some((name) => name === '/kept/report/zh')"
    )


def test_a_draft_is_begun_without_a_network(
    page: Page, served: Served, violations_of: Callable[[Page], list[str]]
) -> None:
    opened(page, served)
    served.running.close()
    page.goto(f"{served.address}/report")
    page.wait_for_selector("[data-report=ready]", state="attached")
    assert page.evaluate("getComputedStyle(document.querySelector('.bar')).position") == "fixed"
    page.locator("label.choice").tap()
    page.locator("#description").fill("没有网络时写的")
    assert violations_of(page) == []
    page.locator("#send").tap()
    expect(page.locator("#told")).to_contain_text("已保存")
    page.reload()
    expect(page.locator("#drafts li")).to_contain_text("等待发送")


def test_nothing_of_a_riders_key_is_kept(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/report")
    page.locator("#own-key summary").tap()
    page.locator("#key").fill(served.rider)
    page.get_by_role("button", name="记住钥匙").tap()
    expect(page.locator("#report[data-rider]")).to_be_attached()
    opened(page, served)
    for path in ("/report/none.00", "/credits", "/desk", "/known/none"):
        page.evaluate("path => fetch(path).then((reply) => reply.text())", path)
    kept = page.evaluate(KEPT)
    assert [name for name in kept if not name.startswith(("/assets/", "/kept/"))] == []
    served.running.close()
    page.reload()
    page.wait_for_selector("[data-report=ready]", state="attached")
    expect(page.locator("#report[data-rider]")).not_to_be_attached()
    expect(page.get_by_text("有骑手钥匙")).to_be_visible()
