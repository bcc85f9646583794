from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from geo_service.domain.area import Body, Level
from geo_service.domain.case import Case
from geo_service.domain.category import Category
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.progress import Wanted
from geo_service.domain.report import Report
from geo_service.domain.role import Role
from geo_service.errors import (
    ForbiddenMove,
    MovedMeanwhile,
    NoKey,
    NotAllowed,
    NotFound,
    RefusedFields,
    WrongUsage,
)
from geo_service.flows.manage_keys import add_key
from geo_service.flows.progress_issue import approve_issue, progress_issue, support_issue
from geo_service.flows.report_issue import report_issue
from geo_service.flows.wiring import Workspace
from geo_service.store import areas, cases, categories, ledger, supporters
from geo_service.store import keys as stored_keys
from geo_service.store.keys import Key


class Town:
    """A workspace, the keys of its people, and a clock that goes on a minute a move."""

    def __init__(self, workspace: Workspace, now: datetime) -> None:
        self.workspace, self.now = workspace, now
        self.staff = self.key(Role.STAFF)
        self.rider, self.other, self.third = (self.key(Role.RIDER) for _ in range(3))

    def key(self, role: Role) -> Key:
        _, token = add_key(self.workspace, role, None, self.now)
        with self.workspace.database.reading() as connection:
            found = stored_keys.find(connection, token, self.now)
        assert found is not None
        return found

    def report(self, key: Key | None, what: str = "积水") -> str:
        report = Report("standing_water", 112.145, 32.0401, what)
        return report_issue(self.workspace, report, key=key, now=self.now).case.issue.issue_id

    def move(self, key: Key | None, issue_id: str, to: Stage, **more: object) -> Case:
        self.now += timedelta(minutes=1)
        wanted = Wanted(to, **more)  # type: ignore[arg-type]
        return progress_issue(self.workspace, key, issue_id, wanted, self.now)

    def move_as_seen(self, issue_id: str, to: Stage, seen: int) -> Case:
        self.now += timedelta(minutes=1)
        return progress_issue(self.workspace, self.staff, issue_id, Wanted(to), self.now, seen=seen)

    def case(self, issue_id: str) -> Case:
        with self.workspace.database.reading() as connection:
            found = cases.find(connection, issue_id)
        assert found is not None
        return found

    def moves(self, issue_id: str) -> list[tuple[Stage, Stage, Mover, str]]:
        with self.workspace.database.reading() as connection:
            held = cases.history(connection, issue_id)
        assert [move.number for move in held] == list(range(1, len(held) + 1))
        return [(move.stage, move.to, move.by, move.other_issue_id) for move in held]

    def supporters(self, issue_id: str) -> set[str]:
        with self.workspace.database.reading() as connection:
            return set(supporters.of_issue(connection, issue_id))

    def balance(self, key: Key) -> int:
        with self.workspace.database.reading() as connection:
            return ledger.balance(connection, key.rider)


@pytest.fixture
def town(workspace: Workspace, now: datetime) -> Town:
    with workspace.database.writing() as connection:
        categories.write(connection, [Category("standing_water", "积水")])
        bodies = [Body("top", "街道", Level.STREET_COMMITTEE)]
        areas.write(connection, [], bodies)
    return Town(workspace, now)


def test_an_issue_goes_through_all_seven_stages(town: Town) -> None:
    issue_id = town.report(town.rider)
    for to in (
        Stage.FILED,
        Stage.DISPATCHED,
        Stage.HANDLING,
        Stage.REPORTED_BACK,
        Stage.CLOSED,
    ):
        assert town.move(town.staff, issue_id, to).stage is to
    closed = town.case(issue_id)
    assert closed.issue.closed_at == town.now
    assert closed.issue.approved
    rated = town.move(town.rider, issue_id, Stage.RATED, rating=4, why="很快 quick")
    assert (rated.rating, rated.issue.closed_at) == (4, closed.issue.closed_at)
    assert town.case(issue_id) == rated
    assert len(town.moves(issue_id)) == 7
    assert town.balance(town.rider) == town.workspace.settings.points_report


