"""What becomes of issues that staff have at hand when their file is loaded again."""

from datetime import datetime
from pathlib import Path

import pytest

from geo_service.domain.area import Body, Level
from geo_service.domain.case import Case, Move
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.progress import Wanted
from geo_service.domain.role import Role
from geo_service.flows.load_issues import load_issues
from geo_service.flows.loading import LoadOptions
from geo_service.flows.progress_issue import progress_issue
from geo_service.flows.wiring import Workspace
from geo_service.store import areas, cases, supporters
from geo_service.store.keys import Key

HEAD = "id,category,reported_at,closed_at,lon,lat\n"
ROWS = {
    "a": "a,water,2026-09-01T00:00Z,,112.14,32.04\n",
    "b": "b,water,2026-09-01T00:00Z,,112.14,32.04\n",
    "a closed": "a,water,2026-09-01T00:00Z,2026-09-02T00:00Z,112.14,32.04\n",
}


class Town:
    """A workspace into which a file is loaded again and again."""

    def __init__(self, workspace: Workspace, path: Path, now: datetime) -> None:
        self.workspace, self._path, self._now = workspace, path, now
        self._staff = Key("k", Role.STAFF, "", now, None, None)

    def load(self, *rows: str, replace: bool = False) -> None:
        self._path.write_text(HEAD + "".join(ROWS[row] for row in rows))
        load_issues(self.workspace, [self._path], LoadOptions(replace=replace), self._now)

    def move(self, issue_id: str, to: Stage, **more: str) -> None:
        wanted = Wanted(to, **more)  # type: ignore[arg-type]
        progress_issue(self.workspace, self._staff, issue_id, wanted, self._now)

    def case(self, issue_id: str) -> Case:
        with self.workspace.database.reading() as connection:
            (found,) = cases.find_many(connection, [issue_id])
        return found

    def last(self, issue_id: str) -> Move:
        with self.workspace.database.reading() as connection:
            return cases.history(connection, issue_id)[-1]


@pytest.fixture
def town(workspace: Workspace, tmp_path: Path, now: datetime) -> Town:
    with workspace.database.writing() as connection:
        areas.write(connection, [], [Body("top", "街道", Level.STREET_COMMITTEE)])
        areas.write(connection, [], [Body("low", "社区", Level.COMMUNITY, parent_id="top")])
    made = Town(workspace, tmp_path / "issues.csv", now)
    made.load("a", "b")
    return made


def test_a_file_loaded_again_leaves_the_staff_s_work_as_it_is(town: Town) -> None:
    assert (town.case("a").stage, town.case("a").body_id) == (Stage.FILED, "top")
    town.move("a", Stage.DISPATCHED, body_id="low")
    before = town.case("a")
    town.load("a", "b")
    assert town.case("a") == before
    assert town.last("a").by is Mover.STAFF


def test_what_a_file_says_is_closed_ends_and_stays_so(town: Town) -> None:
    town.move("a", Stage.DISPATCHED, body_id="low")
    for _ in range(2):
        town.load("a closed", "b")
        assert (town.case("a").stage, town.last("a").stage) == (Stage.CLOSED, Stage.DISPATCHED)
        assert not town.case("a").issue.still_open
    assert town.last("a").number == 3


def test_an_issue_that_a_file_opens_again_takes_back_what_it_brought_to_another(
    town: Town, now: datetime
) -> None:
    with town.workspace.database.writing() as connection:
        supporters.add(connection, "a", "rider", now)
    town.move("a", Stage.MERGED, merged_into="b")
    with town.workspace.database.reading() as connection:
        assert supporters.of_issue(connection, "b") == ["rider"]
    town.load("a")
    assert town.case("a").stage is Stage.MERGED, "the file says what it has always said"
    town.load("a closed")
    town.load("a")
    assert (town.case("a").stage, town.case("a").merged_into) == (Stage.REOPENED, "")
    with town.workspace.database.reading() as connection:
        assert supporters.of_issue(connection, "b") == []
    assert (town.last("b").other_issue_id, town.last("b").by) == ("a", Mover.SYSTEM)


def test_a_merged_issue_outlives_the_one_that_went_on(town: Town) -> None:
    town.move("a", Stage.MERGED, merged_into="b")
    town.load("a closed", replace=True)
    assert (town.case("a").stage, town.case("a").merged_into) == (Stage.MERGED, "b")
    town.load("a")
    assert town.case("a").stage is Stage.REOPENED
