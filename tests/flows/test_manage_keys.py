"""Who may do what."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from geo_service.domain.facility import Facility
from geo_service.domain.role import Role
from geo_service.errors import NoKey, NotAllowed, NotFound, WrongUsage
from geo_service.flows.manage_keys import (
    add_key,
    list_keys,
    recognise_key,
    require_operator_of,
    require_role,
    revoke_key,
)
from geo_service.flows.wiring import Workspace

HOUR = timedelta(hours=1)


def test_key_opens_until_it_expires(empty: Workspace, now: datetime) -> None:
    key_id, token = add_key(empty, Role.STAFF, now + HOUR, now, note="desk")
    key = recognise_key(empty, token, now + HOUR / 2)
    assert (key.key_id, key.role, key.note) == (key_id, Role.STAFF, "desk")
    with pytest.raises(NoKey, match="expired"):
        recognise_key(empty, token, now + HOUR)
    assert [one.key_id for one in list_keys(empty)] == [key_id], "expired ones are listed too"


def test_revoked_key_and_unknown_token_open_nothing(empty: Workspace, now: datetime) -> None:
    key_id, token = add_key(empty, Role.STAFF, None, now)
    revoke_key(empty, key_id, now)
    for wrong in (token, token + "x", "", key_id):
        with pytest.raises(NoKey):
            recognise_key(empty, wrong, now)
    with pytest.raises(NotFound, match="keys list"):
        revoke_key(empty, "nobody", now)


@pytest.mark.parametrize("ago", [timedelta(0), HOUR])
def test_key_that_would_be_over_is_not_made(
    empty: Workspace, now: datetime, ago: timedelta
) -> None:
    with pytest.raises(WrongUsage, match=r"2026-11-18T0\d:00Z is in the past"):
        add_key(empty, Role.STAFF, now - ago, now)
    assert list_keys(empty) == []


@pytest.mark.parametrize("role", list(Role))
def test_only_the_roles_named_and_the_administrator_go_on(
    empty: Workspace, now: datetime, role: Role
) -> None:
    key = recognise_key(empty, add_key(empty, role, None, now)[1], now)
    if role in (Role.STAFF, Role.ANALYST, Role.ADMIN):
        require_role(key, Role.STAFF, Role.ANALYST)
    else:
        with pytest.raises(NotAllowed, match=f"role staff or analyst; yours has {role}"):
            require_role(key, Role.STAFF, Role.ANALYST)
    with pytest.raises(NoKey, match="Authorization: Bearer"):
        require_role(None, Role.STAFF)


PLACE = Facility("f", "charging_cabinet", 112.14, 32.04, operator="Tower 铁塔")
MAY_REPORT = [
    (Role.RIDER, "", False),
    (Role.ANALYST, "", False),
    (Role.STAFF, "", True),
    (Role.ADMIN, "", True),
    (Role.OPERATOR, "Tower 铁塔", True),
    (Role.OPERATOR, " Tower 铁塔\n", True),
    (Role.OPERATOR, "tower 铁塔", False),
    (Role.OPERATOR, "Tower", False),
    (Role.OPERATOR, "Tower 铁塔 2", False),
    (Role.OPERATOR, " ", False),
    (Role.OPERATOR, "", False),
]


@pytest.mark.parametrize(("role", "operator", "may"), MAY_REPORT)
def test_operators_report_of_their_own(
    empty: Workspace, now: datetime, role: Role, operator: str, *, may: bool
) -> None:
    key = recognise_key(empty, add_key(empty, role, None, now, operator=operator)[1], now)
    if may:
        require_operator_of(key, PLACE)
    else:
        with pytest.raises(NotAllowed):
            require_operator_of(key, PLACE)
    nobodys = replace(PLACE, operator="")
    if role is Role.OPERATOR:
        with pytest.raises(NotAllowed):
            require_operator_of(key, nobodys)


def test_nobody_reports_without_a_key() -> None:
    with pytest.raises(NoKey):
        require_operator_of(None, PLACE)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
def test_only_an_operators_key_names_one(empty: Workspace, now: datetime, role: Role) -> None:
    with pytest.raises(WrongUsage, match=f"--operator: A key with the role {role}"):
        add_key(empty, role, None, now, operator="Tower")
    assert list_keys(empty) == []
