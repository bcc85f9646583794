"""A phone that won't say where it is: the place of a report is shown on a map."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from geo_service.domain.category import Category
from geo_service.domain.opening import Calendar
from geo_service.flows.load_streets import load_streets
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import categories, issues

pytestmark = pytest.mark.browser

SIZES = {"phone": (390, 844), "desktop": (1440, 900)}


@pytest.fixture(scope="module")
def settings(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("place")
    held = Settings(workspace=folder / "workspace", rider_key_file=folder / "rider.key")
    with start_workspace(held, Calendar()) as workspace:
        load_streets(workspace, [demo_data / "streets.geojson"])
        with workspace.database.writing() as connection:
            categories.write(connection, [Category("light", "路灯不亮", "Broken light")])
    return held


@pytest.fixture(scope="module")
def address(settings: Settings, serve: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    # Phones tell their own time, which must not be ahead.
    with serve(settings, datetime.now(tz=UTC) + timedelta(minutes=5)) as address:
        yield address


@pytest.fixture(params=[*SIZES])
def page(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Page]:
    """Return the report page in a window that refuses to tell where it is."""
    width, height = SIZES[request.param]
    context: BrowserContext = chromium.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", permissions=[]
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" else None,
    )
    page.on(
        "request",
        lambda sent: None if sent.url.startswith(address) else complaints.append(sent.url),
    )
    page.goto(f"{address}/report")
    page.wait_for_selector("[data-report=ready]", state="attached")
    yield page
    context.close()
    assert complaints == []


def middle_of_map(page: Page) -> tuple[float, float]:
    box = page.locator("#map-ground").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def place_of(page: Page) -> tuple[float, float]:
    lat, lon = (page.locator(f"[name={name}]").input_value() for name in ("lat", "long"))
    return float(lat), float(lon)


def test_the_place_is_tapped_or_the_pin_is_dragged_there(
    page: Page, settings: Settings, violations_of: Callable[[Page], list[str]]
) -> None:
    before = set(stored(settings))
    send, what = (page.locator(one).bounding_box() for one in ("#send", "#what"))
    assert send is not None
    assert what is not None
    # What is sent and the button that sends it stand in one column.
    assert send["x"] + send["width"] / 2 == pytest.approx(what["x"] + what["width"] / 2, abs=1)
    page.get_by_role("button", name="用我现在的位置").click()
    expect(page.locator("#where")).to_contain_text("或在地图上选")
    assert violations_of(page) == []
    page.get_by_role("button", name="在地图上选位置").click()
    expect(page.locator("#map[data-ready]")).to_be_visible()
    expect(page.locator("#map-hint")).to_contain_text("指出问题在哪里")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert violations_of(page) == []
    x, y = middle_of_map(page)
    page.mouse.click(x + 60, y - 40)
    page.get_by_role("button", name="就在这里").click()
    expect(page.locator("#where")).to_have_text("已在地图上选定")
    tapped = place_of(page)
    page.get_by_role("button", name="在地图上选位置").click()
    pin = page.locator(".map-pin").bounding_box()
    assert pin is not None
    page.mouse.move(pin["x"] + 22, pin["y"] + 20)
    page.mouse.down()
    page.mouse.move(pin["x"] + 62, pin["y"] + 20, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="就在这里").click()
    dragged = place_of(page)
    assert dragged[0] == pytest.approx(tapped[0], abs=0.0002)
    assert 0.0005 < dragged[1] - tapped[1] < 0.01
    page.locator("label.choice").click()
    page.locator("#send").click()
    expect(page.get_by_role("status")).to_contain_text("谢谢")
    (issue_id,) = set(stored(settings)) - before
    assert stored(settings)[issue_id] == dragged


def stored(settings: Settings) -> dict[str, tuple[float, float]]:
    with open_workspace(settings) as workspace, workspace.database.reading() as connection:
        return {one.issue_id: (one.lat, one.lon) for one in issues.read_all(connection)}


def test_a_map_that_is_closed_changes_nothing(page: Page) -> None:
    page.locator("#by-hand summary").click()
    page.locator("[name=lat]").fill("32.0391")
    page.locator("[name=long]").fill("112.1431")
    page.get_by_role("button", name="在地图上选位置").click()
    expect(page.locator("#map[data-ready]")).to_be_visible()
    page.get_by_role("button", name="关闭").click()
    assert place_of(page) == (32.0391, 112.1431)
    page.get_by_role("button", name="在地图上选位置").click()
    page.get_by_role("button", name="就在这里").click()
    assert place_of(page) == pytest.approx((32.0391, 112.1431), abs=1e-5)


def test_a_map_that_cannot_be_had_leaves_the_fields(page: Page) -> None:
    page.evaluate("document.getElementById('map').dataset.pin = ''")
    page.get_by_role("button", name="在地图上选位置").click()
    expect(page.locator("#where")).to_contain_text("地图没有打开")
    expect(page.locator("[name=lat]")).to_be_visible()