def test_a_skipped_stage_is_refused_and_changes_nothing(town: Town) -> None:
    issue_id = town.report(town.rider)
    before = town.case(issue_id)
    with pytest.raises(ForbiddenMove, match="skipped"):
        town.move(town.staff, issue_id, Stage.CLOSED)
    assert town.case(issue_id) == before
    assert len(town.moves(issue_id)) == 1


def test_who_has_not_seen_the_last_move_moves_nothing(town: Town) -> None:
    issue_id = town.report(town.rider)
    town.move(town.staff, issue_id, Stage.FILED)
    before = town.case(issue_id)
    # 0 would be right of an issue nobody ever moved, and is no word for "whatever".
    for seen in (0, 1, 3):
        with pytest.raises(MovedMeanwhile):
            town.move_as_seen(issue_id, Stage.DISPATCHED, seen)
    assert town.case(issue_id) == before
    assert len(town.moves(issue_id)) == 2
    assert town.move_as_seen(issue_id, Stage.DISPATCHED, 2).stage is Stage.DISPATCHED
    # Showing and hiding are moves too: whoever saw it otherwise looks again.
    approve_issue(town.workspace, issue_id, town.staff, town.now, approved=False)
    with pytest.raises(MovedMeanwhile):
        town.move_as_seen(issue_id, Stage.HANDLING, 3)


def test_a_second_filing_gives_no_second_points(town: Town) -> None:
    issue_id = town.report(town.rider)
    town.move(town.staff, issue_id, Stage.FILED)
    town.move(town.staff, issue_id, Stage.REJECTED, why="没有 nothing there")
    town.move(town.staff, issue_id, Stage.REOPENED, why="还在 it is")
    assert town.balance(town.rider) == town.workspace.settings.points_report


def test_only_staff_and_the_reporter_move_an_issue(town: Town) -> None:
    issue_id = town.report(town.rider)
    with pytest.raises(NoKey):
        town.move(None, issue_id, Stage.FILED)
    strangers = (town.other, town.key(Role.ANALYST), town.key(Role.OPERATOR))
    for stranger in strangers:
        with pytest.raises(NotFound):
            town.move(stranger, issue_id, Stage.FILED)
    approve_issue(town.workspace, issue_id, town.staff, town.now, approved=True)
    for stranger in strangers:
        with pytest.raises(NotAllowed):
            town.move(stranger, issue_id, Stage.FILED)
    with pytest.raises(ForbiddenMove, match="moved by"):
        town.move(town.rider, issue_id, Stage.FILED)
    unnamed = town.report(None)
    with pytest.raises(NotFound):
        town.move(town.rider, unnamed, Stage.FILED)
    approve_issue(town.workspace, unnamed, town.staff, town.now, approved=True)
    with pytest.raises(NotAllowed):
        town.move(town.rider, unnamed, Stage.FILED)
    with pytest.raises(NotFound):
        town.move(town.staff, "nobody", Stage.FILED)


def test_bodies_photos_and_issues_named_must_be_there(town: Town) -> None:
    issue_id = town.report(town.rider)
    for more in ({"body_id": "nobody"}, {"photo_id": "0" * 32}):
        with pytest.raises(RefusedFields) as refused:
            town.move(town.staff, issue_id, Stage.FILED, **more)
        assert list(refused.value.faults) == list(more)
    with pytest.raises(RefusedFields) as refused:
        town.move(town.staff, issue_id, Stage.MERGED, merged_into="nobody")
    assert list(refused.value.faults) == ["merged_into"]
    assert town.case(issue_id).stage is Stage.COLLECTED


def test_under_one_key_a_move_is_made_once(town: Town) -> None:
    issue_id = town.report(town.rider)
    for _ in range(3):
        case = progress_issue(
            town.workspace,
            town.staff,
            issue_id,
            Wanted(Stage.FILED),
            town.now,
            idempotency_key="m1",
        )
        assert case.stage is Stage.FILED
    assert len(town.moves(issue_id)) == 2
    with pytest.raises(WrongUsage):
        progress_issue(
            town.workspace,
            town.staff,
            issue_id,
            Wanted(Stage.DISPATCHED),
            town.now,
            idempotency_key="m1",
        )


