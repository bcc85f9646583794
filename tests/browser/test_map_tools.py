"""Link, search, measure, print and files of the planner's map."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pyproj import Geod

pytestmark = pytest.mark.browser

MARKS = "#map_page .gm-mark.gm-round"


def view(page: Page) -> list[float]:
    return page.evaluate(
        "() => [map_page.getZoom(), map_page.getCenter().lat, map_page.getCenter().lng]"
    )


def search(page: Page, words: str) -> None:
    page.locator(".gm-search input").fill(words)


def test_page_that_nobody_touched_keeps_its_address(open_page: Callable, handled_page: str) -> None:
    page = open_page(handled_page).page
    assert "#" not in page.url


def test_link_brings_back_view_layers_and_filters(open_page: Callable, handled_page: str) -> None:
    page = open_page(handled_page).page
    page.evaluate("() => map_page.setView([32.0425, 112.1435], 17.5, {animate: false})")
    page.locator("[data-layer=facilities]").set_checked(checked=False)
    for value in ("over", "=lost dog", "yes"):
        page.locator(f"[data-filter][data-value='{value}']").click()
    other = open_page(address=page.url)
    assert view(other.page) == pytest.approx([17.5, 32.0425, 112.1435], abs=1e-5)
    assert not other.page.locator("[data-layer=facilities]").is_checked()
    assert other.page.locator("[data-layer=issues]").is_checked()
    pressed = "() => [...document.querySelectorAll('[data-filter]')].map(b => b.ariaPressed)"
    assert other.page.evaluate(pressed) == page.evaluate(pressed)
    assert other.page.evaluate("() => feature_group_issues.getLayers()[0].getLayers().length") == 1
    assert other.complaints == []


@pytest.mark.parametrize(
    "wrong",
    [
        "map=1/2",
        "map=a/b/c",
        "map=17/99/112",
        "map",
        "layers=issues",
        "%",
        "map=17/32.04/1e9&off=x",
    ],
)
def test_link_that_makes_no_sense_opens_the_usual_view(
    open_page: Callable, handled_page: str, tmp_path: Path, wrong: str
) -> None:
    usual = view(open_page(handled_page).page)
    opened = open_page(address=f"{(tmp_path / 'page-1.html').as_uri()}#{wrong}")
    assert view(opened.page) == usual
    assert opened.complaints == []


def test_link_is_copied_or_shown(open_page: Callable, handled_page: str) -> None:
    page = open_page(handled_page).page
    page.evaluate(
        """() => Object.defineProperty(navigator, "clipboard", {value: {writeText: async (text) => {
            if (window.copied !== undefined) throw new Error("not allowed");
            window.copied = text;
        }}})"""
    )
    status, copy = page.get_by_role("status"), page.locator("[data-tool=link]")
    copy.click()
    expect(status).to_contain_text("copied")
    assert page.evaluate("() => window.copied") == page.url
    assert "#map=" in page.url
    copy.click()
    expect(status).to_have_text(page.url)


@pytest.mark.parametrize(
    ("words", "told"),
    [("rest 1", "驿站1"), ("i-7", "第7处"), ("第4处", "i-4"), ("Blocked lane 10", "i-10")],
)
def test_search_opens_the_card_by_keyboard(
    open_page: Callable, handled_page: str, words: str, told: str
) -> None:
    opened = open_page(handled_page)
    page = opened.page
    page.locator(".gm-search input").focus()
    page.keyboard.type(words)
    expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(page.locator(".gm-card")).to_contain_text(told)
    assert view(page)[0] >= 17
    assert opened.complaints == []


def test_search_finds_streets_and_says_when_it_finds_nothing(
    open_page: Callable, handled_page: str
) -> None:
    page = open_page(handled_page).page
    search(page, "changhong road")
    page.get_by_role("option").first.click()
    assert view(page)[1] == pytest.approx(32.039, abs=1e-4)
    search(page, "nowhere at all")
    expect(page.get_by_role("alert")).to_contain_text("nothing found")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_arrows_choose_and_escape_leaves(open_page: Callable, handled_page: str) -> None:
    page = open_page(handled_page).page
    search(page, "rest station")
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_contain_text("驿站0")
    page.keyboard.press("ArrowDown")
    expect(chosen).to_contain_text("驿站1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(chosen).to_contain_text("驿站2")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_what_is_searched_is_shown_though_it_was_hidden(
    open_page: Callable, handled_page: str
) -> None:
    page = open_page(handled_page).page
    page.locator("[data-filter=stage][data-value=over]").click()
    page.locator("[data-layer=issues]").set_checked(checked=False)
    search(page, "i-6")
    page.keyboard.press("Enter")
    expect(page.locator(".gm-card")).to_contain_text("i-6")
    assert page.locator("[data-layer=issues]").is_checked()


def test_measure_says_the_metres_of_the_ellipsoid(open_page: Callable, handled_page: str) -> None:
    opened = open_page(handled_page)
    page = opened.page
    page.locator("[data-tool=measure]").click()
    spots = [(700, 300), (1100, 420), (900, 700)]
    for x, y in spots:
        page.mouse.click(x, y)
    places = page.evaluate(
        """spots => spots.map(at => map_page.containerPointToLatLng(at))
            .map(place => [place.lng, place.lat])""",
        spots,
    )
    lon, lat = zip(*places, strict=True)
    expected = Geod(ellps="WGS84").line_length(lon, lat)
    status = page.get_by_role("status")
    expect(status).to_have_text(re.compile(r"[\d,.]+ m"))
    assert float(status.inner_text()[:-2].replace(",", "")) == pytest.approx(expected, abs=0.6)
    page.locator("[data-tool=undo]").click()
    shorter = Geod(ellps="WGS84").line_length(lon[:2], lat[:2])
    assert float(status.inner_text()[:-2].replace(",", "")) == pytest.approx(shorter, abs=0.06)
    page.keyboard.press("Escape")
    expect(status).to_be_empty()
    assert opened.complaints == []


@pytest.mark.parametrize("lat", [-70.0, -0.5, 0.0, 45.0])
def test_measure_holds_over_long_ways_and_from_the_keyboard(
    open_page: Callable, handled_page: str, lat: float
) -> None:
    page = open_page(handled_page).page
    page.locator("[data-tool=measure]").press("Enter")
    ends = [(-120.0, lat), (30.0, 20.0)]
    for x, y in ends:
        page.evaluate("([x, y]) => map_page.setView([y, x], 12, {animate: false})", [x, y])
        page.locator("[data-tool=add]").press("Enter")
    lon, lats = zip(*ends, strict=True)
    expected = Geod(ellps="WGS84").line_length(lon, lats)
    said = float(page.get_by_role("status").inner_text()[:-2].replace(",", ""))
    # Leaflet's centre is a pixel's place: up to 40 m at this zoom.
    assert said == pytest.approx(expected, abs=80)


def test_click_on_a_mark_measures_and_opens_nothing(open_page: Callable, handled_page: str) -> None:
    page = open_page(handled_page).page
    page.locator("[data-tool=measure]").click()
    box = page.locator(MARKS).first.bounding_box()
    assert box is not None
    for _ in range(2):
        page.mouse.click(box["x"] + 9, box["y"] + 9)
    expect(page.get_by_role("status")).to_have_text("0.0 m")
    assert page.locator(".gm-card").count() == 0


def test_on_a_phone_measuring_makes_room_and_can_be_ended(
    open_page: Callable, handled_page: str
) -> None:
    page = open_page(handled_page, width=390, height=844).page
    page.locator(".gm-fold").click()
    page.locator("[data-tool=measure]").click()
    expect(page.locator(".gm-layers")).to_be_hidden()
    for y in (200, 300):
        page.mouse.click(150, y)
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^[\d,.]+ m$"))
    page.locator("[data-tool=done]").click()
    expect(page.locator(".gm-measuring-steps")).to_be_hidden()
    page.mouse.click(150, 200)
    expect(page.get_by_role("status")).to_be_empty()


def test_card_that_search_opened_is_not_in_the_way(open_page: Callable, handled_page: str) -> None:
    page = open_page(handled_page).page
    search(page, "i-4")
    page.keyboard.press("Enter")
    page.locator("[data-tool=measure]").click()
    for spot in ((720, 380), (720, 300)):
        page.mouse.click(*spot)
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^[\d,.]+ m$"))


def test_street_comes_before_marks_that_only_mention_it(
    open_page: Callable, handled_page: str
) -> None:
    page = open_page(handled_page).page
    search(page, "road")
    expect(page.get_by_role("option").first).to_contain_text("长虹路")


def saved(page: Page, kind: str) -> str:
    with page.expect_download() as waiting:
        page.locator(f"[data-download={kind}]").click()
    assert waiting.value.suggested_filename == f"map.{kind}"
    return Path(waiting.value.path()).read_text("utf-8")


def test_files_hold_what_is_visible_and_no_formula(open_page: Callable, handled_page: str) -> None:
    opened = open_page(handled_page)
    page = opened.page
    page.locator("[data-filter=stage][data-value=over]").click()
    page.evaluate("() => map_page.setView([32.0405, 112.1435], 18, {animate: false})")
    visible = page.evaluate(
        """() => [feature_group_issues, feature_group_facilities]
            .flatMap(group => group.getLayers()[0].getLayers())
            .filter(marker => map_page.getBounds().contains(marker.getLatLng())).length"""
    )
    assert 0 < visible < 11
    text = saved(page, "csv")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    found = json.loads(saved(page, "geojson"))["features"]
    assert len(rows) == len(found) == visible
    assert text.startswith("\ufeff")
    for row, feature in zip(rows, found, strict=True):
        assert feature["properties"]["layer"] == row["layer"]
        place = [float(row["lon"]), float(row["lat"])]
        assert feature["geometry"] == {"type": "Point", "coordinates": place}
        assert not any(value.startswith(("=", "+")) for value in row.values())
    told = {row["编号 Id"]: row for row in rows}
    assert told["i-2"]["title"] == "'=lost dog"
    assert told["i-2"]["描述 Description"] == '\'+第2处 <b>, "quoted" Road'
    page.locator("[data-layer=issues]").set_checked(checked=False)
    assert {
        each["properties"]["layer"] for each in json.loads(saved(page, "geojson"))["features"]
    } == {"facilities"}
    expect(page.get_by_role("status")).to_contain_text("Rows written: ")
    assert opened.complaints == []


def test_paper_has_map_and_legend_and_nothing_to_press(
    open_page: Callable, handled_page: str
) -> None:
    page = open_page(handled_page, width=390, height=844).page
    page.emulate_media(media="print")
    for hidden in (".gm-search", ".gm-tools", ".gm-fold", ".leaflet-control-zoom"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator(".gm-legend").first).to_be_visible()
    expect(page.locator(MARKS).first).to_be_visible()


def test_what_is_in_the_middle_stays_there_on_paper(open_page: Callable, handled_page: str) -> None:
    page = open_page(handled_page).page
    before = view(page)
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("() => map_page.getSize().x") == 1040
    assert view(page) == pytest.approx(before, abs=1e-4)
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("() => map_page.getSize().x") == 1440
