"""Pictures of heat lie where they should, at every zoom and across the 180th meridian."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from geo_service.domain.issue import Issue
from geo_service.maps.assets import Assets
from geo_service.maps.content import MapContent
from geo_service.maps.page import draw, render
from geo_service.maps.palette import ISSUE_RAMP
from geo_service.maps.picture import translucent

pytestmark = pytest.mark.browser

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
GROUND = np.array([0xF2, 0xF1, 0xEC])


def issues(*places: tuple[float, float]) -> MapContent:
    reported = NOW - timedelta(days=3)
    return MapContent(
        title="t",
        now=NOW,
        issues=[
            Issue(f"i-{row}", "standing_water", lon, lat, reported)
            for row, (lon, lat) in enumerate(places)
        ],
    )


def seen(page: object, place: int) -> np.ndarray:
    """Say which pixels of the window have the colour of a class, shape (height, width)."""
    *colour, opacity = bytes.fromhex(translucent(ISSUE_RAMP)[place][1:])
    share = opacity / 255
    wanted = share * np.array(colour) + (1 - share) * GROUND
    shot = np.asarray(Image.open(BytesIO(page.screenshot())).convert("RGB")).astype(float)
    return np.abs(shot - wanted).max(axis=2) <= 3.0


@pytest.mark.parametrize("place", [(112.14, 32.04), (22.0, 70.0), (-179.9999, -17.0)])
@pytest.mark.parametrize("zoom", [13, 15.5, 17])
def test_hottest_pixels_lie_around_the_issue(
    open_page: Callable, place: tuple[float, float], zoom: float
) -> None:
    opened = open_page(render(draw(issues(place), ("issue_density",), assets=Assets())))
    page = opened.page
    page.evaluate("zoom => map_page.setZoom(zoom, {animate: false})", zoom)
    x, y = page.evaluate(
        """([lon, lat]) => {
            const point = map_page.latLngToContainerPoint([lat, lon]);
            return [point.x, point.y];
        }""",
        list(place),
    )
    page.wait_for_function("() => document.querySelector('.leaflet-heat-pane img').complete")
    rows, columns = np.nonzero(seen(page, -1))
    assert len(rows) > 20
    assert rows.mean() + 0.5 == pytest.approx(y, abs=2.0)
    assert columns.mean() + 0.5 == pytest.approx(x, abs=2.0)
    # The strongest class ends where the hill has sunk from 15.9 to 10: 96 m away.
    across_m = 40_075_017 * np.cos(np.radians(place[1])) / (256 * 2**zoom)
    assert len(rows) * across_m**2 == pytest.approx(np.pi * 96.3**2, rel=0.2 if zoom == 13 else 0.1)
    assert opened.complaints == []


def test_issues_on_both_sides_of_the_180th_meridian_lie_side_by_side(open_page: Callable) -> None:
    content = issues((179.997, -17.0), (-179.997, -17.0))
    opened = open_page(render(draw(content, ("issue_density",), assets=Assets())))
    opened.page.wait_for_function("() => document.querySelector('.leaflet-heat-pane img').complete")
    _, columns = np.nonzero(seen(opened.page, -1))
    assert 50 < np.ptp(columns) < 1000
    assert opened.complaints == []
