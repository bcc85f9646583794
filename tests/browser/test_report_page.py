"""The report page in a rider's hand: a photo, a place, two taps; and without a connection."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from geo_service.domain.category import Category, DataType, Question
from geo_service.domain.issue import Issue
from geo_service.domain.opening import Calendar
from geo_service.domain.role import Role
from geo_service.flows.manage_keys import add_key
from geo_service.flows.open_cases import keep_told
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import cases, categories, issues, photos, supporters
from geo_service.web.app import make_served_app

pytestmark = pytest.mark.browser

HERE = {"latitude": 32.04, "longitude": 112.14, "accuracy": 12}
PHONE = {"width": 390, "height": 844}
SMALLEST_TARGET = 44
PATIENCE_MS = 8_000
QUESTIONS = (
    Question(
        "depth",
        DataType.SINGLE_VALUE_LIST,
        "水有多深？",
        "How deep is it?",
        required=True,
        choices=(("ankle", "没过脚踝 ankle"), ("wheel", "没过半个车轮 half a wheel")),
    ),
    Question("by", DataType.MULTI_VALUE_LIST, "被什么？", choices=(("a", "甲"), ("b", "乙"))),
    Question("width", DataType.NUMBER, "还剩几米？"),
    Question("since", DataType.DATETIME, "从什么时候？"),
    Question("pole", DataType.STRING, "灯杆编号"),
    Question("details", DataType.TEXT, "具体情况"),
)
KNOWN = [
    Category(
        "standing_water", "道路积水", "Standing water", group="道路 Roads", questions=QUESTIONS
    ),
    *(Category(f"road-{n}", f"路面{n}", f"Road {n}", group="道路 Roads") for n in range(3)),
    *(Category(f"order-{n}", f"秩序{n}", f"Order {n}", group="秩序 Order") for n in range(4)),
]


@dataclass(frozen=True)
class Served:
    """Where the page is, what lies behind it, and a rider's key."""

    address: str
    settings: Settings
    rider: str

    def issues(self) -> list[Issue]:
        with open_workspace(self.settings) as workspace, workspace.database.reading() as connection:
            return issues.read_all(connection)

    def reported(self) -> list[Issue]:
        return [issue for issue in self.issues() if issue.issue_id != "near"]


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("report")
    settings = Settings(workspace=folder / "workspace", rider_key_file=folder / "rider.key")
    now = datetime.now(tz=UTC)
    with start_workspace(settings, Calendar()) as workspace:
        _fill(workspace, now)
        rider = add_key(workspace, Role.RIDER, None, now, rider="小王")[1]
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    # Phones tell their own time.
    app = make_served_app(open_workspace(settings))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", settings, rider)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def _fill(workspace: Workspace, now: datetime) -> None:
    near = Issue("near", "standing_water", 112.1401, 32.0401, now, description="已有人报告")
    with workspace.database.writing() as connection:
        categories.write(connection, KNOWN)
        keep_told(connection, workspace, [near], now, replace=False)


@dataclass
class Phone:
    """A phone with the page open, and what it sent."""

    context: BrowserContext
    page: Page
    posts: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def open_phone(chromium: Browser, served: Served) -> Iterator[Callable[..., Phone]]:
    opened = []

    def _open(**more: object) -> Phone:
        context = chromium.new_context(
            **{"viewport": PHONE, "locale": "zh-CN", **more},  # type: ignore[arg-type]
            geolocation=HERE,
            permissions=["geolocation"],
        )
        phone = Phone(context, context.new_page())
        opened.append(phone)
        context.set_default_timeout(PATIENCE_MS)
        phone.page.on(
            "request",
            lambda sent: phone.posts.append(sent) if sent.method == "POST" else None,
        )
        phone.page.on("pageerror", lambda error: phone.complaints.append(str(error)))
        phone.page.on(
            "console",
            lambda said: phone.complaints.append(said.text) if "Policy" in said.text else None,
        )
        _visit(phone.page, served)
        return phone

    yield _open
    for phone in opened:
        assert phone.complaints == []
        phone.context.close()


