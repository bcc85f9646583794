"""A rider photographs standing water, sees that it is known, reports it still, and follows it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Fourteen metres from the demo's issue-019, water in 棉纺路 that has been there since September.
BESIDE_KNOWN_WATER = {"latitude": 32.0418, "longitude": 112.1397, "accuracy": 8}
KNOWN_WATER = "棉纺路低洼处积水没过车轮"


def test_reporter_needs_four_taps_and_follows_what_becomes_of_it(
    visit: Callable, street_photo: bytes
) -> None:
    reporter = visit("reporter", geolocation=BESIDE_KNOWN_WATER, permissions=["geolocation"])
    page = reporter.page
    reporter.open("/report")
    page.wait_for_selector("[data-report=ready]", state="attached")
    reporter.stop("begin")

    with page.expect_file_chooser() as camera:
        reporter.press("#photo")
    camera.value.set_files(
        [{"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": street_photo}]
    )
    expect(page.locator("#previews canvas")).to_be_visible()
    # The place comes with the photo, untapped.
    expect(page.locator("#where")).to_contain_text(re.compile(r"\b8\b"))
    reporter.stop("photo")

    water = page.locator(".choice", has_text=re.compile("道路积水|Standing water"))
    reporter.press(page.locator("summary", has_text=re.compile("道路设施|Roads and fixtures")))
    reporter.press(water)
    expect(water.locator("xpath=preceding-sibling::input[1]")).to_be_checked()
    known = page.locator("#near li", has_text=KNOWN_WATER)
    expect(known).to_contain_text(re.compile(r"\b1[0-9] ?(米|m)"))
    page.locator("#what").scroll_into_view_if_needed()
    reporter.stop("category")
    known.scroll_into_view_if_needed()
    reporter.stop("known-already")

    reporter.press("#send")
    expect(page.get_by_role("status").first).to_contain_text(re.compile("谢谢|Thank you"))
    assert reporter.taps == 4
    reporter.stop("thanks")

    reporter.press(".done .ride")
    expect(page).to_have_url(re.compile(rf"{re.escape(reporter.address)}/report/[^?]+"))
    expect(page.get_by_role("status")).to_have_count(0)
    expect(page.locator(".life li")).to_have_count(1)
    expect(page.locator(".life li")).to_contain_text(re.compile("已采集|reported"))
    expect(page.locator(".stands")).to_contain_text("32.04180")
    expect(page.locator(".photos li")).to_have_count(1)
    reporter.stop("followed", whole=True)
