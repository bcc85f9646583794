"""The planner's map for those who use no mouse or see little: nothing for axe to complain of."""

from collections.abc import Callable

import pytest

axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = pytest.mark.browser

SIZES = [(390, 844), (1440, 900)]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_panel_open_and_filters_pressed_has_no_violation(
    open_page: Callable, handled_page: str, width: int, height: int
) -> None:
    page = open_page(handled_page, width=width, height=height).page
    if width < 720:
        page.locator(".gm-fold").click()
    for value in ("over", "older", "blocked_lane"):
        page.locator(f"[data-filter][data-value={value}]").click()
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("() => document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_search_measure_and_card_have_no_violation(
    open_page: Callable, handled_page: str, width: int, height: int
) -> None:
    page = open_page(handled_page, width=width, height=height).page
    page.emulate_media(reduced_motion="reduce")  # else cards fade in, and are pale on the way
    page.locator(".gm-search input").fill("rest")
    listed = axe.Axe().run(page)
    assert listed.violations_count == 0, listed.generate_report()
    page.keyboard.press("Enter")
    page.locator(".gm-card").wait_for()
    opened = axe.Axe().run(page)
    assert opened.violations_count == 0, opened.generate_report()
    if width < 720:
        page.locator(".gm-fold").click()
    page.locator("[data-tool=measure]").click()
    measured = axe.Axe().run(page)
    assert measured.violations_count == 0, measured.generate_report()
