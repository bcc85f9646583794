"""The clock is set back: nothing is lost, what has an order keeps it, and nothing breaks."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import httpx
import pytest
from starlette.types import ASGIApp
from whole_city import NOW, rides

from geo_service.domain.credit import Reason
from geo_service.domain.facility import Facility, State
from geo_service.domain.lifecycle import OPEN, Stage
from geo_service.domain.progress import Wanted
from geo_service.domain.report import Report
from geo_service.domain.role import Role
from geo_service.errors import NoKey, WrongUsage
from geo_service.flows.answer_once import KEPT_DAYS
from geo_service.flows.award_credits import award
from geo_service.flows.check_in import check_in, station_code
from geo_service.flows.check_keys import recognise_key
from geo_service.flows.erase_rider import erase_rider, list_erasures
from geo_service.flows.examine_workspace import examine
from geo_service.flows.give_consent import agree, present_text, what_was_said, withdraw
from geo_service.flows.keep_up import keep_up
from geo_service.flows.manage_keys import add_key, revoke_key
from geo_service.flows.manage_teams import join_team, leave_team, list_teams
from geo_service.flows.progress_issue import progress_issue
from geo_service.flows.publish_release import publish_release
from geo_service.flows.report_issue import report_issue
from geo_service.flows.report_state import report_state
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import cases, facilities, ledger, releases
from geo_service.store.change_journal import FACILITIES, changed_since
from geo_service.store.city import changes
from geo_service.store.keys import Key
from geo_service.web.app import make_served_app

DAY = timedelta(days=1)
BACK = NOW - DAY
LIFE = (Stage.FILED, Stage.DISPATCHED, Stage.HANDLING, Stage.REPORTED_BACK, Stage.CLOSED)


@pytest.fixture
def workspace(copy_city: Callable[[str], Settings]) -> Iterator[Workspace]:
    with open_workspace(copy_city("city")) as opened:
        yield opened


def key_of(workspace: Workspace, role: Role, **more: str) -> Key:
    return recognise_key(workspace, add_key(workspace, role, None, NOW, **more)[1], NOW)


@pytest.fixture
def staff(workspace: Workspace) -> Key:
    return key_of(workspace, Role.STAFF)


@pytest.fixture
def rider(workspace: Workspace) -> Key:
    return key_of(workspace, Role.RIDER, rider="somebody")


def report(workspace: Workspace, now: datetime, key: str = "") -> str:
    said = Report("standing_water", 112.145, 32.0401, "积水", "长虹路", answers={})
    kept = report_issue(workspace, said, key=None, now=now, idempotency_key=key)
    return kept.case.issue.issue_id


def test_the_moves_of_a_case_stay_in_the_order_in_which_they_were_made(
    workspace: Workspace, staff: Key
) -> None:
    issue_id = report(workspace, NOW)
    made = []
    for number, stage in enumerate((*LIFE, Stage.REOPENED, *LIFE[1:])):
        now = NOW - number * timedelta(hours=5)
        case = progress_issue(workspace, staff, issue_id, Wanted(stage, why="钟慢了"), now)
        made.append(stage)
        assert case.stage is stage
        assert case.due_at is None or case.due_at > now
        intervals = case.issue.open_intervals
        moments = [moment for span in intervals for moment in span if moment is not None]
        assert moments == sorted(moments)
        assert case.issue.still_open == (stage in OPEN)
    with workspace.database.reading() as connection:
        moves = cases.history(connection, issue_id)
    assert [move.to for move in moves[1:]] == made
    assert [move.number for move in moves] == list(range(1, len(made) + 2))
    assert [move.moved_at for move in moves[1:]] == sorted(
        (move.moved_at for move in moves[1:]), reverse=True
    )


def test_a_report_sent_again_is_one_and_a_new_one_is_not_taken_for_it(
    workspace: Workspace,
) -> None:
    first = report(workspace, NOW, "key")
    keep_up(workspace, NOW + (KEPT_DAYS - 1) * DAY)
    assert report(workspace, BACK, "key") == first
    said = report(workspace, NOW)
    assert report(workspace, NOW - timedelta(minutes=5)) == said
    assert report(workspace, BACK) not in (said, first)


def test_a_state_from_a_clock_that_was_ahead_holds_nothing_up(
    workspace: Workspace, staff: Key
) -> None:
    with workspace.database.reading() as connection:
        before = changes(connection)
    ahead = State(NOW + DAY, free=1)
    assert report_state(workspace, staff, "cabinet", ahead, NOW + DAY).kept
    right = State(NOW, free=2)
    assert report_state(workspace, staff, "cabinet", right, NOW).kept
    # From now on the order of what was observed counts again.
    late = State(NOW - timedelta(minutes=1), free=3)
    told = report_state(workspace, staff, "cabinet", late, NOW)
    assert (told.kept, told.facility.state) == (False, right)
    with workspace.database.reading() as connection:
        assert changes(connection) == before + 2
        assert changed_since(connection, FACILITIES, before + 1) == {"cabinet"}


def test_what_is_revoked_stays_revoked_and_keys_last_as_long_as_they_say(
    workspace: Workspace,
) -> None:
    key_id, token = add_key(workspace, Role.STAFF, NOW + DAY, NOW)
    assert recognise_key(workspace, token, BACK).key_id == key_id
    with pytest.raises(NoKey):
        recognise_key(workspace, token, NOW + 2 * DAY)
    revoke_key(workspace, key_id, NOW)
    for now in (NOW, BACK, NOW - 1000 * DAY):
        with pytest.raises(NoKey):
            recognise_key(workspace, token, now)


def test_points_are_given_once_and_listed_in_the_order_in_which_they_were(
    workspace: Workspace, rider: Key
) -> None:
    sources = [f"report:{number}" for number in range(4)]
    for number, source in enumerate([*sources, sources[0]]):
        with workspace.database.writing() as connection:
            now = NOW - number * DAY
            award(connection, workspace.settings, rider.rider, Reason.REPORT_CONFIRMED, source, now)
    code = station_code(workspace, "cabinet")
    first = check_in(workspace, rider, "cabinet", code, NOW)
    again = check_in(workspace, rider, "cabinet", code, NOW - timedelta(minutes=1))
    assert first.points > 0
    assert again.points == 0
    with workspace.database.reading() as connection:
        entered = ledger.entries(connection, rider.rider, None, 10)
        assert [entry.source for entry in entered[1:]] == sources[::-1]
        assert ledger.balance(connection, rider.rider) == sum(entry.points for entry in entered)


def test_who_left_a_team_has_left_and_who_withdrew_has_withdrawn(
    workspace: Workspace, rider: Key
) -> None:
    version = present_text(workspace).version
    agree(workspace, rider.rider, version, NOW)
    withdraw(workspace, rider.rider, BACK, delete_traces=False)
    said = what_was_said(workspace, rider.rider)
    assert said is not None
    assert said.withdrawn_at is not None
    agree(workspace, rider.rider, version, BACK - DAY)
    said = what_was_said(workspace, rider.rider)
    assert said is not None
    assert said.withdrawn_at is None
    before = [team.members for team in list_teams(workspace, NOW)]
    for now in (NOW, NOW, BACK):
        join_team(workspace, "t", "somebody", now)
        leave_team(workspace, "t", "somebody", now)
    assert [team.members for team in list_teams(workspace, NOW)] == before


def test_riders_are_erased_as_often_as_asked(workspace: Workspace, rider: Key) -> None:
    for now in (NOW, BACK, BACK):
        erase_rider(workspace, rider.rider, now, "somebody")
    assert list_erasures(workspace)
    assert examine(workspace).sound


def test_upkeep_goes_on_and_removes_nothing_too_early(workspace: Workspace) -> None:
    report(workspace, NOW)
    for now in (NOW + 5 * DAY, BACK, NOW - 400 * DAY):
        assert keep_up(workspace, now).removed == 0
    workspace.lake.add(rides("again", 2))
    assert examine(workspace).sound
    assert workspace.lake.trips() == 7


def test_a_release_stays_and_no_open_month_is_released(workspace: Workspace) -> None:
    publish_release(workspace, "2026-08", NOW)
    with pytest.raises(WrongUsage, match="released already"):
        publish_release(workspace, "2026-08", BACK)
    with pytest.raises(WrongUsage, match="only closed months"):
        publish_release(workspace, "2026-09", NOW - 60 * DAY)
    with workspace.database.reading() as connection:
        assert releases.periods(connection) == ["2026-08", "2026-10"]


def get(app: ASGIApp, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://city") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_a_server_answers_as_one_that_was_started_then(workspace: Workspace, staff: Key) -> None:
    shop = Facility("shop", "rest_station", 112.145, 32.04, opening_hours="Mo-Su 08:00-22:00")
    with workspace.database.writing() as connection:
        facilities.write(connection, [shop])
    report_state(workspace, staff, "cabinet", State(NOW, charged=1, empty=1), NOW)
    clock = [NOW]
    asked = "/facilities/nearest?lat=32.04&lon=112.145"
    served = make_served_app(workspace, clock=lambda: clock[0])
    for hours in (0, 12, -8, 4, -100, 1):
        clock[0] = NOW + timedelta(hours=hours)
        fresh = make_served_app(workspace, clock=lambda: clock[0])
        for path in (asked, f"{asked}&open_at=now", "/facilities/shop", "/facilities/cabinet"):
            answer = get(served, path)
            assert answer.status_code == 200, answer.text
            assert answer.json() == get(fresh, path).json(), (hours, path)
