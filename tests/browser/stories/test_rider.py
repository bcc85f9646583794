"""A rider stands in the street, finds what is nearest, looks at the way, and reports a problem."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HERE = {"latitude": 32.0385, "longitude": 112.1435, "accuracy": 10}


def test_rider_finds_the_way_and_goes_on_to_report(visit: Callable) -> None:
    rider = visit("rider", geolocation=HERE, permissions=["geolocation"])
    page = rider.page
    both = ("light", "dark") if rider.on_phone else ("light",)
    rider.open("/")
    cards = page.locator(".card")
    expect(cards.first).to_be_visible()
    rider.stop("from-the-middle", schemes=both)

    rider.press("#find")
    expect(page.locator("#find")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("input[name=lat]")).to_have_value("32.038500")
    kinds = page.locator(".tile input")
    expect(cards.locator(".kind")).to_have_count(cards.count())
    shown = {str(each.get_attribute("value")) for each in page.locator(".of-kind").all()}
    known = {str(each.get_attribute("value")) for each in kinds.all()}
    # The window that is closed on Wednesdays is missed by nobody; the rest is there, once each.
    assert len(shown) == cards.count() >= 5
    assert shown <= known
    rider.stop("nearest", schemes=both)

    rider.press(".tile:has(input[value=charging_cabinet])")
    rider.press(".switch:has(input[name=usable])")
    expect(page.locator("#answer")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator(".of-kind")).to_have_count(0)
    expect(page.locator(".marks .yes")).to_have_count(2 * cards.count())
    rider.stop("cabinets", schemes=both)

    name = cards.first.locator("h2").inner_text()
    rider.press(cards.first.locator(".on-map"))
    expect(page.locator("path.map-way")).to_be_visible()
    expect(page.locator("#map-place")).to_have_text(name)
    rider.stop("way", schemes=both)
    assert rider.taps == 4

    rider.press("#map-close")
    rider.press(".to-report")
    expect(page).to_have_url(f"{rider.address}/report")
    page.wait_for_selector("[data-report=ready]", state="attached")
    rider.stop("report", schemes=both)
