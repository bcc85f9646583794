"""Files hold what the workspace holds, and can be loaded again."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import shapely

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.case import Case
from geo_service.domain.facility import Facility, Service, State
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.opening import Calendar
from geo_service.errors import WrongUsage
from geo_service.flows.collections.catalogue import COLLECTIONS
from geo_service.flows.collections.collection import PUBLIC, TRUSTED
from geo_service.flows.export_collection import export_collection
from geo_service.flows.load_areas import load_areas
from geo_service.flows.load_facilities import load_facilities
from geo_service.flows.load_issues import load_issues
from geo_service.flows.loading import LoadOptions
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace
from geo_service.settings import Settings
from geo_service.store import areas, cases, categories, facilities, issues

DAY = timedelta(days=1)
ENDINGS = (".geojson", ".csv", ".gpkg", ".parquet")


@pytest.fixture
def other(tmp_path: Path) -> Callable[[], Workspace]:
    """Return what opens another workspace with nothing in it."""

    def opened() -> Workspace:
        settings = Settings(workspace=tmp_path / "o", rider_key_file=tmp_path / "keys" / "o.key")
        return start_workspace(settings, Calendar())

    return opened


def facilities_of(now: datetime) -> list[Facility]:
    state = State(now - DAY + timedelta(microseconds=1), 1, 0, None, out_of_order=True)
    full = Facility(
        "a/站 1", "charging_cabinet", 112.14000000000001, 32.04, "柜 “一”, \"two\"\n'3'", "One",
        "o", "长街 1", "Mo-Fr 08:00-18:00", frozenset({"water", "seat"}),
        frozenset({Service.SWAP}), state, {"电话": "0710", "note": "a;b"},
    )  # fmt: skip
    return [
        full,
        replace(full, facility_id="b", state=State(now), more={}),
        Facility("c", "water_point", -180.0, 0.1 + 0.2),
    ]


def issues_of(now: datetime) -> list[Issue]:
    begun = now - 9 * DAY + timedelta(microseconds=250)
    full = Issue(
        "a", "water", 112.14, 32.04, begun, description='积水, "deep"\nvery',
        confirmed_at=now - DAY, more={"depth": "3"},
    )  # fmt: skip
    return [
        full,
        replace(full, issue_id="hidden", approved=False),
        replace(full, issue_id="over", closed_at=begun + DAY, more={}, description=""),
        replace(full, issue_id="again", closed_at=now - 5 * DAY,
                reopened=((now - 4 * DAY, now - 3 * DAY), (now - 2 * DAY, None))),
        replace(full, issue_id="over again", closed_at=now - 5 * DAY,
                reopened=((now - 4 * DAY, now - 3 * DAY),), more={"x": "y"}),
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
def test_facilities_can_be_loaded_again(
    empty: Workspace, other: Callable, tmp_path: Path, now: datetime, ending: str
) -> None:
    known, path = facilities_of(now), tmp_path / f"f{ending}"
    with empty.database.writing() as connection:
        facilities.write(connection, known)
    assert export_collection(empty, COLLECTIONS["facilities"], TRUSTED, path) == 3
    with other() as fresh:
        report = load_facilities(fresh, [path], LoadOptions(), now)
        assert (report.loaded, report.refused) == (3, 0)
        with fresh.database.reading() as connection:
            assert facilities.read_all(connection) == known


@pytest.mark.parametrize("ending", ENDINGS)
def test_issues_can_be_loaded_again(
    empty: Workspace, other: Callable, tmp_path: Path, now: datetime, ending: str
) -> None:
    known, path = issues_of(now), tmp_path / f"i{ending}"
    with empty.database.writing() as connection:
        issues.write(connection, known)
        categories.add_missing(connection, ["water"])
        cases.add(
            connection,
            [Case(one, Stage.FILED if one.still_open else Stage.CLOSED, "u", now) for one in known],
        )
    assert export_collection(empty, COLLECTIONS["issues"], TRUSTED, path) == len(known)
    with other() as fresh:
        report = load_issues(fresh, [path], LoadOptions(), now)
        assert (report.loaded, report.refused) == (len(known), 0)
        (said,) = report.warnings
        assert "beside 'more' these are left out: " in said
        assert "category_name, category_name_en, stage, updated_at, unit" in said
        with fresh.database.reading() as connection:
            told = {one.issue_id: one for one in issues.read_all(connection)}
    assert told == {one.issue_id: one for one in known}


@pytest.mark.parametrize("ending", ENDINGS)
def test_areas_can_be_loaded_again_where_their_bodies_are_known(
    empty: Workspace, other: Callable, tmp_path: Path, now: datetime, ending: str
) -> None:
    body = Body("b", "社区", Level.COMMUNITY)
    square = shapely.box(112.1, 32, 112.2, 1 / 3 + 32)
    parts = shapely.MultiPolygon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)])
    known = [
        Area("a", "片区 “一”", "b", square.wkb, "One", {"people": "9"}),
        Area("c", "", "b", parts.wkb),
    ]
    path = tmp_path / f"a{ending}"
    with empty.database.writing() as connection:
        areas.write(connection, known, [body])
    assert export_collection(empty, COLLECTIONS["areas"], TRUSTED, path) == 2
    with other() as fresh:
        with fresh.database.writing() as connection:
            areas.write(connection, [], [body])
        report = load_areas(fresh, [path], LoadOptions(), now)
        assert (report.loaded, report.refused) == (2, 0)
        with fresh.database.reading() as connection:
            found = areas.read_areas(connection)
    assert [replace(one, wkb=b"") for one in found] == [replace(one, wkb=b"") for one in known]
    for one, other_one in zip(found, known, strict=True):
        assert shapely.equals(shapely.from_wkb(one.wkb), shapely.from_wkb(other_one.wkb))


def test_the_public_file_holds_what_everybody_may_see(
    empty: Workspace, tmp_path: Path, now: datetime
) -> None:
    known, path = issues_of(now), tmp_path / "i.geojson"
    with empty.database.writing() as connection:
        issues.write(connection, known)
        cases.add(connection, [Case(one, Stage.FILED, "u", now) for one in known])
    assert export_collection(empty, COLLECTIONS["issues"], PUBLIC, path) == len(known) - 1
    told = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert "hidden" not in [one["id"] for one in told]
    assert {one["properties"]["more"] for one in told} == {None}


def test_what_can_not_be_written_leaves_the_file_that_was_there(
    empty: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "a.gpx"
    path.write_text("before")
    with pytest.raises(WrongUsage, match="polygons"):
        export_collection(empty, COLLECTIONS["areas"], PUBLIC, path)
    with pytest.raises(WrongUsage, match=r"\.fgb"):
        export_collection(empty, COLLECTIONS["areas"], PUBLIC, tmp_path / "a.shp")
    assert {one.name: one.read_text() for one in tmp_path.glob("a*")} == {"a.gpx": "before"}
