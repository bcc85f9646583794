"""The map of a large city from the server: all marks, and their cards when they are asked for."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.flows.open_cases import keep_told
from geo_service.flows.start_workspace import start_workspace
from geo_service.maps.cards import CHUNK
from geo_service.settings import Settings
from geo_service.store import categories as stored_categories
from geo_service.store import facilities as stored_facilities

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
SIDE = 60
STEP = 0.0008
WEST, SOUTH = 112.10, 32.00
READY = "[data-map=ready]"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, serve: Callable) -> Iterator[str]:
    """Serve a field of 3,600 facilities and 3,600 issues between them; a third of these is open."""
    folder = tmp_path_factory.mktemp("large")
    settings = Settings(workspace=folder / "workspace", rider_key_file=folder / "rider.key")
    places = [(WEST + STEP * (n % SIDE), SOUTH + STEP * (n // SIDE)) for n in range(SIDE**2)]
    facilities = [
        Facility(f"f-{n}", "rest_station", lon, lat, f"驿站{n}号", f"Station {n}")
        for n, (lon, lat) in enumerate(places)
    ]
    reported = NOW - timedelta(days=3)
    issues = [
        Issue(
            f"i-{n}", "standing_water", lon + STEP / 2, lat + STEP / 2, reported,
            closed_at=None if n % 3 == 0 else NOW - timedelta(days=1), description=f"第{n}处",
        )
        for n, (lon, lat) in enumerate(places)
    ]  # fmt: skip
    with start_workspace(settings) as workspace, workspace.database.writing() as connection:
        stored_facilities.write(connection, facilities)
        stored_categories.add_missing(connection, {"standing_water"})
        keep_told(connection, workspace, issues, NOW, replace=False)
    with serve(settings, NOW) as address:
        yield address


def figures(page: Page, shape: str) -> int:
    """Sum up what all heaps and marks of a shape stand for, those beyond the view's edge too."""
    heaps = page.locator(f"#map_page .gm-gathered.gm-{shape} b").all_inner_texts()
    return sum(map(int, heaps)) + page.locator(f"#map_page .gm-mark.gm-{shape}").count()


def look_at(page: Page, lon: float, lat: float, zoom: float) -> None:
    page.evaluate(
        "([lat, lon, zoom]) => { map_page.setView([lat, lon], zoom, {animate: false}); }",
        [lat, lon, zoom],
    )


def cards_asked(asked: list[str]) -> list[str]:
    return [url for url in asked if "/parts/" in url and url.rpartition("-")[2].isdecimal()]


def test_all_marks_stand_there_and_few_are_elements_of_the_page(
    large: str, open_page: Callable
) -> None:
    opened = open_page(address=f"{large}/planner", until=READY)
    page = opened.page
    look_at(page, WEST + SIDE * STEP / 2, SOUTH + SIDE * STEP / 2, 13)
    for shape in ("square", "round"):
        expect(page.locator(f"#map_page .gm-gathered.gm-{shape}").first).to_be_visible()
        assert figures(page, shape) == SIDE**2
    assert page.locator("#map_page .leaflet-marker-icon").count() < 600
    page.locator("[data-filter=stage][data-value=over]").click()
    assert figures(page, "round") == SIDE**2 // 3
    assert cards_asked(opened.asked) == []
    assert opened.complaints == []


def test_heap_opens_into_marks_whose_cards_are_asked_for(large: str, open_page: Callable) -> None:
    opened = open_page(address=f"{large}/planner", until=READY)
    page = opened.page
    look_at(page, WEST + 7 * STEP, SOUTH + 9 * STEP, 18)
    page.locator(f"#map_page [title*='Station {9 * SIDE + 7}']").click()
    expect(page.locator(".gm-card")).to_contain_text(f"驿站{9 * SIDE + 7}号")
    assert 0 < len(set(cards_asked(opened.asked))) < 2 * SIDE**2 / CHUNK
    look_at(page, WEST + SIDE * STEP / 2, SOUTH + SIDE * STEP / 2, 14)
    before = page.evaluate("map_page.getZoom()")
    page.locator("#map_page .gm-gathered.gm-square").nth(20).click()
    page.wait_for_function("before => map_page.getZoom() > before", arg=before)
    assert opened.complaints == []


def test_search_and_files_find_what_the_page_has_not_got_yet(
    large: str, open_page: Callable
) -> None:
    opened = open_page(address=f"{large}/planner", until=READY)
    page = opened.page
    last = SIDE**2 - 1
    page.locator(".gm-search input").fill(f"Station {last}")
    page.get_by_role("option", name=f"Station {last}").first.click()
    expect(page.locator(".gm-card")).to_contain_text(f"驿站{last}号")
    with page.expect_download() as waiting:
        page.locator("[data-download=csv]").click()
    text = Path(waiting.value.path()).read_text("utf-8").removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    names = {row["subtitle"] for row in rows if row["layer"] == "facilities"}
    assert f"Station {last}" in names
    assert len({row["layer"] for row in rows}) == 2
    assert opened.complaints == []


def test_what_is_no_longer_kept_is_told(large: str, open_page: Callable) -> None:
    opened = open_page(address=f"{large}/planner", until=READY)
    page = opened.page
    page.route("**/maps/parts/**", lambda route: route.fulfill(status=404, body=""))
    look_at(page, WEST + 50 * STEP, SOUTH + 50 * STEP, 18)
    # A view's marks take the heaps' place a moment after it is shown.
    expect(page.locator("#map_page .gm-gathered")).to_have_count(0)
    page.mouse.click(720, 450)
    expect(page.locator(".gm-card")).to_contain_text("Rest station")
    expect(page.locator(".gm-card")).to_contain_text("load the page again")