def test_only_a_rider_counts_as_one_who_sees_it_too(town: Town) -> None:
    named, unnamed = town.report(town.rider), town.report(None)
    nameless = replace(town.other, rider="")
    for issue_id in (unnamed, named):
        for key in (nameless, town.key(Role.ADMIN), town.staff):
            with pytest.raises(NotAllowed):
                support_issue(town.workspace, key, issue_id, town.now)
        approve_issue(town.workspace, issue_id, town.staff, town.now, approved=True)
        for key in (nameless, town.key(Role.ADMIN), town.staff):
            with pytest.raises(NotAllowed):
                support_issue(town.workspace, key, issue_id, town.now)
        assert town.supporters(issue_id) == set()


def test_a_merged_issue_brings_its_supporters_and_both_tell_of_it(town: Town) -> None:
    first, second = town.report(town.rider), town.report(town.other, "也积水")
    for issue_id in (first, second):
        town.move(town.staff, issue_id, Stage.FILED)
    support_issue(town.workspace, town.third, second, town.now)
    merged = town.move(town.staff, second, Stage.MERGED, merged_into=first, why="同一处")
    assert (merged.merged_into, merged.issue.closed_at) == (first, town.now)
    assert town.supporters(first) == {town.other.rider, town.third.rider}
    assert town.supporters(second) == {town.third.rider}
    assert town.moves(second)[-1] == (Stage.FILED, Stage.MERGED, Mover.STAFF, first)
    assert town.moves(first)[-1] == (Stage.FILED, Stage.FILED, Mover.STAFF, second)
    with town.workspace.database.reading() as connection:
        assert cases.merged_into(connection, first) == [second]
    parted = town.move(town.staff, second, Stage.REOPENED, why="不是一处")
    assert parted.merged_into == ""
    assert town.supporters(first) == set()
    assert town.supporters(second) == {town.third.rider}
    assert town.moves(first)[-1] == (Stage.FILED, Stage.FILED, Mover.STAFF, second)
    assert not town.case(second).issue.is_open(merged.issue.closed_at or town.now)
    assert town.case(second).issue.still_open


def test_who_says_so_of_the_issue_itself_stays_when_another_is_parted_from_it(town: Town) -> None:
    first, second = town.report(town.rider), town.report(town.other, "也积水")
    for issue_id in (first, second):
        town.move(town.staff, issue_id, Stage.FILED)
    support_issue(town.workspace, town.third, second, town.now)
    town.move(town.staff, second, Stage.MERGED, merged_into=first)
    assert support_issue(town.workspace, town.third, first, town.now) == 2
    town.move(town.staff, second, Stage.REOPENED, why="不是一处")
    assert town.supporters(first) == {town.third.rider}


