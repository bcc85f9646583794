"""A page with much on it: folded data are drawn before it is ready, or it says why not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from geo_service.domain.issue import Issue
from geo_service.maps.assets import Assets
from geo_service.maps.content import MapContent
from geo_service.maps.page import draw, render

pytestmark = pytest.mark.browser

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
SIDE = 75


@pytest.fixture(scope="module")
def page_of_many() -> str:
    """Return a page whose cards are folded: a field of issues, all of them open."""
    reported = NOW - timedelta(days=3)
    issues = [
        Issue(
            f"i-{row}", "standing_water", 112.14 + row % SIDE / 500, 32.04 + row // SIDE / 500,
            reported, description=f"第{row}处 <b>",
        )
        for row in range(SIDE**2)
    ]  # fmt: skip
    page = render(draw(MapContent(title="t", now=NOW, issues=issues), ("issues",), assets=Assets()))
    assert "geoMap.unfold(" in page
    assert "第7处" not in page
    return page


def test_every_folded_mark_is_drawn_with_its_card(open_page: Callable, page_of_many: str) -> None:
    opened = open_page(page_of_many)
    page = opened.page
    gathered = page.locator("#map_page .gm-gathered b").all_inner_texts()
    single = page.locator("#map_page .gm-mark.gm-round").count()
    assert sum(map(int, gathered)) + single == SIDE**2
    row, column = 9, 7
    place = [32.04 + row / 500, 112.14 + column / 500]
    page.evaluate("place => { map_page.setView(place, 18, {animate: false}) }", place)
    page.evaluate(
        """([lat, lon]) => map_page.eachLayer((layer) => {
            const at = layer.getLatLng && layer.getLatLng();
            if (at && Math.abs(at.lat - lat) + Math.abs(at.lng - lon) < 1e-6) layer.openPopup();
        })""",
        place,
    )
    page.locator(".gm-card").wait_for()
    assert f"第{row * SIDE + column}处 <b>" in page.locator(".gm-card").inner_text()
    assert opened.complaints == []
    assert opened.outside == []


def test_view_may_move_as_soon_as_the_page_is_ready(open_page: Callable, page_of_many: str) -> None:
    opened = open_page(page_of_many)
    move = "() => { for (let i = 0; i < 9; i++) map_page.panBy([9, 9], {animate: false}); }"
    opened.page.evaluate(move)
    assert opened.complaints == []


def test_browser_that_cannot_unfold_says_so(
    chromium: Browser, page_of_many: str, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(page_of_many, encoding="utf-8")
    with chromium.new_context() as context:
        page = context.new_page()
        page.add_init_script("delete window.DecompressionStream")
        page.goto(path.as_uri())
        page.get_by_text("a newer browser may do it").wait_for()
        assert page.locator("html[data-map=ready]").count() == 0
