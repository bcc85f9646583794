"""Who may do what."""

from dataclasses import replace
from datetime import datetime

import pytest

from geo_service.domain.facility import Facility
from geo_service.domain.role import Role
from geo_service.errors import NoKey, NotAllowed
from geo_service.flows.check_keys import (
    is_rider,
    is_staff,
    recognise_key,
    require_operator_of,
    require_rider,
    require_role,
)
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import Workspace


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


def test_what_is_a_riders_own_is_for_riders_only(empty: Workspace, now: datetime) -> None:
    keys = {}
    for role in Role:
        _, token = add_key(empty, role, None, now)
        keys[role] = recognise_key(empty, token, now)
    assert require_rider(keys[Role.RIDER]) == keys[Role.RIDER].rider != ""
    for role in set(Role) - {Role.RIDER}:
        with pytest.raises(NotAllowed, match=role):
            require_rider(keys[role])
    with pytest.raises(NotAllowed, match="names no rider"):
        require_rider(replace(keys[Role.RIDER], rider=""))
    with pytest.raises(NoKey):
        require_rider(None)


def test_staff_are_those_with_a_key_of_staff_or_an_administrator(
    empty: Workspace, now: datetime
) -> None:
    keys = {role: recognise_key(empty, add_key(empty, role, None, now)[1], now) for role in Role}
    assert {role for role, key in keys.items() if is_staff(key)} == {Role.STAFF, Role.ADMIN}
    assert not is_staff(None)


def test_a_rider_is_known_by_a_pseudonym_and_nobody_by_none(
    empty: Workspace, now: datetime
) -> None:
    key = recognise_key(empty, add_key(empty, Role.RIDER, None, now)[1], now)
    assert is_rider(key, key.rider)
    assert not is_rider(key, "")
    assert not is_rider(replace(key, rider=""), "")
    assert not is_rider(None, key.rider)
    assert not is_rider(replace(key, role=Role.ANALYST), key.rider)