def _visit(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/report")
    page.wait_for_selector("[data-report=ready]", state="attached")


def picture(width: int = 2400, height: int = 1800) -> bytes:
    file = BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def take_photo(page: Page) -> None:
    shot = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    before = page.locator("#previews canvas").count()
    page.set_input_files("#photo", files=[shot])
    expect(page.locator("#previews canvas")).to_have_count(before + 1)


def choose_water(page: Page) -> None:
    page.get_by_text("道路", exact=True).click()
    page.get_by_text("道路积水", exact=True).click()


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response
    # A page on which no rule applied was not looked at.
    assert found["passes"]
    return [
        f"{rule['id']}: {[node['html'][:200] for node in rule['nodes'][:3]]}"
        for rule in found["violations"]
    ]


def check_look(page: Page) -> None:
    """Nothing hangs over the edge, and a thumb meets everything."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for target in page.locator("a, button, summary, .choice, .switch, input.file").all():
        box = target.bounding_box()
        if box is not None and target.is_visible():
            assert min(box["width"], box["height"]) >= SMALLEST_TARGET, target.inner_text()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_rider_reports_with_a_photo_in_a_few_taps(
    open_phone: Callable[..., Phone], served: Served, scheme: str
) -> None:
    phone = open_phone(color_scheme=scheme)
    page = phone.page
    check_look(page)
    take_photo(page)
    expect(page.locator("#where")).to_contain_text("误差约 12 米")
    expect(page.locator("#by-hand")).not_to_have_attribute("open", "")
    choose_water(page)
    page.get_by_label("没过脚踝").check()
    page.get_by_label("乙").check()
    page.get_by_label("还剩几米").fill("1.5")
    page.get_by_label("从什么时候").fill("2026-11-01T08:30")
    page.locator("#description").fill("很深")
    expect(page.locator("#near li")).to_contain_text("相距")
    expect(page.locator("#near li a")).to_have_attribute("href", "/known/near")
    check_look(page)
    page.locator("#near").scroll_into_view_if_needed()
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("status")).to_contain_text("谢谢")
    check_look(page)
    (issue,) = served.reported()
    assert (issue.category, issue.lon, issue.lat) == ("standing_water", 112.14, 32.04)
    assert issue.description == "很深"
    assert issue.more["depth"] == "ankle"
    assert issue.more["by"] == "b"
    assert issue.more["since"] == "2026-11-01T08:30:00+08:00"
    with open_workspace(served.settings) as workspace, workspace.database.reading() as connection:
        (photo,) = photos.of_issue(connection, issue.issue_id)
    assert (photo.width, photo.height) == (1600, 1200)
    page.get_by_role("link", name="查看进展").click()
    expect(page.get_by_text("已采集").first).to_be_visible()
    expect(page.get_by_text("谢谢")).to_have_count(0)
    check_look(page)
    _visit(page, served)
    expect(page.locator("#drafts li")).to_contain_text("已发送")
    check_look(page)


def test_what_is_wrong_is_told_and_the_photo_is_not_lost(
    open_phone: Callable[..., Phone], served: Served
) -> None:
    page = open_phone().page
    take_photo(page)
    expect(page.locator("#where")).to_contain_text("误差约")
    choose_water(page)
    page.locator("#near li").scroll_into_view_if_needed()
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_text("请回答这个问题")).to_be_visible()
    expect(page.locator("#previews canvas")).to_be_visible()
    expect(page.locator("#photo-lost")).to_have_count(0)
    assert violations(page) == []
    page.get_by_label("没过半个车轮").check()
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("status")).to_contain_text("谢谢")
    (issue,) = served.reported()
    with open_workspace(served.settings) as workspace, workspace.database.reading() as connection:
        assert len(photos.of_issue(connection, issue.issue_id)) == 1


def test_what_is_written_without_a_connection_is_kept_and_sent_once(
    open_phone: Callable[..., Phone], served: Served
) -> None:
    phone = open_phone()
    page = phone.page
    phone.context.set_offline(True)
    for words in ("第一个", "第二个"):
        take_photo(page)
        expect(page.locator("#where")).to_contain_text("误差约")
        page.locator("details.group", has_text="秩序").locator("summary").click()
        page.locator("#what").get_by_text("秩序1", exact=True).click()
        page.locator("#description").fill(words)
        page.get_by_role("button", name="保存，联网后发送").click()
        expect(page.locator("#told")).to_contain_text("已保存")
        expect(page.locator("#description")).to_have_value("")
    expect(page.locator("#drafts li", has_text="等待发送")).to_have_count(2)
    check_look(page)
    page.locator("#description").fill("没写完")
    page.locator("#description").blur()
    page.locator("details.group", has_text="秩序").locator("summary").click()
    page.locator("#what").get_by_text("秩序2", exact=True).click()
    page.wait_for_timeout(400)
    assert phone.posts == []
    phone.context.set_offline(False)
    expect(page.locator("#drafts li", has_text="已发送")).to_have_count(2)
    _visit(page, served)
    expect(page.locator("#description")).to_have_value("没写完")
    expect(page.locator(".pick:checked")).to_have_value("order-2")
    expect(page.locator("#drafts li", has_text="已发送")).to_have_count(2)
    assert sorted(issue.description for issue in served.reported()) == ["第一个", "第二个"]
    assert len({sent.headers["idempotency-key"] for sent in phone.posts}) == 2
    page.locator("#drafts li").first.get_by_role("button", name="删除").click()
    expect(page.locator("#drafts li")).to_have_count(1)


def test_an_answer_that_is_lost_makes_no_second_report(
    open_phone: Callable[..., Phone], served: Served
) -> None:
    phone = open_phone()
    page = phone.page

    def lose_answer(route: object) -> None:
        route.fetch(max_redirects=0)  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    take_photo(page)
    expect(page.locator("#where")).to_contain_text("误差约")
    page.locator("details.group", has_text="秩序").locator("summary").click()
    page.locator("#what").get_by_text("秩序1", exact=True).click()
    page.route("**/report", lose_answer)
    page.get_by_role("button", name="发送").click()
    expect(page.locator("#drafts li")).to_contain_text("等待发送")
    assert len(served.reported()) == 1
    page.unroute("**/report")
    page.reload()
    expect(page.locator("#drafts li")).to_contain_text("已发送")
    assert len(served.reported()) == 1
    first, again = phone.posts
    assert first.headers["idempotency-key"] == again.headers["idempotency-key"]
    page.get_by_role("link", name="查看进展").click()
    expect(page.get_by_text("已采集").first).to_be_visible()


def test_a_rider_types_the_key_once_and_sees_an_issue_too(
    open_phone: Callable[..., Phone], served: Served
) -> None:
    page = open_phone().page
    page.locator("#description").fill("typed before")
    page.locator("#own-key summary").click()
    page.get_by_label("你的骑手钥匙").fill("wrong")
    page.get_by_role("button", name="记住钥匙").click()
    expect(page.get_by_text("这把钥匙无效")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("你的骑手钥匙").fill(served.rider)
    page.get_by_role("button", name="记住钥匙").click()
    expect(page.get_by_text("记在你名下").first).to_be_visible()
    expect(page.locator("#description")).to_have_value("typed before")
    page.get_by_role("button", name="用我现在的位置").click()
    choose_water(page)
    page.get_by_role("button", name="我也看到了").click()
    expect(page.locator("#told")).to_contain_text("谢谢")
    expect(page.locator("#description")).to_have_value("")
    with open_workspace(served.settings) as workspace, workspace.database.reading() as connection:
        assert supporters.count(connection, "near") == 1
        case = cases.find(connection, "near")
    assert case is not None
    assert served.reported() == []


def test_several_photos_are_chosen_taken_out_and_kept_until_they_are_sent(
    open_phone: Callable[..., Phone], served: Served
) -> None:
    phone = open_phone()
    page = phone.page
    shots = [
        {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": picture(400 + n, 300)}
        for n in range(6)
    ]
    page.set_input_files("#photo", files=shots[:2])
    expect(page.locator("#previews canvas")).to_have_count(2)
    page.set_input_files("#photo", files=shots[2:])
    expect(page.locator("#previews canvas")).to_have_count(5)
    expect(page.locator("#told")).to_contain_text("最多 5 张")
    expect(page.locator("#photo")).to_be_disabled()
    check_look(page)
    page.get_by_role("button", name="删除照片 2").click()
    expect(page.locator("#previews canvas")).to_have_count(4)
    page.get_by_role("button", name="删除照片 3").click()
    expect(page.locator("#previews canvas")).to_have_count(3)
    expect(page.locator("#photo")).to_be_enabled()
    page.locator("details.group", has_text="秩序").locator("summary").click()
    page.locator("#what").get_by_text("秩序1", exact=True).click()
    page.wait_for_timeout(400)
    _visit(page, served)
    expect(page.locator("#previews canvas")).to_have_count(3)
    phone.context.set_offline(True)
    page.get_by_role("button", name="保存，联网后发送").click()
    expect(page.locator("#told")).to_contain_text("已保存")
    expect(page.locator("#previews canvas")).to_have_count(0)
    phone.context.set_offline(False)
    expect(page.locator("#drafts li", has_text="已发送")).to_have_count(1)
    (issue,) = served.reported()
    with open_workspace(served.settings) as workspace, workspace.database.reading() as connection:
        kept = photos.of_issue(connection, issue.issue_id)
    assert sorted(photo.width for photo in kept) == [400, 402, 404]


def test_what_is_near_is_shown_though_more_is_typed_while_it_is_looked_up(
    open_phone: Callable[..., Phone],
) -> None:
    page = open_phone().page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/issues/near*", hold)
    page.get_by_role("button", name="用我现在的位置").click()
    choose_water(page)
    expect(page.locator("#where")).to_contain_text("误差约")
    while not held:
        page.wait_for_timeout(50)
    page.locator("#description").fill("很深")
    page.locator("#description").blur()
    page.wait_for_timeout(400)
    (asked,) = held
    asked.continue_()
    expect(page.locator("#near li")).to_contain_text("相距")


def test_who_sends_without_looking_is_shown_what_is_near_once(
    open_phone: Callable[..., Phone], served: Served
) -> None:
    page = open_phone().page
    page.get_by_role("button", name="用我现在的位置").click()
    choose_water(page)
    page.get_by_label("没过脚踝").check()
    expect(page.locator("#near li")).to_contain_text("相距")
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator("#near")).not_to_be_in_viewport()
    page.locator("#send").click()
    expect(page.locator("#near")).to_be_in_viewport()
    expect(page.locator("#send")).to_have_text("不是这些，发送")
    assert served.reported() == []
    page.locator("#send").click()
    expect(page.get_by_role("status")).to_contain_text("谢谢")
    assert len(served.reported()) == 1


def test_what_chooses_photos_speaks_the_pages_language(open_phone: Callable[..., Phone]) -> None:
    page = open_phone().page
    expect(page.get_by_text("拍照或选照片")).to_be_visible()
    with page.expect_file_chooser():
        page.locator("#photo").click()
