import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from geo_service.domain.area import Body, Level
from geo_service.domain.case_file import CaseFile
from geo_service.domain.category import Category, DataType, Question
from geo_service.domain.lifecycle import MOVES, Mover, Stage
from geo_service.domain.photo import Photo
from geo_service.domain.report import Report
from geo_service.flows.check_keys import recognise_key
from geo_service.flows.keep_photo import note_photos, store_photos
from geo_service.flows.report_issue import report_issue
from geo_service.flows.show_issue import show_issue
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import areas, categories
from geo_service.web.page_policies import STRICT_POLICY

Bearer = Callable[[str], dict[str, str]]
PICTURE = b"\xff\xd8" + bytes(500) + b"\xff\xd9"
BODIES = [
    Body("top", "街道", Level.STREET_COMMITTEE, name_en="Street"),
    Body("low", "社区", Level.COMMUNITY, name_en="Community", parent_id="top"),
]
DEPTH = Question(
    "depth", DataType.SINGLE_VALUE_LIST, "多深？", "How deep?", choices=(("wheel", "半个车轮"),)
)
WAYS: dict[Stage, list[Stage]] = {
    Stage.COLLECTED: [],
    Stage.FILED: [Stage.FILED],
    Stage.DISPATCHED: [Stage.FILED, Stage.DISPATCHED],
    Stage.HANDLING: [Stage.FILED, Stage.DISPATCHED, Stage.HANDLING],
    Stage.REPORTED_BACK: [Stage.FILED, Stage.DISPATCHED, Stage.HANDLING, Stage.REPORTED_BACK],
    Stage.REJECTED: [Stage.REJECTED],
    Stage.MERGED: [Stage.MERGED],
}
WAYS[Stage.CLOSED] = [*WAYS[Stage.REPORTED_BACK], Stage.CLOSED]
WAYS[Stage.REOPENED] = [Stage.REJECTED, Stage.REOPENED]


