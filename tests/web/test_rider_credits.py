import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from geo_service.domain.credit import Reason
from geo_service.domain.offer import Offer
from geo_service.domain.rider import pseudonym
from geo_service.domain.role import Role
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import ledger, offers

Bearer = Callable[[str], dict[str, str]]
OFFERS, REDEMPTIONS = "/credits/offers", "/credits/redemptions"


@pytest.fixture
def riders(own_settings: Settings, now: datetime, hostile: str) -> dict[str, dict[str, str]]:
    """Give one rider 17 points and another 4; return the headers that show their keys."""
    with open_workspace(own_settings) as workspace:
        headers = {}
        for name in ("小王", "小李"):
            _, token = add_key(workspace, Role.RIDER, None, now, rider=name)
            headers[name] = {"Authorization": f"Bearer {token}"}
        with workspace.database.writing() as connection:
            known = [
                Offer("tea", hostile, "Tea", "茶馆", "station", 4),
                Offer("hat", "头盔", "Helmet", "", "", 5, stock=1, until=now + timedelta(days=1)),
                Offer("old", "旧", "", "", "", 1, until=now),
            ]
            offers.write(connection, known)
            rows = [("小王", 10, "report:issue-1"), ("小王", 7, "report:issue-2")]
            for name, points, source in [*rows, ("小李", 4, "report:issue-3")]:
                ledger.enter(
                    connection,
                    rider=pseudonym(name, workspace.rider_key()),
                    points=points,
                    reason=Reason.REPORT_CONFIRMED,
                    source=source,
                    now=now,
                )
    return headers


@pytest.fixture
def operators(own_settings: Settings, now: datetime) -> dict[str, dict[str, str]]:
    """Return the headers that show the keys of two operators."""
    with open_workspace(own_settings) as workspace:
        tokens = {
            name: add_key(workspace, Role.OPERATOR, None, now, operator=name)[1]
            for name in ("茶馆", "铁塔")
        }
    return {name: {"Authorization": f"Bearer {token}"} for name, token in tokens.items()}


@pytest.fixture
def own_door(
    own_settings: Settings, riders: dict[str, Any], serve_city: Callable[..., Any], now: datetime
) -> Iterator[httpx.Client]:
    del riders
    with serve_city(own_settings, lambda: now + timedelta(seconds=1)) as client:
        yield client


def redeem(
    door: httpx.Client, headers: dict[str, str], offer_id: str, key: str = "k1"
) -> httpx.Response:
    sent = {**headers, "Idempotency-Key": key}
    return door.post(REDEMPTIONS, json={"offer_id": offer_id}, headers=sent)


