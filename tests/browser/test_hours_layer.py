"""Riding by hour in a browser: chosen by chips and keys, played, linked, and in files."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from geo_service.maps import elements
from geo_service.maps.assets import Assets
from geo_service.maps.content import HoursOnMap, MapContent
from geo_service.maps.page import draw, render
from geo_service.overlay.cells import cell_names, cell_of
from geo_service.overlay.slot_exposure import SlotExposure

pytestmark = pytest.mark.browser

CELLS = np.unique(cell_of(112.14 + 0.002 * np.arange(6), np.full(6, 32.0425), 10))
TUESDAY, WEDNESDAY = 2, 3


@pytest.fixture(scope="module")
def week() -> SlotExposure:
    """Draw figures of every slot of each cell at random; nobody rides from three to five."""
    rng = np.random.default_rng(11)
    keys = np.flatnonzero(~np.isin(np.arange(len(CELLS) * 200) % 25, (4, 5)))
    trips = rng.integers(1, 90, len(keys))
    riders = rng.integers(1, trips + 1)
    passes = np.where(keys % 3 == 0, rng.integers(1, 9, len(keys)), 0)
    return SlotExposure(CELLS[keys // 200], keys % 200, trips, riders, trips * 9.0, passes)


@pytest.fixture(scope="module")
def html(handled: MapContent, week: SlotExposure) -> str:
    now = handled.now
    content = replace(
        handled, hours=HoursOnMap(week, now - timedelta(days=27), now), issues=[], cases={}
    )
    return render(draw(content, ("facilities", "hours"), assets=Assets()))


def figures(week: SlotExposure, cell: int, day: int, hour: int) -> list[int]:
    """Look up trips, riders and passes; hour -1 is all hours."""
    at = np.flatnonzero((week.place == CELLS[cell]) & (week.slot == 25 * day + 1 + hour))
    return [int(column[at].sum()) for column in (week.trips, week.riders, week.passes)]


def hour(page: Page) -> str:
    return page.locator(".gm-hour input").input_value()


def colours(page: Page) -> list[str]:
    return page.evaluate(
        "() => feature_group_hours.getLayers().map(({ options }) => options.fillColor)"
    )


def card_of(page: Page, cell: int) -> str:
    page.evaluate("cell => feature_group_hours.getLayers()[cell].openPopup()", cell)
    return page.locator(".gm-card").inner_text()


def test_every_slot_by_chip_and_key_shows_its_own_figures(
    open_page: Callable, html: str, week: SlotExposure
) -> None:
    opened = open_page(html)
    page = opened.page
    slider, said = page.locator(".gm-hour input"), page.locator(".gm-hour output")
    expect(slider).to_have_attribute("aria-valuetext", "每天 All days 全天 all hours")
    page.get_by_role("radio", name="Tuesday").check(force=True)
    expect(slider).to_have_attribute("aria-valuetext", "周二 Tuesday 全天 all hours")
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "周三 Wednesday 全天 all hours")
    card_of(page, 2)
    slider.focus()
    for at in range(-1, 24):
        expect(said).to_have_text("全天 all hours" if at < 0 else f"{at}:00-{at + 1}:00")
        told = page.locator(".gm-card dd").all_inner_texts()
        assert [int(value) for value in told[1:4]] == figures(week, 2, WEDNESDAY, at)
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "周三 Wednesday 23:00-24:00")
    page.keyboard.press("Home")
    expect(said).to_have_text("全天 all hours")
    assert opened.complaints == []


def test_colours_follow_the_slot_by_classes_that_stay(
    open_page: Callable, html: str, week: SlotExposure
) -> None:
    page = open_page(html).page
    scales = page.locator("[data-kind]")
    page.get_by_role("radio", name="Wednesday").check(force=True)
    slider = page.locator(".gm-hour input")
    seen = set()
    for at in (8, 9, 3):
        slider.fill(str(at))
        expect(page.locator("[data-kind]:visible")).to_have_count(1)
        expect(scales.nth(3)).to_be_visible()
        of = [
            (int(item.inner_text()), item.locator("i").evaluate("i => i.style.background"))
            for item in scales.nth(3).locator("li").all()
        ]
        wanted = []
        for cell in range(len(CELLS)):
            trips = figures(week, cell, WEDNESDAY, at)[0]
            under = [colour for least, colour in of if least <= trips]
            wanted.append(under[-1] if under else "rgb(228, 230, 228)")
        shown = [
            f"rgb({int(one[1:3], 16)}, {int(one[3:5], 16)}, {int(one[5:], 16)})"
            for one in colours(page)
        ]
        assert shown == wanted
        seen.add(tuple(shown))
    assert len(seen) == 3, "colours change"
    assert len(set(shown)) == 1, "nobody rides at three"


def test_card_draws_the_day_and_follows_the_slot(
    open_page: Callable, html: str, week: SlotExposure
) -> None:
    page = open_page(html).page
    page.locator(".gm-hour input").fill("7")
    page.get_by_role("radio", name="Tuesday").check(force=True)
    text = card_of(page, 1)
    assert cell_names(CELLS)[1] in text
    assert "周二 Tuesday 7:00-8:00" in text
    by_hour = [figures(week, 1, TUESDAY, at)[0] for at in range(24)]
    bars = page.locator(".gm-bars rect").evaluate_all("all => all.map(b => b.height.baseVal.value)")
    assert len(bars) == 24
    assert np.argsort(bars).tolist()[-1] == by_hour.index(max(by_hour))
    assert [tall < 1 for tall in bars] == [count == 0 for count in by_hour]
    assert page.locator(".gm-bars .gm-now").count() == 1
    best = by_hour.index(max(by_hour))
    assert f"most {best}:00-{best + 1}:00 ({max(by_hour)})" in text
    page.locator(".gm-hour input").fill("8")
    expect(page.locator(".gm-card")).to_contain_text("Tuesday 8:00-9:00")


def test_play_goes_hour_by_hour_and_ends_by_itself(open_page: Callable, html: str) -> None:
    opened = open_page(html)
    page = opened.page
    page.clock.install()
    button = page.locator(".gm-play")
    page.locator(".gm-hour input").fill("20")
    expect(button).to_have_text("逐时播放 Play")
    button.click()
    assert hour(page) == "21"
    expect(button).to_have_text("暂停 Pause")
    page.clock.run_for(1000)
    assert hour(page) == "22"
    button.click()
    page.clock.run_for(5000)
    assert hour(page) == "22"
    button.click()
    page.clock.run_for(9000)
    assert hour(page) == "23"
    expect(button).to_have_text("逐时播放 Play")
    button.click()
    assert hour(page) == "0"
    page.locator(".gm-hour input").fill("5")
    page.clock.run_for(5000)
    assert hour(page) == "5", "who takes the slider stops it"
    assert opened.complaints == []


def test_who_wants_no_motion_goes_on_by_hand(open_page: Callable, html: str) -> None:
    page = open_page(html).page
    page.emulate_media(reduced_motion="reduce")
    page.clock.install()
    button = page.locator(".gm-play")
    expect(button).to_have_text("下一小时 Next hour")
    for wanted in ("0", "1"):
        button.click()
        page.clock.run_for(5000)
        assert hour(page) == wanted


@pytest.mark.parametrize(
    ("slot", "day", "at"), [("3.8", "3", "8"), ("0.23", "0", "23"), ("7", "7", "-1")]
)
def test_link_brings_back_the_slot(
    open_page: Callable, html: str, slot: str, day: str, at: str
) -> None:
    page = open_page(html).page
    page.locator(f".gm-days input[value='{day}']").check(force=True)
    page.locator(".gm-hour input").fill(at)
    assert page.url.endswith(f"&slot={slot}")
    other = open_page(address=page.url)
    assert hour(other.page) == at
    assert other.page.locator(f".gm-days input[value='{day}']").is_checked()
    assert colours(other.page) == colours(page)
    assert other.complaints == []


def test_link_brings_back_the_slot_of_a_layer_that_is_drawn_later(
    open_page: Callable, handled: MapContent, week: SlotExposure, tmp_path: Path
) -> None:
    now = handled.now
    content = replace(handled, hours=HoursOnMap(week, now - timedelta(days=27), now))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(elements, "_APART_FROM", 10)
        page = render(draw(content, ("facilities", "issue_density", "hours"), assets=Assets()))
    assert 'geoMap.unfold("hours"' in page
    path = tmp_path / "folded.html"
    path.write_text(page, encoding="utf-8")
    at = "#map=15/32.0425/112.145&layers=hours&slot=3.8"
    opened = open_page(address=f"{path.as_uri()}{at}")
    expect(opened.page.locator(".gm-hour input")).to_have_value("8")
    assert opened.page.locator(".gm-days input[value='3']").is_checked()
    assert opened.page.url.endswith("&slot=3.8")
    assert opened.complaints == []


def test_slot_that_makes_no_sense_is_everything(
    open_page: Callable, html: str, tmp_path: Path
) -> None:
    page = open_page(html).page
    for wrong in ("8.1", "3.24", "3.", "x", "3.8.1", "-1"):
        address = f"{(tmp_path / 'page-1.html').as_uri()}#map=15/32.04/112.14&slot={wrong}"
        page.goto(address)
        expect(page.locator(".gm-hour input")).to_have_value("-1")
        assert page.locator(".gm-days input[value='0']").is_checked()


def test_files_hold_the_rows_of_the_slot(
    open_page: Callable, html: str, week: SlotExposure
) -> None:
    page = open_page(html).page
    page.evaluate("() => map_page.setView([32.0425, 112.145], 15, {animate: false})")
    page.locator("[data-layer=facilities]").set_checked(checked=False)
    page.get_by_role("radio", name="Tuesday").check(force=True)
    for at, rows in ((18, len(CELLS)), (4, 0)):
        page.locator(".gm-hour input").fill(str(at))
        with page.expect_download() as waiting:
            page.locator("[data-download=csv]").click()
        text = Path(waiting.value.path()).read_text("utf-8").removeprefix("\ufeff")
        found = list(csv.DictReader(io.StringIO(text, newline="")))
        assert len(found) == rows
        for row in found:
            cell = cell_names(CELLS).index(row["title"].split()[-1])
            told = [row["行程数 Trips"], row["骑手数 Riders"], row["经过次数 Passes"]]
            assert list(map(int, told)) == figures(week, cell, TUESDAY, at)
            assert row["时段 Hours"] == "周二 Tuesday 18:00-19:00"


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_layer_is_accessible_with_room_to_press(
    open_page: Callable, html: str, violations_of: Callable, width: int, height: int
) -> None:
    opened = open_page(html, width=width, height=height)
    page = opened.page
    page.emulate_media(reduced_motion="reduce")
    if width < 720:
        page.locator(".gm-fold").click()
    assert violations_of(page) == []
    page.locator(".gm-days input[value='3']").check(force=True)
    page.locator(".gm-hour input").fill("12")
    card_of(page, 3)
    assert violations_of(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") == width
    if width < 720:
        for each in (*page.locator(".gm-days label").all(), page.locator(".gm-play")):
            box = each.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44
    expect(page.locator(".gm-layer:has([data-layer=hours])")).to_contain_text(
        re.compile("Trips in this hour of the week")
    )
    assert opened.complaints == []
