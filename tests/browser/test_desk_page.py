"""Staff at their desk, and on the way with a phone."""

import io
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from geo_service.domain.lifecycle import Stage
from geo_service.domain.progress import Wanted
from geo_service.domain.report import Report
from geo_service.domain.role import Role
from geo_service.flows.check_keys import recognise_key
from geo_service.flows.manage_keys import add_key
from geo_service.flows.progress_issue import progress_issue
from geo_service.flows.report_issue import report_issue
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import cases
from geo_service.web.app import make_served_app

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
SMALLEST_TARGET = 44
PLACE = 112.1405, 32.0402


@dataclass(frozen=True)
class Served:
    """The demo city, with something to do in it."""

    address: str
    staff: str
    issue_id: str
    """Overdue, with a photo nobody has looked at."""
    same: str
    """Said to be the same, eleven metres away."""


def picture() -> bytes:
    drawn = Image.new("RGB", (800, 600), "#8899a2")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 330, 800, 600), fill="#5b656b")
    pen.ellipse((220, 380, 620, 540), fill="#7fb2d6")
    held = io.BytesIO()
    drawn.save(held, "JPEG")
    return held.getvalue()


@pytest.fixture
def served(demo_settings: Settings) -> Iterator[Served]:
    before = NOW - timedelta(hours=30)
    with open_workspace(demo_settings) as workspace:
        staff = add_key(workspace, Role.STAFF, None, before)[1]
        rider = recognise_key(workspace, add_key(workspace, Role.RIDER, None, before)[1], before)
        key = recognise_key(workspace, staff, before)
        lon, lat = PLACE
        told = Report(
            "standing_water",
            lon,
            lat,
            "路口积水很深，半个车轮都在水里，电动车过不去，只能推着走人行道。",
            address="人民路与长虹路交叉口东北角",
        )
        reported = report_issue(workspace, told, key=rider, now=before, photos=[picture()])
        again = replace(told, lat=lat + 0.0001, description="人民路口水还没退。", address="")
        same = report_issue(workspace, again, key=rider, now=before)
        issue_id = reported.case.issue.issue_id
        progress_issue(workspace, key, issue_id, Wanted(Stage.FILED, "属实。"), before)
        with workspace.database.writing() as connection:
            case = cases.find_to_change(connection, issue_id)
            assert case is not None
            cases.change(connection, replace(case, due_at=NOW - timedelta(hours=6)))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    app = make_served_app(open_workspace(demo_settings), clock=lambda: NOW)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield Served(address, staff, issue_id, same.case.issue.issue_id)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture(params=[*SIZES])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", color_scheme="light"
    )
    yield context.new_page()
    context.close()


def check(page: Page) -> None:
    """Look at a page as somebody who can't see well, or has large thumbs, does."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()
    size = page.viewport_size
    assert size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    # The marks of the list's map are smaller: its rows are the same links.
    links = page.locator("main a:visible:not(.overview-map a)")
    for target in links.or_(page.locator("main button:visible, main summary:visible")).all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= SMALLEST_TARGET - 0.5, target.inner_text()


def come_in(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/desk")
    expect(page).to_have_url(f"{served.address}/key?next=/desk")
    page.get_by_label("钥匙", exact=True).fill(served.staff)
    page.get_by_role("button", name="进入").click()
    expect(page).to_have_url(f"{served.address}/desk")


def test_staff_dispatch_approve_and_merge(page: Page, served: Served) -> None:
    complaints: list[str] = []
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{served.address}/key?next=/desk")
    check(page)
    come_in(page, served)
    check(page)
    page.get_by_label("只看超期").check()
    expect(page).to_have_url(
        f"{served.address}/desk?stage=&category=&body_id=&approved=&overdue=true"
    )
    row = page.locator(f'li:has(a[href^="/desk/{served.issue_id}"])')
    expect(row).to_contain_text("超期 6 小时")
    expect(row).to_contain_text("待审照片 1")
    row.get_by_role("link").click()
    check(page)
    page.get_by_label("派给谁").select_option(label="荷塘社区")
    page.locator("#why-dispatched").fill("请今天派人抽排。")
    page.get_by_role("button", name="派遣", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("已办理。")
    back = page.get_by_role("link", name="返回列表")
    expect(back).to_have_attribute("href", "/desk?overdue=true")
    expect(page.locator(".history li").first).to_contain_text("荷塘社区")
    page.get_by_role("button", name="通过照片 1").click()
    expect(page.get_by_role("status")).to_have_text("照片已通过。")
    same = page.locator(f'form[action="/desk/{served.same}/moves"]')
    same.get_by_role("button", name="并入本事项").click()
    expect(page.get_by_role("status")).to_have_text("已合并。")
    expect(page.locator(".facts")).to_contain_text(served.same)
    page.locator("summary", has_text="合并到别的事项").click()
    check(page)
    assert complaints == []


def test_who_comes_second_is_told_and_loses_no_words(page: Page, served: Served) -> None:
    come_in(page, served)
    path = f"{served.address}/desk/{served.issue_id}"
    page.goto(path)
    other = page.context.new_page()
    other.goto(path)
    other.get_by_role("button", name="不再公开").click()
    expect(other.get_by_role("status")).to_be_visible()
    page.locator("#why-dispatched").fill("请今天派人抽排。")
    page.get_by_role("button", name="派遣", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("别人已经动过")
    expect(page.locator("#why-dispatched")).to_have_value("请今天派人抽排。")
    check(page)
    page.get_by_role("button", name="派遣", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("已办理。")


def test_all_of_it_works_without_a_script(chromium: Browser, served: Served) -> None:
    context = chromium.new_context(locale="en", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.address}/key?next=/desk")
    page.get_by_label("Key", exact=True).fill(served.staff)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Stage", exact=True).last.select_option("filed")
    page.get_by_role("button", name="Filter").click()
    page.locator(f'.work a[href^="/desk/{served.issue_id}"]').click()
    page.get_by_text("Reject", exact=True).first.click()
    page.locator("#why-rejected").fill("Another town's.")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    expect(page.locator(".title .stage")).to_have_text("not accepted")
    page.get_by_role("button", name="中文").click()
    expect(page.locator(".title .stage")).to_have_text("不予受理")
    context.close()


def test_over_plain_http_own_forms_are_taken_and_other_origins_are_not(
    chromium: Browser, served: Served
) -> None:
    """Browsers say there of no request from which site it comes."""
    far = served.address.replace("127.0.0.1", "far.example")
    context = chromium.new_context(locale="en")
    page = context.new_page()
    sent = []
    page.on("request", lambda request: sent.append(request.all_headers()))
    page.goto(f"{far}/key?next=/desk")
    page.get_by_label("Key", exact=True).fill(served.staff)
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url(f"{far}/desk")
    assert [headers for headers in sent if "sec-fetch-site" in headers] == []
    page.goto("about:blank")
    page.set_content(f'<form method="post" action="{far}/key/forget"><button>Win</button></form>')
    with page.expect_response(f"{far}/key/forget") as answer:
        page.get_by_role("button", name="Win").click()
    assert answer.value.status == 403
    page.goto(f"{far}/desk")
    expect(page).to_have_url(f"{far}/desk")
    context.close()
