"""Who may do what."""

from dataclasses import replace
from datetime import datetime

import pytest
import shapely

from geo_service.domain.area import Area
from geo_service.domain.facility import Facility
from geo_service.domain.role import Role
from geo_service.errors import NoKey, NotAllowed
from geo_service.flows.check_keys import (
    is_rider,
    is_staff,
    reach_of_staff,
    recognise_key,
    require_operator_of,
    require_place,
    require_rider,
    require_role,
    require_whole_city,
)
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas
from geo_service.store.keys import Key


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


def operator_of(workspace: Workspace, key: Key | None, place: Facility) -> None:
    with workspace.database.reading() as connection:
        require_operator_of(connection, workspace, key, place)


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
        operator_of(empty, key, PLACE)
    else:
        with pytest.raises(NotAllowed):
            operator_of(empty, key, PLACE)
    nobodys = replace(PLACE, operator="")
    if role is Role.OPERATOR:
        with pytest.raises(NotAllowed):
            operator_of(empty, key, nobodys)


def test_nobody_reports_without_a_key(empty: Workspace) -> None:
    with pytest.raises(NoKey):
        operator_of(empty, None, PLACE)


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
    assert {role for role, key in keys.items() if is_staff(key, "")} == {Role.STAFF, Role.ADMIN}
    assert not is_staff(None, "")


def test_a_rider_is_known_by_a_pseudonym_and_nobody_by_none(
    empty: Workspace, now: datetime
) -> None:
    key = recognise_key(empty, add_key(empty, Role.RIDER, None, now)[1], now)
    assert is_rider(key, key.rider)
    assert not is_rider(key, "")
    assert not is_rider(replace(key, rider=""), "")
    assert not is_rider(None, key.rider)
    assert not is_rider(replace(key, role=Role.ANALYST), key.rider)


def square(area_id: str, west: float, south: float, east: float, north: float) -> Area:
    return Area(area_id, area_id, "", shapely.to_wkb(shapely.box(west, south, east, north)))


CITY = [
    square("west", 112.0, 32.0, 112.1, 32.1),
    square("west/1", 112.0, 32.0, 112.05, 32.05),
    square("east", 112.1, 32.0, 112.2, 32.1),
]


def load(workspace: Workspace, *areas: Area) -> None:
    with workspace.database.writing() as connection:
        stored_areas.write(connection, areas, [], replace=True)


def test_a_key_of_areas_reaches_what_lies_in_them_as_it_is_now(
    empty: Workspace, now: datetime
) -> None:
    load(empty, *CITY)
    _, token = add_key(empty, Role.STAFF, None, now, areas=["west"])
    key = recognise_key(empty, token, now)
    assert reach_of_staff(key) == {"west", "west/1"}
    assert [is_staff(key, one) for one in ("west", "west/1", "east", "")] == [True, True, False, 0]
    load(empty, CITY[0], CITY[2])
    assert reach_of_staff(recognise_key(empty, token, now)) == {"west"}
    load(empty, *CITY[1:])
    gone = recognise_key(empty, token, now)
    assert reach_of_staff(gone) == set(), "not even a blank one, and never the whole city"
    assert not any(is_staff(gone, one) for one in ("west", "west/1", "east", ""))
    with empty.database.reading() as connection, pytest.raises(NotAllowed, match="outside"):
        require_place(connection, empty, gone, replace(PLACE, lon=112.01, lat=32.01))


def test_a_key_without_areas_is_of_the_whole_city(empty: Workspace, now: datetime) -> None:
    load(empty, *CITY)
    for role in (Role.STAFF, Role.ADMIN):
        key = recognise_key(empty, add_key(empty, role, None, now)[1], now)
        assert reach_of_staff(key) is None
        assert is_staff(key, "")
        assert is_staff(key, "anything")
        require_whole_city(key)
    assert reach_of_staff(None) == set()
    rider = recognise_key(empty, add_key(empty, Role.RIDER, None, now)[1], now)
    assert reach_of_staff(rider) == set()


def test_facilities_are_of_the_areas_they_stand_in(empty: Workspace, now: datetime) -> None:
    load(empty, *CITY)
    key = recognise_key(empty, add_key(empty, Role.STAFF, None, now, areas=["east"])[1], now)
    here, border = replace(PLACE, lon=112.15), replace(PLACE, lon=112.1)
    there = replace(PLACE, lon=112.05)
    with empty.database.reading() as connection:
        require_place(connection, empty, key, here, None, border)
        require_operator_of(connection, empty, key, here)
        with pytest.raises(NotAllowed, match="outside the areas"):
            require_place(connection, empty, key, here, there)
        with pytest.raises(NotAllowed, match="outside the areas"):
            require_operator_of(connection, empty, key, there)
    with pytest.raises(NotAllowed, match="whole city"):
        require_whole_city(key)
