import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from shapely.geometry import box, mapping

from geo_service.domain.case import Case
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.errors import RefusedData
from geo_service.flows.load_areas import load_areas
from geo_service.flows.loading import LoadOptions, LoadReport
from geo_service.flows.look_after_cases import pass_on_overdue
from geo_service.flows.wiring import Workspace
from geo_service.store import cases, city, deadlines, issues

CHAIN = [("top", ""), ("mid", "top"), ("low", "mid"), ("other", "top")]
WEST, EAST = (112.13, 32.03, 112.145, 32.05), (112.145, 32.03, 112.16, 32.05)


class City:
    """A workspace to load areas into, and to open cases in."""

    def __init__(self, workspace: Workspace, folder: Path, now: datetime) -> None:
        self.workspace = workspace
        self.now = now
        self._file = folder / "areas.geojson"

    def load(
        self,
        bodies: list[tuple[str, str]],
        *areas: tuple[str, str, tuple[float, ...]],
        replace: bool = False,
    ) -> LoadReport:
        shapes = [
            {"id": area_id, "name": area_id, "body_id": body_id, "shape": mapping(box(*corners))}
            for area_id, body_id, corners in areas
        ]
        told = [
            {"record": "body", "id": body_id, "name": body_id, "level": "community"}
            | {"parent_id": parent}
            for body_id, parent in bodies
        ]
        features = [
            {"type": "Feature", "geometry": record.pop("shape", None), "properties": record}
            for record in [*told, *shapes]
        ]
        self._file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        options = LoadOptions(replace=replace)
        return load_areas(self.workspace, [self._file], options, self.now)

    def open(self, issue_id: str, lon: float, stage: Stage, **more: object) -> None:
        issue = Issue(issue_id, "fire", lon, 32.04, self.now)
        if stage is Stage.CLOSED:
            issue = Issue(issue_id, "fire", lon, 32.04, self.now, self.now)
        case = Case(issue, stage, "49SFR076454", self.now, **more)  # type: ignore[arg-type]
        with self.workspace.database.writing() as connection:
            issues.write(connection, [issue])
            cases.add(connection, [case])

    def case(self, issue_id: str) -> Case:
        with self.workspace.database.reading() as connection:
            found = cases.find(connection, issue_id)
        assert found is not None
        return found

    def notes(self, issue_id: str) -> list[tuple[Stage, Stage, str, Mover]]:
        with self.workspace.database.reading() as connection:
            moves = cases.history(connection, issue_id)
        return [(move.stage, move.to, move.body_id, move.by) for move in moves]


@pytest.fixture
def town(workspace: Workspace, tmp_path: Path, now: datetime) -> City:
    with workspace.database.writing() as connection:
        deadlines.write(connection, {("*", Stage.DISPATCHED): 4.0, ("*", Stage.FILED): 2.0})
    return City(workspace, tmp_path, now)


def test_what_is_overdue_goes_up_to_the_top_and_stays_there(town: City) -> None:
    town.load(CHAIN, ("west", "low", WEST))
    due = town.now + timedelta(hours=4)
    town.open("i", 112.14, Stage.DISPATCHED, area_id="west", body_id="low", due_at=due)
    seen = []
    for hours in (3, 5, 6, 10, 20):
        passed = pass_on_overdue(town.workspace, town.now + timedelta(hours=hours))
        case = town.case("i")
        seen.append((passed, case.body_id, case.escalations))
    assert seen == [(0, "low", 0), (1, "mid", 1), (0, "mid", 1), (1, "top", 2), (0, "top", 2)]
    assert town.case("i").due_at == town.now + timedelta(hours=14)
    assert town.notes("i") == [
        (Stage.DISPATCHED, Stage.DISPATCHED, "mid", Mover.SYSTEM),
        (Stage.DISPATCHED, Stage.DISPATCHED, "top", Mover.SYSTEM),
    ]