class DeskTop:
    """A city in which things are reported, and the desk in it as staff see it."""

    def __init__(
        self, workspace: Workspace, door: httpx.Client, staff: str, rider: str, now: datetime
    ) -> None:
        self.workspace, self.door, self.now = workspace, door, now
        self.staff = recognise_key(workspace, staff, now)
        self.rider = recognise_key(workspace, rider, now)
        self.headers = {"Authorization": f"Bearer {staff}"}

    def report(self, what: str = "积水", lat: float = 32.0352) -> str:
        return self.send_in(Report("standing_water", 112.1372, lat, what))

    def send_in(self, report: Report) -> str:
        done = report_issue(self.workspace, report, key=self.rider, now=self.now)
        return done.case.issue.issue_id

    def page(self, issue_id: str, *, language: str = "zh") -> str:
        headers = {**self.headers, "Accept-Language": language}
        answer = self.door.get(f"/desk/{quote(issue_id, safe='')}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, issue_id: str, what: str, **fields: str) -> httpx.Response:
        path = f"/desk/{quote(issue_id, safe='')}/{what}"
        return self.door.post(path, data=fields, headers=self.headers)

    def move(self, issue_id: str, to: Stage, other: str = "") -> httpx.Response:
        """Fill in the form that the page has for a move, and send it."""
        page = self.page(issue_id)
        (form,) = [
            one
            for one in re.findall(r"<form.*?</form>", page, re.DOTALL)
            if f'name="to" value="{to}"' in one and 'name="why"' in one
        ]
        hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
        chosen = re.search(r'name="body_id".*?<option value="(\w*)" selected', form, re.DOTALL)
        fields = {**dict(hidden), "why": "因为 why"}
        if chosen:
            fields["body_id"] = chosen[1]
        if 'name="into"' in form:
            fields["into"] = other
        return self.send(issue_id, "moves", **fields)

    def file(self, issue_id: str) -> CaseFile:
        return show_issue(self.workspace, self.staff, issue_id)[0]

    def add_photo(self, issue_id: str) -> str:
        (file,) = store_photos(self.workspace, [Photo(PICTURE, 64, 48)])
        with self.workspace.database.writing() as connection:
            note_photos(connection, issue_id, [file], now=self.now)
        return file.photo_id


@pytest.fixture
def top(
    own_settings: Settings, serve_city: Callable[..., Any], now: datetime, keys: dict[str, str]
) -> Iterator[DeskTop]:
    with open_workspace(own_settings) as workspace:
        with workspace.database.writing() as connection:
            known = Category("standing_water", "积水", "Standing water", questions=(DEPTH,))
            categories.write(connection, [known])
            areas.write(connection, [], BODIES)
        with serve_city(own_settings, lambda: now + timedelta(seconds=1)) as door:
            yield DeskTop(workspace, door, keys["staff"], keys["rider"], now)


def test_an_issue_is_shown_with_all_that_is_known(top: DeskTop, hostile: str) -> None:
    told = Report("standing_water", 112.1372, 32.0352, hostile, address="长虹路 1 号")
    issue_id = top.send_in(replace(told, answers={"depth": ("wheel",)}))
    photo = top.add_photo(issue_id)
    page = top.page(issue_id)
    for said in (
        "长虹路 1 号",
        "半个车轮",
        "多深？",
        "街道",
        "11月18日 10:00",
        "上报人",
        "32.035200",
    ):
        assert said in page, said
    assert f'src="/photos/{photo}"' in page
    assert 'class="small-map"' in page
    assert '<path class="lane"' in page
    assert hostile not in page
    assert hostile in html.unescape(page)
    # Who reported it is nobody's business.
    assert top.rider.rider not in page
    english = top.page(issue_id, language="en")
    for said in ("How deep?", "its reporter", "Accept", "18 Nov 10:00", "Nobody yet"):
        assert said in english, said
    answer = top.door.get(f"/desk/{issue_id}", headers=top.headers)
    assert answer.headers["content-security-policy"] == STRICT_POLICY


STAFF_MOVES = sorted(move for move, movers in MOVES.items() if Mover.STAFF in movers)


@pytest.mark.parametrize(
    ("stage", "to"), [move for move in STAFF_MOVES if move[0] is not Stage.RATED]
)
def test_every_move_of_staff_is_made_by_its_form(top: DeskTop, stage: Stage, to: Stage) -> None:
    issue_id, other = top.report(), top.report("另一个", lat=32.036)
    for step in (*WAYS[stage], to):
        answer = top.move(issue_id, step, other)
        assert answer.status_code == 303, html.unescape(answer.text)
        assert answer.headers["location"].startswith(f"/desk/{issue_id}?done=")
    file = top.file(issue_id)
    assert file.case.stage is to
    assert file.moves[-1].why == "因为 why"
    assert file.moves[-1].who == top.staff.key_id
    shown = top.door.get(answer.headers["location"], headers=top.headers)
    assert 'role="status"' in shown.text


def test_only_moves_that_life_allows_have_forms(top: DeskTop) -> None:
    issue_id = top.report()
    for to in (Stage.FILED, Stage.DISPATCHED, Stage.HANDLING, Stage.REPORTED_BACK, Stage.CLOSED):
        offered = set(re.findall(r'name="to" value="(\w+)"', top.page(issue_id)))
        stage = top.file(issue_id).case.stage
        assert offered == {
            str(after)
            for (before, after), movers in MOVES.items()
            if before is stage and Mover.STAFF in movers
        }
        top.move(issue_id, to)


def test_a_stale_form_does_nothing_and_keeps_what_was_typed(top: DeskTop, hostile: str) -> None:
    issue_id = top.report()
    stale = {"to": "rejected", "seen": "1", "why": hostile}
    top.send(issue_id, "approved", approved="true")
    refused = top.send(issue_id, "moves", **stale)
    assert refused.status_code == 409
    assert "别人已经动过" in refused.text
    assert f">{html.escape(hostile, quote=False)[:3]}" in refused.text
    assert hostile in html.unescape(refused.text)
    assert 'name="seen" value="2"' in refused.text
    assert top.file(issue_id).case.stage is Stage.COLLECTED
    assert top.send(issue_id, "moves", **{**stale, "seen": "2"}).status_code == 303
    # The form itself may be gone: it is told at the top, and the words are there to be copied.
    gone = top.send(issue_id, "moves", to="filed", seen="2", why="写了很久")
    assert gone.status_code == 409
    assert "写了很久" in gone.text


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"to": "rejected"}, 422, "请写明原因"),
        ({"to": "rejected", "why": "\x00"}, 422, "无法显示"),
        ({"to": "rejected", "why": "长" * 2001}, 422, "太长"),
        ({"to": "merged"}, 422, "并入哪个事项"),
        ({"to": "merged", "into": "none"}, 422, "并入哪个事项"),
        ({"to": "closed"}, 409, "做不了这一步"),
        ({"to": "odd"}, 422, "没有这一步"),
        ({"to": "filed", "body_id": "none"}, 422, "没有这个责任主体"),
        ({"to": "filed", "photo_id": "0" * 32}, 422, "没有这张照片"),
        ({"to": "filed", "seen": "x"}, 422, "不完整"),
        ({"to": "filed", "seen": "-1"}, 422, "不完整"),
    ],
)
def test_what_is_wrong_is_told_beside_the_form(
    top: DeskTop, fields: dict[str, str], status: int, said: str
) -> None:
    issue_id = top.report()
    answer = top.send(issue_id, "moves", **({"seen": "1", "why": ""} | fields))
    assert answer.status_code == status
    alert = answer.text.partition('role="alert"')[2].partition("</p>")[0]
    assert said in alert
    assert answer.text.count('role="alert"') == 1
    assert len(top.file(issue_id).moves) == 1


