import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import facilities as stored_facilities
from geo_service.web.assets import static_text

EN = {"Accept-Language": "en-GB,en;q=0.9,zh;q=0.5", "Accept": "text/html"}
ZH = {"Accept-Language": "zh-CN,zh;q=0.9", "Accept": "text/html"}
HERE = {"lat": "32.0341", "lon": "112.1341", "datum": "wgs84"}


class Tags(HTMLParser):
    """Every tag of a page, with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [
            held
            for name, held in self.found
            if name == tag and all(held.get(key) == text for key, text in attributes.items())
        ]


def names(answer: httpx.Response) -> list[str]:
    return [html.unescape(name) for name in re.findall(r"<h2>(.+?)</h2>", answer.text)]


def test_first_visit_shows_what_is_open_now_from_the_middle(door: httpx.Client) -> None:
    page = door.get("/", headers=ZH)
    assert page.status_code == 200
    assert "从商圈中心算起" in page.text
    assert "夜站" not in page.text
    assert "旧柜" in names(page)
    tags = Tags(page.text)
    assert "checked" in tags.all("input", name="open_at")[0]
    assert "checked" not in tags.all("input", name="usable")[0]
    assert [tag["value"] for tag in tags.all("input", name="lat")] == [""]


def test_form_without_a_script_asks_what_the_rider_chose(door: httpx.Client) -> None:
    """A form sends the fields left empty too, and no box that is not ticked."""
    sent = {"kind": "rest_station", "lat": "", "lon": "", "datum": "gcj02"}
    page = door.get("/", params=sent, headers=ZH)
    assert page.status_code == 200
    assert "夜站" in names(page)
    assert "已关门，20:00 开门" in page.text
    tags = Tags(page.text)
    chosen = [tag["value"] for tag in tags.all("input", name="kind") if "checked" in tag]
    assert chosen == ["rest_station"]
    assert "checked" not in tags.all("input", name="open_at")[0]
    assert [option["value"] for option in tags.all("option") if "selected" in option] == ["gcj02"]


def test_position_given_is_used_and_kept_in_the_form(door: httpx.Client) -> None:
    page = door.get("/", params={**HERE, "k": "2"}, headers=ZH)
    assert "从你的位置算起" in page.text
    assert names(page)[0] == "换电柜"
    assert Tags(page.text).all("input", name="lat")[0]["value"] == "32.034100"


def test_card_says_all_a_rider_needs(door: httpx.Client) -> None:
    page = door.get("/", params={**HERE, "kind": "charging_cabinet"}, headers=EN).text
    first = page.split('<li class="card">')[1]
    for words in (
        "Swap cabinet",
        "换电柜",
        "1 min",
        "20 m",
        "Open 24 hours",
        "Usable · reported 3 min ago",
        "2 charged",
        "3 empty",
        "Ride there",
        "https://uri.amap.com/navigation?to=112.1",
    ):
        assert words in html.unescape(first), words
    second = page.split('<li class="card">')[2]
    assert "State unknown · reported 30 min ago" in second
    assert "charged" not in second


def test_hours_that_nobody_knows_are_not_told_as_always(
    own_settings: Settings, serve_city: Callable[..., Any], now: datetime
) -> None:
    with open_workspace(own_settings) as workspace, workspace.database.writing() as connection:
        held = stored_facilities.find(connection, "cabinet-fresh")
        assert held is not None
        stored_facilities.write(connection, [replace(held, opening_hours="", name="", name_en="")])
    with serve_city(own_settings, lambda: now) as client:
        asked = {**HERE, "kind": "charging_cabinet"}
        page = client.get("/", params=asked, headers=EN).text
    card = page.split('<li class="card">')[1]
    assert "Opening hours not known" in card
    assert "Open 24 hours" not in card
    assert "Charging cabinet" in card, "the kind stands for the name"
    assert "cabinet-fresh" not in re.sub("<[^>]*>", "", card)


def test_amenities_and_closing_time_are_said(door: httpx.Client) -> None:
    page = door.get("/", params={**HERE, "kind": "rest_station"}, headers=EN).text
    assert "drinking water" in page
    assert "Open until 22:00" in page


def test_usable_now_drops_what_is_not_known(door: httpx.Client) -> None:
    asked = {**HERE, "kind": "charging_cabinet", "usable": "true"}
    assert names(door.get("/", params=asked, headers=ZH)) == ["换电柜"]


def test_nothing_that_fits_is_said_calmly(door: httpx.Client) -> None:
    asked = {**HERE, "kind": "charging_cabinet", "usable": "true", "open_at": "now", "k": "1"}
    assert names(door.get("/", params=asked, headers=ZH))
    nothing = door.get(
        "/", params={"kind": "rest_station", "open_at": "2026-11-18T03:00:00+08:00"}, headers=ZH
    )
    assert nothing.status_code == 200
    assert "没有符合条件的地点" in nothing.text


def test_who_chooses_no_kind_sees_the_nearest_of_each(door: httpx.Client) -> None:
    page = door.get("/", params={**HERE, "open_at": "now"}, headers=EN)
    tags = Tags(page.text)
    asked = [tag["value"] for tag in tags.all("button", name="kind")]
    assert asked == ["rest_station", "charging_cabinet", "service_window"]
    assert len(names(page)) == 3
    for kind, name in zip(asked, names(page), strict=True):
        alone = door.get("/", params={**HERE, "open_at": "now", "kind": kind}, headers=EN)
        assert names(alone)[0] == name
        assert not Tags(alone.text).all("button", name="kind")
    assert "Show more" not in page.text


def test_more_is_offered_while_there_may_be_more(door: httpx.Client) -> None:
    few = door.get("/", params={**HERE, "k": "2"}, headers=EN)
    assert len(names(few)) == 2
    assert "Show more" in few.text
    assert "Show more" not in door.get("/", params={**HERE, "k": "20"}, headers=EN).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"lat": "99", "lon": "112"},
        {"lat": "nan", "lon": "112"},
        {"lat": "32"},
        {"lat": "<b>x", "lon": "y"},
    ],
)
def test_wrong_position_is_told_and_the_form_opened(
    door: httpx.Client, wrong: dict[str, str]
) -> None:
    page = door.get("/", params=wrong, headers=EN)
    assert page.status_code == 422
    assert "The position is wrong" in page.text
    assert "<b>x" not in page.text
    assert "open" in Tags(page.text).all("details")[0]
    assert Tags(page.text).all("p", role="alert")
    assert len(Tags(page.text).all("input", name="kind")) == 3


def test_unknown_kind_is_told(door: httpx.Client) -> None:
    page = door.get("/", params={"kind": "helipad"}, headers=EN)
    assert page.status_code == 422
    assert "no such kind of place" in page.text
    assert "helipad" not in page.text


def test_far_from_streets_it_says_straight_line_and_no_minutes(door: httpx.Client) -> None:
    page = door.get("/", params={"lat": "32.3", "lon": "112.5"}, headers=EN)
    assert "in a straight line" in page.text
    assert " min<" not in page.text


def test_parameters_of_messengers_do_no_harm(door: httpx.Client) -> None:
    assert door.get("/?from=singlemessage&isappinstalled=0").status_code == 200


def test_language_follows_browser_then_choice(door: httpx.Client) -> None:
    assert '<html lang="en">' in door.get("/", headers=EN).text
    chosen = door.get("/", params={"lang": "zh"}, headers=EN)
    assert '<html lang="zh-Hans">' in chosen.text
    kept = {"Cookie": "geo_service_language=zh"}
    assert chosen.headers["set-cookie"].startswith("geo_service_language=zh")
    assert '<html lang="zh-Hans">' in door.get("/", headers={**EN, **kept}).text
    assert "Accept-Language" in chosen.headers["vary"]
    assert "set-cookie" not in door.get("/", params={"lang": "xx"}, headers=EN).headers


def test_text_of_strangers_is_escaped(door: httpx.Client, hostile: str) -> None:
    page = door.get("/", params={**HERE, "kind": "rest_station"}, headers=ZH)
    assert hostile in names(page)
    assert hostile not in page.text
    assert not Tags(page.text).all("b")


def test_page_holds_no_script_or_style_of_its_own(door: httpx.Client) -> None:
    page = door.get("/", params=HERE, headers=ZH)
    tags = Tags(page.text)
    assert all("src" in tag for tag in tags.all("script"))
    assert not tags.all("style")
    assert not [name for _, held in tags.found for name in held if name.startswith(("on", "style"))]
    assert "unsafe" not in page.headers["content-security-policy"]
    for tag, held in tags.found:
        address = held.get("src") or held.get("href") or "#"
        own = address.startswith(("/", "#"))
        assert own or (tag == "a" and address.startswith("https://uri.amap.com/")), address
    for link in tags.all("a", target="_blank"):
        assert link["rel"] == "noopener noreferrer"


def test_page_is_small_enough_for_a_weak_connection(door: httpx.Client) -> None:
    zipped = int(door.get("/", params=HERE, headers=ZH).headers["content-length"])
    parts = sum(len(static_text(name).encode()) for name in ("rider.css", "rider.js"))
    assert zipped < 8_000
    assert parts < 16_000


def test_page_can_be_asked_at_any_hour(
    settings: Settings, serve_city: Callable, now: datetime
) -> None:
    with serve_city(settings, lambda: now.replace(hour=15)) as door:
        page = door.get("/", params={**HERE, "kind": "service_window"}, headers=EN)
        assert "Closed, opens 25/11 09:00" in page.text or "Wed 09:00" in page.text
