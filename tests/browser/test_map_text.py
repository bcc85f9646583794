"""Text that other people wrote never runs, wherever on the map it stands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.opening import Opening
from geo_service.domain.usable import Usable
from geo_service.maps.assets import Assets
from geo_service.maps.content import FacilityOnMap, MapContent
from geo_service.maps.page import draw, render
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile

pytestmark = pytest.mark.browser

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
PAYLOADS = (
    "${alert(1)}",
    "`+alert(1)+`",
    "`;alert(1);//",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'\"};alert(1);//",
    "{{7*7}}",
    "{%raw%}{#",
    "\\u003cimg src=x onerror=alert(1)\\u003e",
    "&#60;img src=x onerror=alert(1)&#62;",
    "javascript:alert(1)",
    "</title><script>alert(1)</script>",
    "-->\u2028alert(1)",
)


def street(name: str) -> Network:
    """Return one straight street of that name."""
    one = np.zeros(1, dtype=np.int64)
    lon = np.array([112.140, 112.146])
    flags = np.ones(1, dtype=np.bool_)
    return Network(
        Profile.EBIKE, lon, lon, one, one, flags, flags, one, one, np.array([0, 2]), lon,
        np.array([32.040, 32.041]), np.zeros(2, dtype=np.int64), one, one - 1, one - 1, one + 1,
        ("", name), ("", name), one, (name,),
    )  # fmt: skip


def content_saying(text: str) -> MapContent:
    """Put one text wherever a file or a person may put text."""
    facility = Facility(
        facility_id=text,
        kind=text,
        lon=112.141,
        lat=32.0405,
        name=text,
        name_en=f"{text} ",
        operator=text,
        address=text,
        opening_hours=text,
        amenities=frozenset({text}),
    )
    issue = Issue(
        text, text, 112.145, 32.0405, NOW - timedelta(days=1), description=text, more={text: text}
    )
    return MapContent(
        title=text,
        note=text,
        now=NOW,
        facilities=[FacilityOnMap(facility, Opening(open=True, changes_at=None), Usable.YES)],
        issues=[issue],
        network=street(text),
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_is_shown_and_never_run(open_page: Callable, payload: str) -> None:
    html = render(draw(content_saying(payload), ("facilities", "issues"), assets=Assets()))
    opened = open_page(html)
    page = opened.page
    shown = " ".join(payload.split())
    assert " ".join(page.title().split()) == shown
    assert " ".join((page.text_content("h1") or "").split()) == shown
    for mark in ("square", "round"):
        page.locator(f".leaflet-marker-icon:has(.gm-{mark})").first.click()
        card = page.locator(".gm-card")
        card.wait_for()
        assert card.locator("dd").filter(has_text=shown).count() >= 1
        assert card.locator("img, script").count() == 0
        assert page.locator(f".leaflet-marker-icon:has(.gm-{mark})").first.get_attribute("title")
        page.locator(".leaflet-popup-close-button").click()
        card.wait_for(state="detached")
    assert opened.dialogs == []
    assert opened.complaints == []
    assert opened.outside == []


def test_text_of_all_payloads_together_runs_nothing(open_page: Callable) -> None:
    contents = [content_saying(payload) for payload in PAYLOADS]
    together = replace(
        contents[0],
        title="".join(PAYLOADS),
        facilities=[place for each in contents for place in each.facilities],
        issues=[issue for each in contents for issue in each.issues],
    )
    opened = open_page(render(draw(together, ("facilities", "issues"), assets=Assets())))
    assert opened.page.locator(".gm-layer").count() == 2
    assert opened.dialogs == []
    assert opened.complaints == []
    assert opened.outside == []
