"""Staff come in with a key, take up a report, show its photo, and merge its double into it."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from geo_service.domain.role import Role
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = "路口积水很深，电动车过不去。"


def report(
    address: str, lon: float, lat: float, words: str, photo: bytes | None = None
) -> tuple[str, str]:
    """Report water over Open311, as any other program does; return the id and the token."""
    place = {"lat": f"{lat:.6f}", "long": f"{lon:.6f}"}
    answer = httpx.post(
        f"{address}/open311/v2/requests.json",
        data={"service_code": "standing_water", "description": words, **place},
        files={"media": ("IMG_0002.jpg", photo, "image/jpeg")} if photo else None,
        timeout=60,
    ).raise_for_status()
    (token,) = parse_qs(urlsplit(answer.headers["Location"]).query)["token"]
    return answer.json()[0]["service_request_id"], token


def test_staff_dispatch_show_and_merge(
    visit: Callable, demo_settings: Settings, street_photo: bytes
) -> None:
    staff = visit("desk")
    # Each device its own crossing: what was merged before would else be in the way.
    lon = 112.1405 if staff.on_phone else 112.1455
    issue_id, token = report(staff.address, lon, 32.0402, WORDS, street_photo)
    double, _ = report(staff.address, lon, 32.0403, "路口的水还没退。")
    with open_workspace(demo_settings) as workspace:
        key = add_key(workspace, Role.STAFF, None, staff.now)[1]
    page = staff.page
    staff.open("/desk")
    expect(page).to_have_url(f"{staff.address}/key?next=/desk")
    staff.stop("key")
    page.locator("#key").fill(key)
    staff.press("main .do")
    expect(page).to_have_url(f"{staff.address}/desk")
    staff.stop("list")

    for name, wanted in (("category", "standing_water"), ("stage", "collected")):
        # The list filters at once, by a script that must be there before the next is chosen.
        with page.expect_navigation(url=re.compile(f"{name}={wanted}")):
            page.locator(f"#{name}").select_option(wanted)
    row = page.locator(f'.work li:has(a[href^="/desk/{issue_id}"])')
    expect(row.locator(".tag.strong")).to_have_text(re.compile("1"))
    staff.stop("filtered")

    staff.press(row.get_by_role("link"))
    expect(page.locator(".said").first).to_have_text(WORDS)
    staff.stop("case", whole=True)
    done = page.locator(".told[role=status]")
    staff.press(".steps form:has(input[value=filed]) button")
    expect(done).to_be_visible()
    page.locator("#why-dispatched").fill("请今天派人抽排。")
    staff.press(".steps form:has(#why-dispatched) button")
    expect(page.locator(".history li")).to_have_count(3)
    staff.stop("dispatched")

    staff.press(".photos form button")
    expect(page.locator(".photos .tag.yes")).to_be_visible()
    staff.press(f'form[action="/desk/{double}/moves"] button')
    expect(page.locator(".facts")).to_contain_text(double)
    staff.stop("merged", whole=True)

    # Who reported it sees on its page what came of it, and a photo that all may see.
    staff.open(f"/report/{token}")
    expect(page.locator(".stands strong")).to_have_text(re.compile("已派遣|passed on"))
    expect(page.locator(".life li")).to_have_count(4)
    expect(page.locator(".photos img")).to_be_visible()
    staff.stop("as-its-reporter-sees-it", whole=True)
