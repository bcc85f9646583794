"""The report page without a script: what is known is shown first, and no photo is lost."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from geo_service.domain.report import Report
from geo_service.domain.role import Role
from geo_service.flows.check_keys import recognise_key
from geo_service.flows.keep_photo import approve_photo
from geo_service.flows.manage_keys import add_key
from geo_service.flows.progress_issue import approve_issue
from geo_service.flows.report_issue import report_issue
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import photos, supporters

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
SIZES = {"phone": (390, 844), "desktop": (1440, 900)}
LON, LAT = 112.1405, 32.0402
SMALLEST_TARGET = 44
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Served:
    """The demo city, with one issue that everybody knows."""

    address: str
    settings: Settings
    issue_id: str
    rider: str


@pytest.fixture
def served(
    built_demo: tuple[Settings, str],
    tmp_path: Path,
    serve: Callable[..., AbstractContextManager[str]],
) -> Iterator[Served]:
    built, _ = built_demo
    settings = replace(built, workspace=shutil.copytree(built.workspace, tmp_path / "workspace"))
    before = NOW - timedelta(hours=3)
    with open_workspace(settings) as workspace:
        rider = add_key(workspace, Role.RIDER, None, before, rider="小王")[1]
        staff = recognise_key(workspace, add_key(workspace, Role.STAFF, None, before)[1], before)
        told = Report("standing_water", LON, LAT + 0.0001, "路口积水，半个车轮都在水里。")
        told_by = report_issue(workspace, told, key=None, now=before, photos=[picture(0)])
        issue_id = told_by.case.issue.issue_id
        approve_issue(workspace, issue_id, staff, before, approved=True)
        with workspace.database.reading() as connection:
            (photo,) = photos.of_issue(connection, issue_id)
        approve_photo(workspace, staff, photo.photo_id, approved=True)
    with serve(settings, NOW) as address:
        yield Served(address, settings, issue_id, rider)


def picture(n: int) -> bytes:
    file = BytesIO()
    Image.linear_gradient("L").resize((640, 480)).rotate(90 * n).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def shot(n: int) -> dict[str, object]:
    return {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": picture(n)}


@pytest.fixture(params=[*SIZES])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", java_script_enabled=False
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def check(chromium: Browser, violations_of: Callable[[Page], list[str]]) -> Callable[[Page], None]:
    """Return a function that looks at a page as somebody with large thumbs, or bad eyes, does."""

    def look(page: Page) -> None:
        size = page.viewport_size
        assert size is not None
        for target in page.locator("a, button, summary, .choice, .switch, input.file").all():
            box = target.bounding_box()
            if box is not None and target.is_visible():
                assert min(box["width"], box["height"]) >= SMALLEST_TARGET, target.inner_text()
        # What looks at a page needs scripts itself: it looks at a copy, whose own are left out.
        kept = page.content()
        context = chromium.new_context(viewport=size)
        copy = context.new_page()
        copy.route("**/*.js?*", lambda route: route.abort())
        copy.route(page.url, lambda route: route.fulfill(body=kept, content_type=HTML))
        copy.goto(page.url)
        assert copy.evaluate("document.documentElement.scrollWidth") <= size["width"]
        for scheme in ("dark", "light"):
            copy.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert violations_of(copy) == []
        context.close()

    return look


def fill_in(page: Page, address: str) -> None:
    page.goto(f"{address}/report")
    page.locator("[name=lat]").fill(f"{LAT}")
    page.locator("[name=long]").fill(f"{LON}")
    choice = page.locator("label.choice", has_text="道路积水")
    group = page.locator("details.group", has=choice)
    if group.count():
        group.locator("summary").click()
    choice.click()
    page.locator("#description").fill("水还没退。")


def test_another_one_is_sent_with_the_photos_chosen_at_first(
    page: Page, served: Served, check: Callable[[Page], None]
) -> None:
    fill_in(page, served.address)
    page.set_input_files("#photo", files=[shot(1), shot(2)])  # type: ignore[list-item]
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("alert")).to_contain_text("照片都还在")
    expect(page.locator("#known li")).to_contain_text("半个车轮都在水里")
    expect(page.locator("#previews img")).to_have_count(2)
    check(page)
    page.set_input_files("#photo", files=[shot(3)])  # type: ignore[list-item]
    page.get_by_role("button", name="先加上照片").click()
    expect(page.locator("#previews img")).to_have_count(3)
    page.get_by_role("button", name="删除照片 1").click()
    expect(page.locator("#previews img")).to_have_count(2)
    expect(page.locator("#description")).to_have_value("水还没退。")
    check(page)
    page.get_by_role("button", name="发送").click()
    page.get_by_role("button", name="不是这些，发送").click()
    expect(page.get_by_role("status")).to_contain_text("谢谢")
    expect(page.locator(".photos li")).to_have_count(2)


def test_it_is_this_one(page: Page, served: Served, check: Callable[[Page], None]) -> None:
    fill_in(page, served.address)
    page.get_by_role("button", name="发送").click()
    page.get_by_role("link", name="就是这个").click()
    expect(page).to_have_url(f"{served.address}/known/{served.issue_id}")
    expect(page.get_by_text("不用再报告一次")).to_be_visible()
    check(page)
    fill_in(page, served.address)
    page.locator("#own-key summary").click()
    page.locator("#key").fill(served.rider)
    page.get_by_role("button", name="记住钥匙").click()
    page.get_by_role("button", name="发送").click()
    page.get_by_role("button", name="就是这个，我也看到了").click()
    expect(page.get_by_role("status")).to_contain_text("谢谢，已记下")
    check(page)
    with open_workspace(served.settings) as workspace, workspace.database.reading() as connection:
        assert supporters.count(connection, served.issue_id) == 1


def test_the_key_enter_sends_the_form(page: Page, served: Served) -> None:
    fill_in(page, served.address)
    page.locator("[name=long]").fill("112.146")
    page.locator("[name=long]").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("谢谢")
