"""A station's page in a rider's hand, and its poster on paper."""

import io
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from geo_service.domain.facility import Facility
from geo_service.domain.opening import Calendar
from geo_service.domain.role import Role
from geo_service.flows.check_in import station_code
from geo_service.flows.manage_keys import add_key
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import facilities
from geo_service.web.app import make_served_app

pytestmark = pytest.mark.browser

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
PHONE = {"width": 390, "height": 844}
ID = "osm/node/1 驿站"
LONG = Facility(
    "long",
    "service_window",
    112.14,
    32.04,
    name="新就业形态劳动者综合服务中心暨骑手友好驿站（长虹路）" * 2,
    name_en="Service centre for workers in new forms of employment " * 3,
    address="长虹路与人民路交叉口东南角二号写字楼一层" * 4,
)
A6_PX = (397, 559)
"""105 mm and 148 mm, at 96 pixels an inch."""
SMALLEST_TARGET = 44


@dataclass(frozen=True)
class Served:
    """Where stations are, and what opens them."""

    address: str
    code: str
    rider: str
    staff: str

    @property
    def station(self) -> str:
        return f"{self.address}/stations/{quote(ID)}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("stations")
    settings = Settings(workspace=folder / "workspace", rider_key_file=folder / "rider.key")
    with start_workspace(settings, Calendar()) as workspace:
        station = Facility(ID, "rest_station", 112.14, 32.04, name="炮铺街骑手驿站")
        with workspace.database.writing() as connection:
            facilities.write(connection, [station, LONG])
        code = station_code(workspace, ID)
        rider = add_key(workspace, Role.RIDER, None, NOON, rider="小王")[1]
        staff = add_key(workspace, Role.STAFF, None, NOON)[1]
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    app = make_served_app(open_workspace(settings), clock=lambda: NOON)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", code, rider, staff)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """Return a phone without scripts, set to Chinese."""
    context = chromium.new_context(viewport=PHONE, locale="zh-CN", java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def poster(chromium: Browser, served: Served) -> Iterator[Page]:
    """Return a page that shows a key of staff."""
    context = chromium.new_context(extra_http_headers={"Authorization": f"Bearer {served.staff}"})
    yield context.new_page()
    context.close()


def test_a_rider_scans_types_the_key_and_next_time_only_taps(phone: Page, served: Served) -> None:
    said: list[str] = []
    phone.on("console", lambda message: said.append(message.text))
    phone.goto(f"{served.station}?code={served.code}")
    phone.get_by_label("你的骑手钥匙").fill(served.rider)
    phone.get_by_role("button", name="签到").click()
    expect(phone.get_by_role("status")).to_contain_text("签到成功")
    phone.goto(f"{served.station}?code={served.code}")
    expect(phone.locator("#key")).not_to_be_visible()
    phone.get_by_role("button", name="签到").click()
    expect(phone.get_by_role("status")).to_contain_text("今天已签到过")
    phone.get_by_role("button", name="English").click()
    expect(phone.get_by_role("button", name="Check in")).to_be_visible()
    assert said == []


@pytest.mark.parametrize("place", [ID, LONG.facility_id])
def test_everything_is_large_enough_for_a_thumb_and_nothing_overflows(
    phone: Page, served: Served, place: str
) -> None:
    phone.goto(f"{served.address}/stations/{quote(place)}?code={served.code}")
    for target in phone.locator("a, button, summary, input:not([type=hidden])").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= SMALLEST_TARGET, target.inner_text()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]


@pytest.mark.parametrize("place", [ID, LONG.facility_id])
@pytest.mark.parametrize("paper", ["A6", "A4"])
def test_a_poster_is_one_page(poster: Page, served: Served, place: str, paper: str) -> None:
    poster.goto(f"{served.address}/stations/{quote(place)}/print")
    printed = poster.pdf(format=paper, print_background=True)
    assert printed.count(b"/Type /Page\n") == 1


@pytest.mark.parametrize("place", [ID, LONG.facility_id])
def test_a_poster_holds_all_its_parts_and_its_code_leads_to_the_form(
    poster: Page, served: Served, place: str
) -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    poster.goto(f"{served.address}/stations/{quote(place)}/print")
    poster.emulate_media(media="print")
    poster.set_viewport_size({"width": A6_PX[0], "height": A6_PX[1]})
    for part in poster.locator("main, header, .qr, .what, .place, .address").all():
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= A6_PX[0]
        assert box["y"] + box["height"] <= A6_PX[1]
    picture = Image.open(io.BytesIO(poster.screenshot()))
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == poster.locator("p.address").inner_text().strip()
    assert found.text.startswith(f"{served.address}/stations/{quote(place)}?code=")
    poster.goto(found.text)
    expect(poster.locator("form[method=post]")).to_be_visible()
