"""Chips and legend lines hide issues on the map, and cards tell how they stand."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Page

from geo_service.maps.assets import Assets
from geo_service.maps.content import MapContent
from geo_service.maps.page import draw, render
from geo_service.overlay.pass_counts import PassCounts

pytestmark = pytest.mark.browser

SHOWN = """() => feature_group_issues.getLayers()[0].getLayers()
    .map(marker => marker.options.icon.options.html).length"""


def shown(page: Page) -> int:
    return page.evaluate(SHOWN)


def press(page: Page, name: str, value: str) -> None:
    page.locator(f"[data-filter={name}][data-value='{value}']").click()


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        ("stage", "open", 12 - 5),  # collected twice, filed, dispatched, reopened
        ("stage", "handling", 10),
        ("stage", "reported_back", 11),
        ("stage", "over", 8),
        ("age", "7", 11),
        ("age", "30", 10),  # 11 and 22 days
        ("age", "90", 12 - 6),  # 33 to 88 days
        ("age", "older", 9),
        ("category", "standing_water", 8),
        ("category", "=lost dog", 8),
        ("overdue", "yes", 2),
    ],
)
def test_switch_hides_its_marks_and_brings_them_back(
    open_page: Callable, handled_page: str, name: str, value: str, left: int
) -> None:
    opened = open_page(handled_page)
    page = opened.page
    assert shown(page) == 12
    press(page, name, value)
    assert shown(page) == left
    press(page, name, value)
    assert shown(page) == 12
    assert opened.complaints == []


def test_switches_work_together_and_by_keyboard(open_page: Callable, handled_page: str) -> None:
    page = open_page(handled_page).page
    page.locator("[data-filter=overdue]").focus()
    page.keyboard.press("Space")
    assert shown(page) == 2
    press(page, "stage", "open")
    assert shown(page) == 1, "of the overdue ones one is being handled"
    press(page, "category", "standing_water")
    assert shown(page) == 0


def test_hidden_marks_stay_hidden_when_the_layer_comes_back(
    open_page: Callable, handled_page: str
) -> None:
    page = open_page(handled_page).page
    press(page, "stage", "open")
    for on in (False, True):
        page.locator("[data-layer=issues]").set_checked(on)
    assert shown(page) == 7
    assert page.locator("#map_page .gm-mark.gm-round").count() == 7


def test_card_and_mark_tell_how_an_issue_stands(open_page: Callable, handled_page: str) -> None:
    page = open_page(handled_page).page
    assert page.locator("#map_page .gm-late").count() == 2
    page.locator(
        "#map_page .leaflet-marker-icon[title*='being handled']:has(.gm-late)"
    ).dispatch_event("click")
    card = page.locator(".gm-card")
    card.wait_for()
    for words in ("处置中", "长虹路街道 Changhong", "overdue", "49SFR076454", "See it too"):
        assert words in card.inner_text()
    assert "<b>" in card.inner_text(), "what people wrote is text"


def test_rings_go_with_the_issues_they_are_around(open_page: Callable, handled: MapContent) -> None:
    none = np.zeros(len(handled.issues), dtype=np.int64)
    counts = PassCounts(none, none, none, none, none + np.nan, none, none)
    content = replace(handled, issue_passes=counts)
    page = open_page(render(draw(content, ("issues", "passes"), assets=Assets()))).page
    rings = "() => { const {table, shown} = geoMap.held.get(feature_group_passes);"
    assert page.evaluate(f"{rings} return [table.count, shown]; }}") == [8, None]
    press(page, "stage", "handling")
    assert page.evaluate(f"{rings} return shown.reduce((sum, one) => sum + one, 0); }}") == 6
