from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from geo_service.domain.credit import Reason
from geo_service.domain.facility import Facility
from geo_service.domain.offer import Offer
from geo_service.domain.role import Role
from geo_service.errors import ForbiddenMove, NotAllowed, NotFound
from geo_service.flows.manage_keys import add_key
from geo_service.flows.vouchers import Voucher, check_voucher, use_voucher, voucher_code
from geo_service.flows.wiring import Workspace
from geo_service.store import facilities, ledger, offers
from geo_service.store import keys as stored_keys
from geo_service.store.keys import Key

TEA = Offer("tea", "茶", "Tea", "茶馆", "", 4)


def take(workspace: Workspace, now: datetime) -> str:
    with workspace.database.writing() as connection:
        for points, reason in ((9, Reason.CHECKED_IN), (-4, Reason.REDEEMED)):
            offer_id = "tea" if points < 0 else ""
            ledger.enter(
                connection,
                rider="a",
                points=points,
                reason=reason,
                source=str(reason),
                now=now,
                offer_id=offer_id,
            )
    return voucher_code(workspace.rider_key(), 2)


def key_of(workspace: Workspace, now: datetime, role: Role, operator: str = "") -> Key:
    _, token = add_key(workspace, role, None, now, operator=operator)
    with workspace.database.reading() as connection:
        key = stored_keys.find(connection, token, now)
    assert key is not None
    return key


def test_a_code_tells_what_was_taken_and_not_by_whom(empty: Workspace, now: datetime) -> None:
    code = take(empty, now)
    assert check_voucher(empty, code) == Voucher(2, "tea", 4, now, None)
    with empty.database.writing() as connection:
        offers.write(connection, [TEA])
    assert check_voucher(empty, f" {code.lower()} ") == Voucher(2, "tea", 4, now, TEA)


def test_a_code_that_was_given_to_nobody_is_none(empty: Workspace, now: datetime) -> None:
    code = take(empty, now)
    number, letters = code.split("-")
    secret = empty.rider_key()
    wrong = [
        "",
        letters,
        f"1-{letters}",
        f"0{code}",
        f"{number}-{letters[::-1]}",
        f"{number}-{letters}A",
        f"{code}\n{code}",
        f"\uff12-{letters}",
        voucher_code(secret, 1),
        voucher_code(secret, 3),
        voucher_code(bytes(32), 2),
        "9" * 99,
    ]
    assert [one for one in wrong if check_voucher(empty, one) is not None] == []


def test_for_a_voucher_something_is_handed_out_once(empty: Workspace, now: datetime) -> None:
    code = take(empty, now)
    with empty.database.writing() as connection:
        offers.write(connection, [TEA])
    key = key_of(empty, now, Role.OPERATOR, operator="茶馆")

    def use(number: int) -> bool:
        try:
            used = use_voucher(empty, key, code, now + timedelta(minutes=number))
        except ForbiddenMove:
            return False
        assert used.used_at == now + timedelta(minutes=number)
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(use, range(8))) == 1
    checked = check_voucher(empty, code)
    assert checked is not None
    assert checked.used_at is not None
    with pytest.raises(ForbiddenMove, match=f"at {checked.used_at:%Y-%m-%dT%H:%MZ}"):
        use_voucher(empty, key, code, now)
    with pytest.raises(NotFound):
        use_voucher(empty, key, code[:-1], now)


@pytest.mark.parametrize(
    ("provider", "facility_id", "operator", "is_own"),
    [
        ("茶馆", "", "茶馆", True),
        ("Tea house at the gate", "tower-1", "Tower", True),
        ("茶馆", "tower-1", "茶馆", True),
        ("茶馆", "", "Tower", False),
        ("茶馆", "tower-1", "Other", False),
        ("茶馆", "nobodys", "Tower", False),
        ("茶馆", "gone", "Tower", False),
        ("", "", "Tower", False),
        (None, "", "Tower", False),
        # Of nobody's offers, one who names nobody is no provider.
        ("", "", "", False),
        ("", "nobodys", "", False),
        ("茶馆", "tower-1", "", False),
    ],
)
def test_an_operator_hands_out_only_what_is_the_operators(
    empty: Workspace,
    now: datetime,
    provider: str | None,
    facility_id: str,
    operator: str,
    is_own: bool,
) -> None:
    code = take(empty, now)
    with empty.database.writing() as connection:
        places = [
            Facility("tower-1", "rest_station", 112.1, 32.0, operator="Tower"),
            Facility("nobodys", "rest_station", 112.1, 32.0),
        ]
        facilities.write(connection, places)
        if provider is not None:
            offers.write(connection, [replace(TEA, provider=provider, facility_id=facility_id)])
    key = key_of(empty, now, Role.OPERATOR, operator)
    if not is_own:
        said = "another gives" if operator else "names no operator"
        with pytest.raises(NotAllowed, match=said):
            use_voucher(empty, key, code, now)
        # Nothing is used up, and staff may hand it out still.
        key = key_of(empty, now, Role.STAFF)
    assert use_voucher(empty, key, code, now).used_at == now