def test_a_rider_sees_his_own_points_and_nobody_elses(
    own_door: httpx.Client, riders: dict[str, dict[str, str]]
) -> None:
    answer = own_door.get("/credits", headers=riders["小王"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    entry = {
        "entry_id": 2,
        "entered_at": "2026-11-18T02:00:00Z",
        "points": 7,
        "reason": "report_confirmed",
        "subject": "issue-2",
        "voucher": None,
    }
    first = {**entry, "entry_id": 1, "points": 10, "subject": "issue-1"}
    assert answer.json() == {"balance": 17, "entries": [entry, first], "next": None}
    other = own_door.get("/credits", headers=riders["小李"]).json()
    assert (other["balance"], [one["entry_id"] for one in other["entries"]]) == (4, [3])
    for more in ({"rider": pseudonym("小王", b"")}, {"rider": "小王"}):
        assert own_door.get("/credits", params=more, headers=riders["小李"]).status_code == 422


def test_entries_come_in_pages(own_door: httpx.Client, riders: dict[str, dict[str, str]]) -> None:
    ids, address = [], "/credits?limit=1"
    while address:
        page = own_door.get(address, headers=riders["小王"]).json()
        ids.append([one["entry_id"] for one in page["entries"]])
        assert page["balance"] == 17
        address = page["next"]
    assert ids == [[2], [1]]
    last = own_door.get("/credits?before=1", headers=riders["小王"]).json()
    assert last == {"balance": 17, "entries": [], "next": None}
    for wrong in ("before=0", "before=x", "limit=0", "limit=201"):
        assert own_door.get(f"/credits?{wrong}", headers=riders["小王"]).status_code == 422


def test_everybody_sees_the_offers(
    own_door: httpx.Client, riders: dict[str, dict[str, str]], hostile: str
) -> None:
    def look() -> dict[str, dict[str, Any]]:
        return {one["offer_id"]: one for one in own_door.get(OFFERS).json()["offers"]}

    before = look()
    assert list(before) == ["hat", "old", "tea"]
    assert before["tea"] == {
        "offer_id": "tea",
        "name": hostile,
        "name_en": "Tea",
        "provider": "茶馆",
        "facility_id": "station",
        "points": 4,
        "until": None,
        "left": None,
        "available": True,
    }
    assert (before["hat"]["left"], before["hat"]["available"]) == (1, True)
    assert before["hat"]["until"] == "2026-11-19T02:00:00Z"
    assert before["old"]["available"] is False
    assert redeem(own_door, riders["小王"], "hat").status_code == 200
    after = look()
    assert (after["hat"]["left"], after["hat"]["available"]) == (0, False)


def test_a_rider_takes_an_offer_and_the_shop_checks_the_voucher(
    own_door: httpx.Client,
    riders: dict[str, dict[str, str]],
    operators: dict[str, dict[str, str]],
    bearer: Bearer,
    hostile: str,
) -> None:
    done = redeem(own_door, riders["小王"], "tea")
    assert done.status_code == 200, done.text
    told = done.json()
    voucher = told.pop("voucher")
    assert told == {"entry_id": 4, "offer_id": "tea", "points": 4, "balance": 13}
    assert redeem(own_door, riders["小王"], "tea").json() == done.json()
    entry = own_door.get("/credits", headers=riders["小王"]).json()["entries"][0]
    assert (entry["points"], entry["reason"]) == (-4, "redeemed")
    assert (entry["subject"], entry["voucher"]) == ("tea", voucher)
    for role in ("staff", "operator", "admin"):
        checked = own_door.get(f"/credits/vouchers/{voucher.lower()}", headers=bearer(role)).json()
        assert (checked["valid"], checked["offer_id"], checked["points"]) == (True, "tea", 4)
        assert checked["redeemed_at"] == "2026-11-18T02:00:01Z"
        assert checked["offer"]["name"] == hostile
    assert checked["used_at"] is None
    # One operator's key names nobody, one another operator; the third is the shop's.
    for headers, status, said in (
        (bearer("operator"), 403, "names no operator"),
        (operators["铁塔"], 403, "another gives"),
        (operators["茶馆"], 200, "2026-11-18T02:00:01Z"),
        (operators["茶馆"], 409, "at 2026-11-18T02:00Z"),
    ):
        used = own_door.post(f"/credits/vouchers/{voucher}/use", headers=headers)
        assert used.status_code == status
        assert said in used.text
    for role, status in (("rider", 403), ("analyst", 403)):
        refused = own_door.post(f"/credits/vouchers/{voucher}/use", headers=bearer(role))
        assert refused.status_code == status
    wrong = own_door.get(f"/credits/vouchers/{voucher[:-1]}", headers=bearer("staff"))
    assert (wrong.status_code, wrong.json()) == (200, {"valid": False})
    for role, status in (("rider", 403), ("analyst", 403), ("expired", 401)):
        path = f"/credits/vouchers/{voucher}"
        assert own_door.get(path, headers=bearer(role)).status_code == status
    assert own_door.get(f"/credits/vouchers/{voucher}").status_code == 401


def test_what_can_not_be_taken_is_said_so(
    own_door: httpx.Client, riders: dict[str, dict[str, str]]
) -> None:
    for rider, offer_id, status, said in (
        ("小李", "hat", 409, "1 more are needed"),
        ("小李", "old", 409, "over"),
        ("小李", "none", 404, "no such offer"),
    ):
        answer = redeem(own_door, riders[rider], offer_id, f"for {offer_id}")
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert said in answer.json()["detail"]
    assert redeem(own_door, riders["小王"], "hat").status_code == 200
    taken = redeem(own_door, riders["小王"], "hat", "k2")
    assert (taken.status_code, "been taken" in taken.text) == (409, True)
    other = redeem(own_door, riders["小王"], "tea")
    assert (other.status_code, "another offer" in other.text) == (422, True)
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"


def test_an_idempotency_key_is_needed(
    own_door: httpx.Client, riders: dict[str, dict[str, str]]
) -> None:
    none = own_door.post(REDEMPTIONS, json={"offer_id": "tea"}, headers=riders["小王"])
    long = redeem(own_door, riders["小王"], "tea", "x" * 201)
    for answer in (none, long):
        assert answer.status_code == 422
        assert "Idempotency-Key" in answer.json()["detail"]
    assert own_door.get("/credits", headers=riders["小王"]).json()["balance"] == 17


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "offer_id"), ({"offer_id": 7}, "offer_id"), ({"offer_id": "tea", "rider": "x"}, "rider")],
)
def test_a_body_that_is_wrong_is_told_where(
    own_door: httpx.Client, riders: dict[str, dict[str, str]], body: object, field: str
) -> None:
    sent = {**riders["小王"], "Idempotency-Key": "k"}
    answer = own_door.post(REDEMPTIONS, json=body, headers=sent)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


def test_only_riders_have_points(door: httpx.Client, bearer: Bearer) -> None:
    for role in ("admin", "staff", "operator", "analyst"):
        answer = door.get("/credits", headers=bearer(role))
        assert (answer.status_code, role in answer.json()["detail"]) == (403, True)
        assert redeem(door, bearer(role), "tea").status_code == 403
    for role in ("expired", "revoked"):
        assert door.get("/credits", headers=bearer(role)).status_code == 401
    assert door.get("/credits").status_code == 401
    # Who may not is not told what is wrong.
    assert door.post(REDEMPTIONS, content=b"{").status_code == 401


def test_of_riders_who_want_the_last_one_at_once_one_gets_it(
    own_settings: Settings, own_door: httpx.Client, riders: dict[str, dict[str, str]], now: datetime
) -> None:
    with open_workspace(own_settings) as workspace, workspace.database.writing() as connection:
        rider = pseudonym("小李", workspace.rider_key())
        ledger.enter(
            connection,
            rider=rider,
            points=9,
            reason=Reason.CORRECTED,
            source="correction:1",
            now=now,
        )

    def take(number: int) -> int:
        headers = riders[("小王", "小李")[number % 2]]
        return redeem(own_door, headers, "hat", f"k{number}").status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(take, range(8))) == [200] + [409] * 7
    balances = [own_door.get("/credits", headers=one).json()["balance"] for one in riders.values()]
    assert sorted(balances) in ([8, 17], [12, 13])


def test_the_description_says_that_the_key_is_needed(door: httpx.Client) -> None:
    described = door.get("/openapi.json").json()["paths"][REDEMPTIONS]["post"]
    (parameter,) = described["parameters"]
    assert (parameter["name"], parameter["required"]) == ("Idempotency-Key", True)
    assert re.search("retr|again", parameter["description"])
