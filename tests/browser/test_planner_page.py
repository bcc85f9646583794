"""The planner's map as it comes from the server, under its policy."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from geo_service.domain.role import Role
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

READY = "[data-map=ready]"
PASSES = "Passes at open issues"


def test_everybody_sees_the_public_layers(demo: tuple[str, str], open_page: Callable) -> None:
    opened = open_page(address=f"{demo[0]}/planner", until=READY)
    expect(opened.page.locator("body")).not_to_contain_text(PASSES)
    expect(opened.page.locator("body")).to_contain_text("Facilities")
    assert opened.complaints == []
    assert opened.outside == []


def test_planners_link_shows_all_and_loses_its_key(
    demo: tuple[str, str], open_page: Callable
) -> None:
    address, key = demo
    opened = open_page(address=f"{address}/planner?key={key}", until=READY)
    assert opened.page.url == f"{address}/planner"
    expect(opened.page.locator("body")).to_contain_text(PASSES)
    assert opened.page.evaluate("document.cookie") == ""
    assert opened.complaints == []
    assert opened.outside == []
    opened.page.reload()
    expect(opened.page.locator("body")).to_contain_text(PASSES)


def test_link_followed_from_another_site_shows_all_too(
    demo: tuple[str, str], chromium: Browser
) -> None:
    address, key = demo
    with chromium.new_context() as context:
        page = context.new_page()
        letter = f'<a href="{address}/planner?key={key}">map</a>'
        page.route(
            "http://letters.test/",
            lambda route: route.fulfill(body=letter, content_type="text/html"),
        )
        page.goto("http://letters.test/")
        page.get_by_text("map").click()
        page.wait_for_selector(READY, state="attached")
        assert page.url == f"{address}/planner"
        expect(page.locator("body")).to_contain_text(PASSES)


def test_link_from_another_site_asks_before_it_replaces_a_key(
    demo: tuple[str, str], demo_settings: Settings, chromium: Browser
) -> None:
    address, key = demo
    with open_workspace(demo_settings) as workspace:
        _, brought = add_key(workspace, Role.ANALYST, None, datetime.now(UTC))
    with chromium.new_context(locale="en") as context:
        page = context.new_page()
        page.goto(f"{address}/planner?key={key}")
        other = f'<a href="{address}/planner?key={brought}">map</a>'
        page.route(
            "http://letters.test/",
            lambda route: route.fulfill(body=other, content_type="text/html"),
        )
        for answer in ("Keep the one I have", "Use this key"):
            page.goto("http://letters.test/")
            page.get_by_text("map").click()
            page.get_by_text(answer, exact=True).click()
            page.wait_for_selector(READY, state="attached")
            assert page.url == f"{address}/planner"
            kept = {one["name"]: one["value"] for one in context.cookies(address)}
            assert list(kept.values()) == [key if answer.startswith("Keep") else brought]


def test_policy_stops_what_is_smuggled_in(demo: tuple[str, str], open_page: Callable) -> None:
    opened = open_page(address=f"{demo[0]}/planner", until=READY)
    opened.page.evaluate(
        """() => new Promise((done) => {
            document.addEventListener("securitypolicyviolation", () => done(), { once: true });
            const image = "<img src=x onerror='window.smuggled = 1'>";
            document.body.insertAdjacentHTML("beforeend", image);
        })"""
    )
    assert opened.page.evaluate("window.smuggled") is None


def test_docs_open_without_outside_hosts(demo: tuple[str, str], open_page: Callable) -> None:
    opened = open_page(address=f"{demo[0]}/docs", until=".opblock")
    expect(opened.page.locator("body")).to_contain_text("/facilities/nearest")
    assert opened.complaints == []
    assert opened.outside == []
