"""From every screen a rider reports a problem, and comes back to the rider's page."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from geo_service.domain.category import Category
from geo_service.domain.facility import Facility
from geo_service.domain.opening import Calendar
from geo_service.domain.report import Report
from geo_service.domain.role import Role
from geo_service.flows.check_keys import recognise_key
from geo_service.flows.load_streets import load_streets
from geo_service.flows.manage_keys import add_key
from geo_service.flows.progress_issue import approve_issue
from geo_service.flows.report_issue import report_issue
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.track_report import token_of
from geo_service.settings import Settings
from geo_service.store import categories, facilities

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
LON, LAT = 112.1405, 32.0402
SIZES = {"phone": (390, 844), "desktop": (1440, 900)}
SMALLEST_TARGET = 44
TOP_PX = 80


@dataclass(frozen=True)
class Served:
    """A small city and the paths of its pages."""

    address: str
    paths: dict[str, str]


@pytest.fixture(scope="module")
def served(
    demo_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
    serve: Callable[..., AbstractContextManager[str]],
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("ways")
    settings = Settings(workspace=folder / "workspace", rider_key_file=folder / "rider.key")
    before = NOW - timedelta(hours=1)
    with start_workspace(settings, Calendar()) as workspace:
        load_streets(workspace, [demo_data / "streets.geojson"])
        with workspace.database.writing() as connection:
            categories.write(connection, [Category("light", "路灯不亮", "Broken light")])
            facilities.write(connection, [Facility("a", "rest_station", LON, LAT, "驿站")])
        staff = recognise_key(workspace, add_key(workspace, Role.STAFF, None, before)[1], before)
        reported = report_issue(workspace, Report("light", LON, LAT, "坏了"), key=None, now=before)
        issue_id = reported.case.issue.issue_id
        approve_issue(workspace, issue_id, staff, before, approved=True)
        token = token_of(workspace, issue_id)
    paths = {
        "rider": "/",
        "station": "/stations/a",
        "tracking": f"/report/{quote(token, safe='')}",
        "known": f"/known/{issue_id}",
        "key": "/key",
    }
    with serve(settings, NOW) as address:
        yield Served(address, paths)


@pytest.fixture(params=[*SIZES])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    yield context.new_page()
    context.close()


def check_place(page: Page, selector: str) -> None:
    """The way to report stands at the top, right of the middle of its column, thumb-wide."""
    link = page.locator(selector)
    box = link.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= SMALLEST_TARGET
    assert box["y"] + box["height"] <= TOP_PX
    size = page.viewport_size
    assert size is not None
    assert box["x"] + box["width"] / 2 > size["width"] / 2
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.parametrize("name", ["rider", "station", "tracking", "known", "key"])
def test_each_page_leads_to_a_report_and_back(
    page: Page, served: Served, name: str, violations_of: Callable[[Page], list[str]]
) -> None:
    page.goto(served.address + served.paths[name])
    check_place(page, "header .to-report")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert violations_of(page) == []
    page.locator("header .to-report").click()
    expect(page).to_have_url(f"{served.address}/report")
    page.locator("header .of a").click()
    expect(page).to_have_url(f"{served.address}/")
    if name != "rider":
        page.goto(served.address + served.paths[name])
        page.locator("header .of a").click()
        expect(page).to_have_url(f"{served.address}/")


def test_the_map_leads_to_a_report_too(
    page: Page, served: Served, violations_of: Callable[[Page], list[str]]
) -> None:
    page.goto(served.address)
    page.locator(".card .on-map").first.click()
    expect(page.locator("#map[data-ready]")).to_be_visible()
    check_place(page, "#map-report")
    link, zoom = (
        page.locator(one).bounding_box() for one in ("#map-report", ".leaflet-top a >> nth=0")
    )
    assert link is not None
    assert zoom is not None
    assert zoom["y"] >= link["y"] + link["height"]
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert violations_of(page) == []
    page.locator("#map-report").click()
    expect(page).to_have_url(f"{served.address}/report")
    expect(page.locator("#map-report")).to_have_count(0)
