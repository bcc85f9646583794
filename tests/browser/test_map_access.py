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