def test_where_nothing_goes_up_nothing_is_written(town: City) -> None:
    town.load(CHAIN, ("west", "low", WEST))
    late = {"due_at": town.now - timedelta(hours=1)}
    town.open("top", 112.14, Stage.DISPATCHED, body_id="top", **late)
    town.open("over", 112.14, Stage.CLOSED, body_id="low", **late)
    with town.workspace.database.reading() as connection:
        before = city.changes(connection)
    assert pass_on_overdue(town.workspace, town.now) == 0
    with town.workspace.database.reading() as connection:
        assert city.changes(connection) == before


def test_open_issues_follow_their_areas_and_closed_ones_stay(town: City) -> None:
    town.load(CHAIN, ("west", "low", WEST), ("east", "low", EAST))
    here = {"area_id": "west", "body_id": "low"}
    town.open("handled", 112.14, Stage.HANDLING, **here)
    town.open("filed", 112.14, Stage.FILED, **here)
    town.open("closed", 112.14, Stage.CLOSED, **here)
    town.open("neighbour", 112.15, Stage.HANDLING, area_id="east", body_id="low")
    told = town.load(CHAIN, ("west", "other", WEST))
    assert told.warnings == ("2 open issues are now answered for by other bodies.",)
    handled, filed = town.case("handled"), town.case("filed")
    assert (handled.stage, handled.body_id) == (Stage.DISPATCHED, "other")
    assert handled.due_at == town.now + timedelta(hours=4)
    assert (filed.stage, filed.body_id) == (Stage.FILED, "other")
    assert filed.due_at == town.now + timedelta(hours=2)
    assert town.notes("handled") == [(Stage.HANDLING, Stage.DISPATCHED, "other", Mover.SYSTEM)]
    assert town.notes("filed") == [(Stage.FILED, Stage.FILED, "other", Mover.SYSTEM)]
    assert (town.case("closed").body_id, town.notes("closed")) == ("low", [])
    assert (town.case("neighbour").body_id, town.notes("neighbour")) == ("low", [])
    assert town.load(CHAIN, ("west", "other", WEST)).warnings == ()
    assert len(town.notes("handled")) == 1


def test_the_first_areas_find_the_issues_that_are_there(town: City) -> None:
    town.open("inside", 112.14, Stage.FILED)
    town.open("outside", 112.17, Stage.FILED)
    told = town.load(CHAIN, ("west", "low", WEST))
    assert told.warnings == ("2 open issues are now answered for by other bodies.",)
    inside, outside = town.case("inside"), town.case("outside")
    assert (inside.area_id, inside.body_id) == ("west", "low")
    assert (outside.area_id, outside.body_id) == ("", "top")


def test_what_was_given_to_a_body_by_hand_stays_until_that_body_is_gone(town: City) -> None:
    town.load(CHAIN, ("west", "low", WEST))
    town.open("i", 112.14, Stage.DISPATCHED, area_id="west", body_id="other")
    assert town.load(CHAIN, ("west", "low", WEST)).warnings == ()
    told = town.load(CHAIN[:3], ("west", "low", WEST), replace=True)
    assert told.warnings == ("1 open issue is now answered for by other bodies.",)
    assert town.case("i").body_id == "low"


def test_areas_of_another_name_and_the_same_bodies_are_noted_and_not_counted(town: City) -> None:
    town.load(CHAIN, ("west", "low", WEST))
    town.open("i", 112.14, Stage.HANDLING, area_id="west", body_id="low")
    assert town.load(CHAIN, ("new", "low", WEST), replace=True).warnings == ()
    case = town.case("i")
    assert (case.stage, case.area_id, case.body_id) == (Stage.HANDLING, "new", "low")
    assert town.notes("i") == [(Stage.HANDLING, Stage.HANDLING, "low", Mover.SYSTEM)]


def test_refused_areas_move_nothing(town: City) -> None:
    town.load(CHAIN, ("west", "low", WEST))
    town.open("i", 112.14, Stage.HANDLING, area_id="west", body_id="low")
    with pytest.raises(RefusedData, match="stand above themselves"):
        town.load([("top", "low")], ("west", "other", WEST))
    assert (town.case("i").body_id, town.notes("i")) == ("low", [])
