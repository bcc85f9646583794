"""Keys are made, listed and revoked."""

import re
from datetime import datetime, timedelta

import pytest
import shapely

from geo_service.domain.area import Area
from geo_service.domain.rider import pseudonym
from geo_service.domain.role import Role
from geo_service.errors import NoKey, NotFound, WrongUsage
from geo_service.flows.check_keys import recognise_key
from geo_service.flows.manage_keys import add_key, list_keys, revoke_key
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas

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


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
def test_only_an_operators_key_names_one(empty: Workspace, now: datetime, role: Role) -> None:
    with pytest.raises(WrongUsage, match=f"--operator: A key with the role {role}"):
        add_key(empty, role, None, now, operator="Tower")
    assert list_keys(empty) == []


def rider_of(workspace: Workspace, now: datetime, **named: str) -> str:
    _, token = add_key(workspace, Role.RIDER, None, now, **named)
    return recognise_key(workspace, token, now).rider


def test_a_riders_key_bears_the_pseudonym_of_the_riders_traces(
    empty: Workspace, now: datetime
) -> None:
    known_as = pseudonym("王 7", empty.rider_key())
    assert rider_of(empty, now, rider="王 7") == known_as
    assert rider_of(empty, now, rider=" 王 7 ") == known_as
    assert rider_of(empty, now, rider="王 8") != known_as


@pytest.mark.parametrize("name", ["", "  "])
def test_a_riders_key_without_a_name_is_of_a_rider_nobody_has_met(
    empty: Workspace, now: datetime, name: str
) -> None:
    riders = [rider_of(empty, now, rider=name) for _ in range(5)]
    assert len(set(riders)) == 5
    assert all(re.fullmatch("[0-9a-f]{16}", rider) for rider in riders)
    assert pseudonym(name, empty.rider_key()) not in riders


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RIDER])
def test_no_other_key_is_a_riders(empty: Workspace, now: datetime, role: Role) -> None:
    with pytest.raises(WrongUsage, match=f"--rider: A key with the role {role} is of no rider"):
        add_key(empty, role, None, now, rider="Wang")
    assert list_keys(empty) == []
    add_key(empty, role, None, now)
    assert [key.rider for key in list_keys(empty)] == [""]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.STAFF])
def test_only_a_staffs_key_is_of_areas(empty: Workspace, now: datetime, role: Role) -> None:
    with pytest.raises(WrongUsage, match=f"--area: A key with the role {role} is of no area"):
        add_key(empty, role, None, now, areas=["a"])
    assert list_keys(empty) == []


def test_a_key_is_of_areas_that_are_there(empty: Workspace, now: datetime) -> None:
    with pytest.raises(WrongUsage, match=r"no area 'a'.*load areas"):
        add_key(empty, Role.STAFF, None, now, areas=["a"])
    wkb = shapely.to_wkb(shapely.box(112, 32, 113, 33))
    with empty.database.writing() as connection:
        stored_areas.write(connection, [Area(f"a{n:02}", "", "", wkb) for n in range(10)], [])
    with pytest.raises(WrongUsage, match=r"no area 'b'.*There are a00, a01, .*a07 and 2 more"):
        add_key(empty, Role.STAFF, None, now, areas=["a01", "b", "c"])
    assert list_keys(empty) == []
    add_key(empty, Role.STAFF, None, now, areas=["a01", "a01", "a00"])
    assert [key.areas for key in list_keys(empty)] == [{"a00", "a01"}]
