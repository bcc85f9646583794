"""Categories, questions, deadlines and offers: all or nothing, by id, or the whole truth."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geo_service.domain.category import Category, DataType, Question
from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.offer import Offer
from geo_service.errors import MissingColumn, RefusedRecords
from geo_service.flows.load_tables import (
    load_categories,
    load_deadlines,
    load_offers,
    load_questions,
)
from geo_service.flows.loading import LoadOptions, LoadReport
from geo_service.flows.wiring import Workspace
from geo_service.store import categories, deadlines, facilities, issues, offers

Load = Callable[..., LoadReport]
DEPTH = Question("depth", DataType.NUMBER, "多深？")
WATER = Category("water", "积水", questions=(DEPTH,))
GOOD = {
    load_categories: ("category,name\nwater,积水\n", "category,name\nbad,\n"),
    load_questions: (
        "category,code,datatype,text\nwater,depth,number,多深？\n",
        "category,code,datatype,text\nbad,depth,number,多深？\n",
    ),
    load_deadlines: ("category,stage,hours\n*,filed,12\n", "category,stage,hours\nbad,shut,1\n"),
    load_offers: ("offer_id,name,points\nmeal,热饭,30\n", "offer_id,name,points\nbad,x,-1\n"),
}
LOADS = pytest.mark.parametrize("load", GOOD, ids=lambda load: load.__name__)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def _write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8-sig")
        return path

    return _write


@pytest.fixture
def asked(empty: Workspace) -> Workspace:
    """Return a workspace that knows one category, about which one thing is asked."""
    with empty.database.writing() as connection:
        categories.write(connection, [WATER])
    return empty


def kept(workspace: Workspace) -> tuple[object, ...]:
    with workspace.database.reading() as connection:
        return (
            categories.read_all(connection),
            deadlines.read(connection),
            offers.read_all(connection),
        )


@LOADS
def test_loading_twice_changes_nothing(
    asked: Workspace, write: Callable[[str, str], Path], now: datetime, load: Load
) -> None:
    path = write("t.csv", GOOD[load][0])
    load(asked, [path], LoadOptions(), now)
    before = kept(asked)
    report = load(asked, [path], LoadOptions(), now)
    assert (report.read, report.loaded, report.replaced, report.removed) == (1, 1, 1, 0)
    assert kept(asked) == before
    assert report.what == load.__name__.removeprefix("load_")


@LOADS
def test_one_bad_record_refuses_all_unless_it_is_skipped(
    asked: Workspace, write: Callable[[str, str], Path], now: datetime, load: Load
) -> None:
    good, bad = GOOD[load]
    paths = [write("good.csv", good.replace("water,积水", "water,大水")), write("bad.csv", bad)]
    before = kept(asked)
    with pytest.raises(RefusedRecords, match=r"bad\.csv, record 1 \(bad"):
        load(asked, paths, LoadOptions(), now)
    assert kept(asked) == before
    report = load(asked, paths, LoadOptions(skip_refused=True), now)
    assert (report.read, report.loaded, report.refused) == (2, 1, 1)
    assert report.refused_list is not None
    assert report.refused_list.name.startswith(report.what)
    assert "bad" in report.refused_list.read_text(encoding="utf-8-sig")


@LOADS
def test_whole_truth_of_which_all_is_refused_leaves_what_there_is(
    asked: Workspace, write: Callable[[str, str], Path], now: datetime, load: Load
) -> None:
    load(asked, [write("good.csv", GOOD[load][0])], LoadOptions(), now)
    before = kept(asked)
    options = LoadOptions(skip_refused=True, replace=True)
    with pytest.raises(RefusedRecords, match="--replace would leave none"):
        load(asked, [write("bad.csv", GOOD[load][1])], options, now)
    assert kept(asked) == before


@LOADS
def test_a_table_of_something_else_is_refused(
    asked: Workspace, write: Callable[[str, str], Path], now: datetime, load: Load
) -> None:
    with pytest.raises(MissingColumn, match=r"--columns "):
        load(asked, [write("t.csv", "colour\nred\n")], LoadOptions(), now)


def test_categories_keep_their_questions_and_those_of_issues_stay(
    asked: Workspace, write: Callable[[str, str], Path], now: datetime
) -> None:
    issue = Issue("i", "light", 112.14, 32.04, datetime(2026, 10, 1, tzinfo=UTC))
    with asked.database.writing() as connection:
        categories.write(connection, [Category("light", "路灯"), Category("stray", "流浪犬")])
        issues.write(connection, [issue])
    path = write("c.csv", "编号,name\nwater,大水\n")
    options = LoadOptions(columns={"category": "编号"}, replace=True)
    report = load_categories(asked, [path], options, now)
    assert (report.loaded, report.replaced, report.removed) == (1, 1, 1)
    with asked.database.reading() as connection:
        assert categories.read_all(connection) == [
            Category("light", "路灯"),
            replace(WATER, name="大水"),
        ]


def test_questions_are_added_to_those_known_or_replace_them(
    asked: Workspace, write: Callable[[str, str], Path], now: datetime
) -> None:
    path = write("q.csv", "category,code,datatype,text,order\nwater,since,datetime,何时？,0\n")
    since = Question("since", DataType.DATETIME, "何时？")
    assert load_questions(asked, [path], LoadOptions(), now).replaced == 0
    with asked.database.reading() as connection:
        assert categories.read_all(connection) == [replace(WATER, questions=(DEPTH, since))]
    assert load_questions(asked, [path], LoadOptions(replace=True), now).removed == 1
    with asked.database.reading() as connection:
        assert categories.read_all(connection) == [replace(WATER, questions=(since,))]


def test_of_two_files_the_later_wins(
    empty: Workspace, write: Callable[[str, str], Path], now: datetime
) -> None:
    first = write("a.csv", "category,stage,hours\n*,filed,12\n*,handling,48\n")
    later = write("b.csv", "category,stage,hours\n*,filed,6\n")
    load_deadlines(empty, [first, later], LoadOptions(), now)
    with empty.database.reading() as connection:
        known = {("*", Stage.FILED): 6.0, ("*", Stage.HANDLING): 48.0}
        assert deadlines.read(connection) == known
    assert load_deadlines(empty, [later], LoadOptions(replace=True), now).removed == 1


def test_deadlines_of_categories_that_are_not_known_are_told(
    asked: Workspace, write: Callable[[str, str], Path], now: datetime
) -> None:
    rows = "".join(f"{name},filed,1\n" for name in ("*", "water", *"gfedcb"))
    path = write("d.csv", "category,stage,hours\n" + rows)
    report = load_deadlines(asked, [path], LoadOptions(), now)
    assert report.loaded == 8
    assert report.warnings == (
        "Deadlines name categories that are not known: b, c, d, e, f and others.",
    )


def test_offers_of_facilities_that_are_not_known_are_told(
    empty: Workspace, write: Callable[[str, str], Path], now: datetime
) -> None:
    with empty.database.writing() as connection:
        facilities.write(connection, [Facility("s-1", "rest_station", 112.14, 32.04)])
    text = "offer_id,name,points,facility_id,until\na,甲,1,s-1,\nb,乙,2,,\nc,丙,3,s-2,2027-05-01\n"
    options = LoadOptions(time_zone="Asia/Shanghai")
    report = load_offers(empty, [write("o.csv", text)], options, now)
    assert report.warnings == ("Offers name facilities that are not known: s-2.",)
    until = datetime(2027, 4, 30, 16, tzinfo=UTC)
    with empty.database.reading() as connection:
        assert offers.read_all(connection) == [
            Offer("a", "甲", "", "", "s-1", 1),
            Offer("b", "乙", "", "", "", 2),
            Offer("c", "丙", "", "", "s-2", 3, until=until),
        ]