def test_an_issue_and_its_photos_are_shown_and_hidden(top: DeskTop) -> None:
    issue_id = top.report()
    photo = top.add_photo(issue_id)
    for approved in (True, False):
        word = "true" if approved else "false"
        assert f'name="approved" value="{word}"' in top.page(issue_id)
        answer = top.send(issue_id, "approved", approved=word)
        assert answer.status_code == 303
        answer = top.send(issue_id, f"photos/{photo}/approved", approved=word)
        assert answer.status_code == 303
        file = top.file(issue_id)
        assert (file.case.issue.approved, file.photos[0].approved) == (approved, approved)
        assert top.door.get(f"/photos/{photo}").status_code == (200 if approved else 404)
    other = top.report("另一个")
    for issue, name in ((other, photo), (issue_id, "0" * 32), (issue_id, "x")):
        refused = top.send(issue, f"photos/{name}/approved", approved="true")
        assert refused.status_code == 404
    assert top.send(issue_id, "approved", approved="maybe").status_code == 422


def test_an_issue_nearby_is_merged_into_the_one_shown(top: DeskTop) -> None:
    first, second = top.report("先"), top.report("后", lat=32.03525)
    far = top.report("远", lat=32.0380)
    page = top.page(first)
    assert f'action="/desk/{second}/moves"' in page
    assert far not in page
    fields = {"to": "merged", "merged_into": first, "page": first}
    stale = top.send(second, "moves", seen="0", **fields)
    assert stale.status_code == 409
    assert "先" in stale.text
    assert 'role="alert"' in stale.text
    done = top.send(second, "moves", seen="1", **fields)
    assert (done.status_code, done.headers["location"]) == (303, f"/desk/{first}?done=merged")
    assert top.file(second).case.merged_into == first
    assert second in top.page(first)


def test_only_staff_and_only_our_own_pages_send_forms(
    top: DeskTop, bearer: Bearer, keys: dict[str, str]
) -> None:
    issue_id = top.report()
    photo = top.add_photo(issue_id)
    forms = {
        f"/desk/{issue_id}/moves": {"to": "filed", "seen": "1"},
        f"/desk/{issue_id}/approved": {"approved": "true"},
        f"/desk/{issue_id}/photos/{photo}/approved": {"approved": "true"},
    }
    for path, fields in forms.items():
        nobody = top.door.post(path, data=fields)
        assert (nobody.status_code, nobody.headers["location"]) == (303, "/key?next=/desk")
        for role in ("rider", "operator", "analyst"):
            assert top.door.post(path, data=fields, headers=bearer(role)).status_code == 403
        for site in ("cross-site", "same-site"):
            cookie = {"Cookie": f"geo_service_key_{top.door.base_url.port}={keys['staff']}"}
            headers = {**cookie, "Sec-Fetch-Site": site}
            assert top.door.post(path, data=fields, headers=headers).status_code == 403
    file = top.file(issue_id)
    assert len(file.moves) == 1
    assert not file.photos[0].approved


def test_what_is_not_there_is_told_in_words(top: DeskTop) -> None:
    headers = {**top.headers, "Accept": "text/html"}
    page = top.door.get("/desk/none", headers=headers)
    assert page.status_code == 404
    assert "没有找到" in page.text
    sent = top.door.post("/desk/none/moves", data={"to": "filed", "seen": "0"}, headers=headers)
    assert sent.status_code == 404


def test_where_forms_are_sent_to_there_is_no_page(top: DeskTop) -> None:
    """Else whoever shows no key is led to show one, and then to nothing."""
    issue_id = top.report()
    for what in ("moves", "approved", "photos/0/approved"):
        path = f"/desk/{quote(issue_id, safe='')}/{what}"
        assert top.door.get(path).status_code == 404
        assert top.door.get(path, headers=top.headers).status_code == 404
