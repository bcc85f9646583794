"""A planner follows the link with the key, asks the map, and takes its answer along."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

READY = "[data-map=ready]"
SHOWN = "() => feature_group_issues.getLayers()[0].getLayers().length"
LAYERS = ("exposure", "catchments")


def saved(page: Page, press: Callable[[], None]) -> str:
    with page.expect_download() as waiting:
        press()
    return Path(waiting.value.path()).read_text("utf-8")


def test_planner_sees_filters_finds_links_and_takes_along(
    visit: Callable, demo: tuple[str, str]
) -> None:
    planner = visit("planner", permissions=["clipboard-read", "clipboard-write"])
    page = planner.page
    planner.open(f"/planner?key={demo[1]}")
    page.wait_for_selector(READY, state="attached")
    expect(page).to_have_url(f"{planner.address}/planner")
    planner.stop("arrived")

    if planner.on_phone:
        planner.press(".gm-fold")
    for layer in LAYERS:
        box = page.locator(f"[data-layer={layer}]")
        planner.press(box)
        expect(box).to_be_checked()
    planner.stop("layers")
    for layer in LAYERS:
        planner.press(f"[data-layer={layer}]")

    every = page.evaluate(SHOWN)
    planner.press("[data-filter=stage][data-value=over]")
    still_open = page.evaluate(SHOWN)
    planner.press("[data-filter=age][data-value='90']")
    lately = page.evaluate(SHOWN)
    assert every > still_open > lately > 0
    planner.stop("filtered")

    table = saved(page, lambda: planner.press("[data-download=csv]"))
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
    features = json.loads(saved(page, lambda: planner.press("[data-download=geojson]")))["features"]
    assert len(rows) == len(features) > lately

    planner.press("[data-tool=link]")
    expect(page.get_by_role("status")).to_contain_text("copied")
    link = page.evaluate("() => navigator.clipboard.readText()")
    assert link == page.url
    assert "#map=" in link
    assert demo[1] not in link

    page.locator(".gm-search input").fill("书香街")
    expect(page.get_by_role("option").first).to_be_visible()
    planner.stop("search")
    planner.press(page.get_by_role("option").first)

    planner.open("/")
    page.goto(link)
    page.wait_for_selector(READY, state="attached")
    assert page.evaluate(SHOWN) == lately
    planner.stop("by-its-link")