def test_two_who_merge_each_into_the_other_wait_for_each_other(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = town.report(town.rider), town.report(town.other, "也积水")
    locked = []
    monkeypatch.setattr(cases, "lock_many", lambda _, issue_ids: locked.append(set(issue_ids)))
    town.move(town.staff, second, Stage.MERGED, merged_into=first)
    town.move(town.staff, first, Stage.FILED)
    assert locked == [{first, second}, {first}]


def test_nothing_is_merged_into_what_is_over(town: Town) -> None:
    first, second = town.report(town.rider), town.report(town.other)
    town.move(town.staff, first, Stage.REJECTED, why="没有")
    with pytest.raises(ForbiddenMove, match="over itself"):
        town.move(town.staff, second, Stage.MERGED, merged_into=first)
    assert town.case(second).stage is Stage.COLLECTED


def test_issues_merged_one_into_another_make_no_circle(town: Town) -> None:
    first, second = town.report(town.rider), town.report(town.other)
    town.move(town.staff, second, Stage.MERGED, merged_into=first)
    with pytest.raises(ForbiddenMove):
        town.move(town.staff, first, Stage.MERGED, merged_into=second)


def test_a_rider_supports_an_open_public_issue_of_others_once(town: Town) -> None:
    issue_id = town.report(town.rider)
    with pytest.raises(NotFound):
        support_issue(town.workspace, town.other, issue_id, town.now)
    approve_issue(town.workspace, issue_id, town.staff, town.now, approved=True)
    assert [support_issue(town.workspace, town.other, issue_id, town.now) for _ in range(3)] == [
        1,
        1,
        1,
    ]
    assert support_issue(town.workspace, town.third, issue_id, town.now) == 2
    with pytest.raises(ForbiddenMove, match="yourself"):
        support_issue(town.workspace, town.rider, issue_id, town.now)
    town.move(town.staff, issue_id, Stage.REJECTED, why="没有")
    with pytest.raises(ForbiddenMove, match="over"):
        support_issue(town.workspace, town.other, issue_id, town.now)


def test_only_riders_who_are_somebody_support_an_issue(town: Town) -> None:
    issue_id = town.report(None)
    nameless = replace(town.rider, rider="")
    for key, refusal in ((None, NoKey), (nameless, NotAllowed), (town.key(Role.ADMIN), NotAllowed)):
        with pytest.raises(refusal):
            support_issue(town.workspace, key, issue_id, town.now)
    assert town.supporters(issue_id) == set()


def test_showing_and_hiding_are_written_down(town: Town) -> None:
    issue_id = town.report(town.rider)
    for approved in (True, True, False):
        case = approve_issue(town.workspace, issue_id, town.staff, town.now, approved=approved)
        assert case.issue.approved is approved
        assert town.case(issue_id).issue.approved is approved
    assert len(town.moves(issue_id)) == 3


def of_areas(town: Town, *reach: str) -> Key:
    return replace(town.staff, areas=frozenset({"city"}), reach=frozenset(reach))


def given_to(town: Town, area_id: str, key: Key | None = None) -> str:
    """Report an issue that is given to an area; by staff everybody sees it."""
    issue_id = town.report(key, f"{area_id} {town.now}")
    town.now += timedelta(minutes=1)
    with town.workspace.database.writing() as connection:
        case = cases.find_to_change(connection, issue_id)
        assert case is not None
        cases.change(connection, replace(case, area_id=area_id))
    return issue_id


def test_staff_of_some_areas_move_what_is_of_them(town: Town) -> None:
    east, hidden = of_areas(town, "east"), given_to(town, "west")
    shown, own = given_to(town, "west", town.staff), given_to(town, "east")
    assert town.move(east, own, Stage.FILED).stage is Stage.FILED
    for issue_id, error in ((hidden, NotFound), (shown, NotAllowed)):
        before = town.case(issue_id)
        with pytest.raises(error):
            town.move(east, issue_id, Stage.FILED)
        with pytest.raises(error):
            approve_issue(town.workspace, issue_id, east, town.now, approved=False)
        assert town.case(issue_id) == before
    # Without an area an issue is of the whole city.
    with pytest.raises(NotFound):
        town.move(east, given_to(town, ""), Stage.FILED)


def test_staff_of_some_areas_merge_only_what_is_of_them(town: Town) -> None:
    east = of_areas(town, "east")
    own, beside = given_to(town, "east"), given_to(town, "east")
    hidden, shown = given_to(town, "west"), given_to(town, "west", town.staff)
    over = given_to(town, "west")
    town.move(town.staff, over, Stage.REJECTED, why="no")
    before = [town.case(one) for one in (own, hidden, shown, over)]
    told = set()
    # What one may not know of is as if it were not there, over or not.
    for into in ("none", hidden, over):
        with pytest.raises(RefusedFields) as refused:
            town.move(east, own, Stage.MERGED, merged_into=into)
        told.add(str(refused.value))
    assert len(told) == 1
    with pytest.raises(NotAllowed, match="outside the areas"):
        town.move(east, own, Stage.MERGED, merged_into=shown)
    for one in (hidden, shown):
        with pytest.raises((NotFound, NotAllowed)):
            town.move(east, one, Stage.MERGED, merged_into=own)
    assert [town.case(one) for one in (own, hidden, shown, over)] == before
    assert town.move(east, own, Stage.MERGED, merged_into=beside).merged_into == beside
    assert town.move(east, own, Stage.REOPENED, why="not the same").stage is Stage.REOPENED


def test_staff_of_some_areas_part_nothing_from_what_is_of_others(town: Town) -> None:
    own, other = given_to(town, "east", town.rider), given_to(town, "west")
    town.move(town.staff, own, Stage.MERGED, merged_into=other)
    with pytest.raises(NotAllowed, match="outside the areas"):
        town.move(of_areas(town, "east"), own, Stage.REOPENED, why="not the same")
    assert town.supporters(other) == {town.rider.rider}
    assert town.move(town.staff, own, Stage.REOPENED, why="not the same").is_open
