"""Text that other people wrote is shown as it is, and never runs, on every page of ours."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import shapely
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.category import Category, DataType, Question
from geo_service.domain.facility import Facility
from geo_service.domain.lifecycle import Stage
from geo_service.domain.opening import Calendar
from geo_service.domain.progress import Wanted
from geo_service.domain.report import Report
from geo_service.domain.role import Role
from geo_service.flows.check_keys import recognise_key
from geo_service.flows.keep_photo import approve_photo
from geo_service.flows.load_streets import load_streets
from geo_service.flows.manage_keys import add_key
from geo_service.flows.progress_issue import approve_issue, progress_issue
from geo_service.flows.report_issue import report_issue
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.track_report import token_of
from geo_service.flows.wiring import Workspace
from geo_service.settings import Settings
from geo_service.store import areas, categories, city, facilities, photos
from geo_service.store.keys import Key

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
PAYLOADS = (
    "${alert(1)}",
    "`;alert(1);`",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'\"};alert(1);//",
    "{{7*7}}{%raw%}{#",
    "\\u003cimg src=x onerror=alert(1)\\u003e",
    "&#60;img src=x onerror=alert(1)&#62;",
    "javascript:alert(1)",
    "</textarea></title></select><script>alert(1)</script>",
)
ALL = " ".join(PAYLOADS)
LON, LAT = 112.1405, 32.0402
SIZES = {"phone": (390, 844), "desktop": (1440, 900)}
INTRUDERS = "img[src='x'], svg[onload], [onerror], [onload], script:not([src])"
"""What the payloads would have become, were they markup."""


@dataclass(frozen=True)
class Served:
    """A city in which everything is called after an attack."""

    address: str
    token: str
    rider: str
    staff: str
    issue_ids: tuple[str, ...]


@dataclass
class Window:
    """A page, and what it said."""

    page: Page
    address: str
    told: list[str] = field(default_factory=list)

    def watch(self) -> None:
        def refuse_dialog(dialog: object) -> None:
            self.told.append(f"dialog: {dialog}")
            dialog.dismiss()  # type: ignore[attr-defined]

        self.page.on("dialog", refuse_dialog)
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.told.append(said.text) if said.type in {"error", "warning"} else None,
        )
        self.page.on(
            "request",
            lambda sent: None if sent.url.startswith(self.address) else self.told.append(sent.url),
        )

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page


@pytest.fixture(scope="module")
def served(
    demo_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
    serve: Callable[..., AbstractContextManager[str]],
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("hostile")
    settings = Settings(workspace=folder / "workspace", rider_key_file=folder / "rider.key")
    before = NOW - timedelta(hours=2)
    with start_workspace(settings, Calendar()) as workspace:
        load_streets(workspace, [_named_streets(demo_data, folder)])
        _name_everything(workspace)
        rider = add_key(workspace, Role.RIDER, None, before, rider=ALL)[1]
        staff = add_key(workspace, Role.STAFF, None, before)[1]
        key = recognise_key(workspace, staff, before)
        issue_ids = tuple(_report_all(workspace, key, before))
        token = token_of(workspace, issue_ids[0])
    with serve(settings, NOW) as address:
        yield Served(address, token, rider, staff, issue_ids)


def _named_streets(demo_data: Path, folder: Path) -> Path:
    told = json.loads((demo_data / "streets.geojson").read_text(encoding="utf-8"))
    for n, street in enumerate(told["features"]):
        street["properties"]["name"] = PAYLOADS[n % len(PAYLOADS)]
    path = folder / "streets.geojson"
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


def _name_everything(workspace: Workspace) -> None:
    question = Question(
        ALL, DataType.SINGLE_VALUE_LIST, ALL, choices=tuple((text, text) for text in PAYLOADS)
    )
    known = [
        Category(text, text, description=text, group=f"{text} groups", questions=(question,))
        for text in PAYLOADS
    ]
    places = [
        Facility(
            text.replace("/", "-"), "rest_station", LON + 0.0002 * n, LAT, text, f"{text} EN",
            operator=text, address=text, amenities=frozenset({text}),
        )
        for n, text in enumerate(PAYLOADS)
    ]  # fmt: skip
    bodies = [Body(ALL, ALL, Level.STREET_COMMITTEE)]
    bodies += [
        Body(f"b-{n}", text, Level.COMMUNITY, parent_id=ALL) for n, text in enumerate(PAYLOADS)
    ]
    square = shapely.to_wkb(shapely.box(LON - 0.1, LAT - 0.1, LON + 0.1, LAT + 0.1))
    with workspace.database.writing() as connection:
        city.write_title(connection, ALL, ALL)
        categories.write(connection, known)
        facilities.write(connection, places)
        areas.write(connection, [Area("square", ALL, ALL, square)], bodies)


def _report_all(workspace: Workspace, key: Key, now: datetime) -> Iterator[str]:
    """Report each text at one place, with a photo, and move it on with the same words."""
    for n, text in enumerate(PAYLOADS):
        told = Report(
            PAYLOADS[0], LON, LAT + 0.00001 * n, f"{text}\n{ALL}", address=text,
            answers={ALL: (text,)},
        )  # fmt: skip
        reported = report_issue(workspace, told, key=None, now=now, photos=[_picture(n)])
        issue_id = reported.case.issue.issue_id
        approve_issue(workspace, issue_id, key, now, approved=True)
        progress_issue(workspace, key, issue_id, Wanted(Stage.FILED, f"{text}\n{ALL}"), now)
        with workspace.database.reading() as connection:
            (photo,) = photos.of_issue(connection, issue_id)
        approve_photo(workspace, key, photo.photo_id, approved=True)
        yield issue_id


def _picture(n: int) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (64, 48), (20 * n, 90, 120)).save(held, "JPEG", comment=ALL.encode())
    return held.getvalue()


@pytest.fixture(params=[*SIZES])
def window(request: pytest.FixtureRequest, chromium: Browser, served: Served) -> Iterator[Window]:
    width, height = SIZES[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    opened = Window(context.new_page(), served.address)
    opened.watch()
    yield opened
    assert opened.page.locator(INTRUDERS).count() == 0
    context.close()
    assert opened.told == []


def squeezed(text: str) -> str:
    return " ".join(text.split())


def check_shows(place: Locator, *texts: str) -> None:
    """Each text stands there, letter for letter."""
    shown = squeezed(place.inner_text())
    for text in texts:
        assert squeezed(text) in shown, text


def check_fits(page: Page) -> None:
    """No text, however long, hangs over the edge."""
    size = page.viewport_size
    assert size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def come_in(window: Window, key: str, then: str) -> Page:
    page = window.go(f"/key?next={then}")
    page.locator("#key").fill(key)
    page.locator("form[action='/key'][method=post] button").click()
    page.wait_for_url(f"**{then}")
    return page


def choose_first_payload(page: Page) -> None:
    page.get_by_text(f"{PAYLOADS[0]} groups", exact=True).click()
    page.locator("label.choice", has_text=PAYLOADS[0]).click()


def test_on_the_riders_page_and_its_map(window: Window) -> None:
    page = window.go(f"/?lat={LAT}&lon={LON}&kind=rest_station&k=20")
    assert squeezed(page.title()).endswith(ALL)
    check_shows(page.locator("h1"), ALL)
    check_shows(page.locator("#answer"), *PAYLOADS)
    check_fits(page)
    for n in range(page.locator(".card").count()):
        card = page.locator(".card").nth(n)
        card.locator(".on-map").click()
        expect(page.locator("#map[data-ready]")).to_be_visible()
        check_shows(page.locator("#map-place"), card.locator("h2").inner_text())
        expect(page.locator(".map-place")).to_have_attribute(
            "title", page.locator("#map-place").inner_text()
        )
        page.locator("#map-close").click()


def test_on_the_riders_page_after_it_was_asked_by_script(window: Window) -> None:
    page = window.go("/")
    page.locator(".of-kind").first.click()
    expect(page.locator(".card")).to_have_count(5)
    assert page.locator(".card h2").count() == 5
    page.goto(f"{window.address}/?lang=en&lat={LAT}&lon={LON}&kind=rest_station&k=20")
    check_shows(page.locator("#answer"), *(f"{text} EN" for text in PAYLOADS))


def test_on_the_report_page_with_what_is_near(window: Window) -> None:
    page = window.go("/report")
    check_shows(page.locator("#what"), *(f"{text} groups" for text in PAYLOADS))
    choose_first_payload(page)
    check_shows(page.locator(".questions:visible"), *PAYLOADS)
    page.locator("#by-hand summary").click()
    page.locator("[name=lat]").fill(f"{LAT}")
    page.locator("[name=long]").fill(f"{LON}")
    page.locator("[name=address_string]").fill(ALL)
    page.locator("#description").fill(ALL)
    expect(page.locator("#near li").first).to_be_visible()
    check_shows(page.locator("#near"), *PAYLOADS)
    check_fits(page)


def test_in_drafts_and_in_forms_that_are_shown_again(window: Window) -> None:
    page = window.go("/report")
    choose_first_payload(page)
    page.locator("#description").fill(ALL)
    page.locator("#by-hand summary").click()
    page.locator("[name=lat]").fill(PAYLOADS[4])
    page.locator("[name=address_string]").fill(ALL)
    page.locator("#send").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#description")).to_have_value(ALL)
    expect(page.locator("[name=lat]")).to_have_value(PAYLOADS[4])
    expect(page.locator("[name=address_string]")).to_have_value(ALL)
    # What the server answers a wrong form with is no complaint about the page.
    window.told[:] = [said for said in window.told if "422" not in said]
    page.reload()
    expect(page.locator("#drafts li")).to_have_count(1)
    check_shows(page.locator("#drafts"), PAYLOADS[0])


def test_on_a_reports_own_page(window: Window, served: Served) -> None:
    page = window.go(f"/report/{quote(served.token, safe='')}")
    check_shows(page.locator("main"), *PAYLOADS)
    assert page.locator(".photos img").evaluate("img => img.complete && img.naturalWidth") == 64
    check_fits(page)


def test_on_the_desks_list_and_an_issues_page(window: Window, served: Served) -> None:
    page = come_in(window, served.staff, "/desk")
    check_shows(page.locator(".work"), *PAYLOADS)
    options = page.locator(".filters option").all_inner_texts()
    assert set(PAYLOADS) <= {squeezed(text) for text in options}
    check_fits(page)
    for issue_id in served.issue_ids[:3]:
        page.goto(f"{window.address}/desk/{issue_id}")
        check_shows(page.locator("main"), *PAYLOADS)
        for details in page.locator("main details").all():
            details.locator("summary").click()
        check_fits(page)
    page.locator("#why-dispatched").fill(ALL)
    page.locator("#body-dispatched").select_option(label=PAYLOADS[4])
    page.locator("form", has=page.locator("#why-dispatched")).get_by_role("button").click()
    expect(page.get_by_role("status")).to_be_visible()
    check_shows(page.locator(".history li").first, ALL, PAYLOADS[4])


@pytest.mark.parametrize("payload", PAYLOADS)
def test_on_the_page_for_keys_and_with_an_attack_as_a_key(window: Window, payload: str) -> None:
    page = window.go(f"/key?next={quote(payload, safe='')}&done={quote(payload, safe='')}")
    check_shows(page.locator("header"), ALL)
    page.locator("#key").fill(payload)
    page.locator("form[action='/key'][method=post] button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert "alert(1)" not in page.locator("main").inner_html()
    check_fits(page)
    window.told[:] = [said for said in window.told if "401" not in said]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_on_a_stations_page(window: Window, payload: str) -> None:
    station = f"/stations/{quote(payload.replace('/', '-'), safe='')}"
    page = window.go(f"{station}?code={quote(payload, safe='')}")
    check_shows(page.locator("main"), payload, f"{payload} EN")
    check_shows(page.locator(".address"), payload)
    check_shows(page.locator(".amenities"), payload)
    check_fits(page)


def test_on_a_stations_poster(window: Window, served: Served) -> None:
    page = come_in(window, served.staff, "/desk")
    for payload in PAYLOADS:
        page.goto(f"{window.address}/stations/{quote(payload.replace('/', '-'), safe='')}/print")
        check_shows(page.locator("main"), payload, f"{payload} EN")


def test_in_addresses_that_lead_nowhere(window: Window) -> None:
    for payload in PAYLOADS:
        for path in ("/stations/", "/report/", "/?lang="):
            page = window.go(path + quote(payload, safe=""))
            assert page.locator(INTRUDERS).count() == 0
    window.told[:] = [said for said in window.told if "404" not in said]
