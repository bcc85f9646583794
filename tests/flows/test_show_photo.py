"""Who sees a photo: the words for what is not there and what is not for one are the same."""

from dataclasses import replace
from datetime import datetime

import pytest

from geo_service.domain.case import Case
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.photo import Photo
from geo_service.domain.role import Role
from geo_service.errors import NotFound
from geo_service.flows.keep_photo import note_photos, store_photos
from geo_service.flows.show_photo import ShownPhoto, show_photo
from geo_service.flows.wiring import Workspace
from geo_service.store import cases, issues
from geo_service.store.keys import Key


def kept(workspace: Workspace, now: datetime, *, photo: bool, issue: bool, rider: str) -> str:
    issue_id = f"{photo}-{issue}-{rider}"
    (file,) = store_photos(workspace, [Photo(b"picture", 40, 30)])
    known = Issue(issue_id, "standing_water", 112.1, 32.0, now)
    with workspace.database.writing() as connection:
        issues.write(connection, [replace(known, approved=issue)])
        note_photos(connection, issue_id, [file], now=now, rider=rider, approved=photo)
    return file.photo_id


def seen(workspace: Workspace, photo_id: str, key: Key | None) -> ShownPhoto | None:
    try:
        return show_photo(workspace, photo_id, key)
    except NotFound as nothing:
        if str(nothing) != "There is no photo with this id.":
            raise
        return None


@pytest.mark.parametrize("photo", [True, False])
@pytest.mark.parametrize("issue", [True, False])
@pytest.mark.parametrize("rider", ["r1", ""])
def test_who_sees_it(empty: Workspace, now: datetime, photo: bool, issue: bool, rider: str) -> None:
    photo_id = kept(empty, now, photo=photo, issue=issue, rider=rider)
    public = photo and issue
    viewers: list[tuple[Role | None, str, bool]] = [
        (None, "", False),
        (Role.RIDER, "r1", rider == "r1"),
        (Role.RIDER, "r2", False),
        (Role.RIDER, "", False),
        (Role.OPERATOR, "", False),
        (Role.ANALYST, "r1", False),
        (Role.STAFF, "", True),
        (Role.ADMIN, "", True),
    ]
    for role, name, always in viewers:
        key = None if role is None else Key("key-1", role, "", now, None, None, rider=name)
        expected = ShownPhoto(b"picture", public) if public or always else None
        assert seen(empty, photo_id, key) == expected, (role, name)


def test_one_whose_file_is_lost_is_not_there(empty: Workspace, now: datetime) -> None:
    photo_id = kept(empty, now, photo=True, issue=True, rider="")
    empty.photos.remove([photo_id])
    assert seen(empty, photo_id, None) is None
    assert seen(empty, "0" * 32, None) is None


def test_staff_of_other_areas_see_what_everybody_sees(empty: Workspace, now: datetime) -> None:
    hidden = kept(empty, now, photo=False, issue=True, rider="r1")
    with empty.database.writing() as connection:
        case = Case(
            Issue("False-True-r1", "", 112.1, 32.0, now), Stage.FILED, "u", now, area_id="east"
        )
        cases.add(connection, [case])
    west = Key("k", Role.STAFF, "", now, None, None, areas=frozenset({"city"}))
    east = replace(west, reach=frozenset({"east"}))
    assert seen(empty, hidden, west) is None
    assert seen(empty, hidden, east) is not None
