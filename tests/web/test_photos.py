"""Pictures of issues over HTTP."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import httpx
import pytest

from geo_service.domain.photo import Photo
from geo_service.domain.role import Role
from geo_service.flows.check_keys import recognise_key
from geo_service.flows.keep_photo import note_photos, store_photos
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import issues

Bearer = Callable[[str], dict[str, str]]
PICTURE = b"\xff\xd8" + bytes(5000) + b"\xff\xd9"
UNSEEN = {"type": "/problems/not-found", "detail": "There is no photo with this id."}


@dataclass(frozen=True)
class Gallery:
    """One photo for each of (photo approved, issue approved), all sent by one rider."""

    door: httpx.Client
    paths: dict[tuple[bool, bool], str]
    sender: str
    """The token of the rider who sent them."""


@pytest.fixture
def gallery(
    own_settings: Settings, serve_city: Callable[..., Any], now: datetime
) -> Iterator[Gallery]:
    paths = {}
    with open_workspace(own_settings) as workspace:
        _, token = add_key(workspace, Role.RIDER, None, now, rider="Wang")
        rider = recognise_key(workspace, token, now).rider
        with workspace.database.reading() as connection:
            known = issues.find(connection, "issue-1")
        assert known is not None
        for photo, issue in product((True, False), repeat=2):
            issue_id = f"issue-{photo}-{issue}"
            (file,) = store_photos(workspace, [Photo(PICTURE, 64, 48)])
            with workspace.database.writing() as connection:
                issues.write(connection, [replace(known, issue_id=issue_id, approved=issue)])
                note_photos(connection, issue_id, [file], now=now, rider=rider, approved=photo)
            paths[photo, issue] = f"/photos/{file.photo_id}"
    with serve_city(own_settings, lambda: now + timedelta(seconds=1)) as client:
        yield Gallery(client, paths, token)


def test_who_sees_which(gallery: Gallery, bearer: Bearer) -> None:
    sender = {"Authorization": f"Bearer {gallery.sender}"}
    viewers: list[tuple[str, dict[str, str], bool]] = [
        ("nobody", {}, False),
        ("sender", sender, True),
        ("staff", bearer("staff"), True),
        ("admin", bearer("admin"), True),
        ("another rider", bearer("rider"), False),
        ("analyst", bearer("analyst"), False),
        ("operator", bearer("operator"), False),
    ]
    for (approved, path), (who, headers, always) in product(gallery.paths.items(), viewers):
        answer = gallery.door.get(path, headers=headers)
        if all(approved) or always:
            assert (answer.status_code, answer.content) == (200, PICTURE), (who, approved)
            assert answer.headers["content-type"] == "image/jpeg"
            assert answer.headers["content-disposition"] == "inline"
            assert answer.headers["x-content-type-options"] == "nosniff"
            kept = "public, max-age=300" if all(approved) else "no-store"
            assert answer.headers["cache-control"] == kept, (who, approved)
        else:
            assert answer.status_code == 404, (who, approved)
            assert UNSEEN.items() <= answer.json().items()
            assert answer.headers["cache-control"] == "no-store"


def test_what_is_hidden_and_what_is_not_there_look_the_same(gallery: Gallery) -> None:
    hidden = gallery.door.get(gallery.paths[False, True])
    for path in (
        "0" * 32,
        "0" * 31,
        "A" * 32,
        "issue-1",
        "%00",
        "..%2fgeo_service.sqlite",
        "x.jpg",
    ):
        answer = gallery.door.get(f"/photos/{path}")
        assert answer.status_code == 404, path
        if "%2f" not in path:
            assert answer.json() == hidden.json(), path


def test_the_cookie_of_pages_shows_them_and_changes_nothing(
    gallery: Gallery, keys: dict[str, str]
) -> None:
    path = gallery.paths[False, False]
    cookie = {"Cookie": f"geo_service_key_{gallery.door.base_url.port}={keys['staff']}"}
    assert gallery.door.get(path, headers=cookie).status_code == 200
    answer = gallery.door.put(f"{path}/approved", json={"approved": True}, headers=cookie)
    assert answer.status_code == 401


@pytest.mark.parametrize("name", ["expired", "revoked"])
def test_a_key_that_has_ended_is_told_so(gallery: Gallery, bearer: Bearer, name: str) -> None:
    for path in (*gallery.paths.values(), "/photos/" + "0" * 32):
        assert gallery.door.get(path, headers=bearer(name)).status_code == 401


def test_head_is_answered_without_the_picture(gallery: Gallery) -> None:
    answer = gallery.door.head(gallery.paths[True, True])
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(PICTURE))
    assert gallery.door.head(gallery.paths[False, True]).status_code == 404


def test_staff_approve_and_take_back(gallery: Gallery, bearer: Bearer) -> None:
    path = gallery.paths[False, True]
    for role, approved in (("staff", True), ("staff", True), ("admin", False)):
        answer = gallery.door.put(
            f"{path}/approved", json={"approved": approved}, headers=bearer(role)
        )
        assert answer.status_code == 200, answer.text
        assert answer.json() == {
            "id": path.removeprefix("/photos/"),
            "issue_id": "issue-False-True",
            "approved": approved,
        }
        assert answer.headers["cache-control"] == "no-store"
        assert gallery.door.get(path).status_code == (200 if approved else 404)


def test_an_approved_photo_waits_for_its_issue(gallery: Gallery, bearer: Bearer) -> None:
    path = gallery.paths[False, False]
    done = gallery.door.put(f"{path}/approved", json={"approved": True}, headers=bearer("staff"))
    assert done.json()["approved"] is True
    assert gallery.door.get(path).status_code == 404


def test_nobody_else_approves(gallery: Gallery, bearer: Bearer) -> None:
    path = gallery.paths[False, True]
    sender = {"Authorization": f"Bearer {gallery.sender}"}
    others = [(bearer(role), 403) for role in ("rider", "operator", "analyst")]
    others += [(sender, 403), ({}, 401), (bearer("expired"), 401)]
    for headers, status in others:
        answer = gallery.door.put(f"{path}/approved", json={"approved": True}, headers=headers)
        assert answer.status_code == status
        nothing = gallery.door.put(f"/photos/{'0' * 32}/approved", json={}, headers=headers)
        assert nothing.status_code == status, "whether there is one is not told"
    assert gallery.door.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, {"approved"}),
        ({"approved": "true"}, {"approved"}),
        ({"approved": 1}, {"approved"}),
        ({"approved": None}, {"approved"}),
        ({"approved": True, "x" * 99: 1}, {"x" * 64}),
    ],
)
def test_what_is_said_must_be_true_or_false(
    gallery: Gallery, bearer: Bearer, body: dict[str, object], named: set[str]
) -> None:
    path = gallery.paths[False, True]
    answer = gallery.door.put(f"{path}/approved", json=body, headers=bearer("staff"))
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["errors"]} == named
    assert gallery.door.get(path).status_code == 404


def test_only_photos_that_are_there_are_approved(gallery: Gallery, bearer: Bearer) -> None:
    for name in ("0" * 32, "x", "%00"):
        answer = gallery.door.put(
            f"/photos/{name}/approved", json={"approved": True}, headers=bearer("staff")
        )
        assert answer.status_code == 404
        assert answer.json()["detail"] == UNSEEN["detail"]


def test_parameters_are_refused(gallery: Gallery, bearer: Bearer) -> None:
    path = gallery.paths[True, True]
    assert gallery.door.get(path, params={"size": "1"}).status_code == 422
    answer = gallery.door.put(
        f"{path}/approved", params={"a": "1"}, json={"approved": True}, headers=bearer("staff")
    )
    assert answer.status_code == 422
