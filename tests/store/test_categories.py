from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.domain.category import Category, DataType, Question
from geo_service.domain.issue import Issue
from geo_service.errors import RefusedData
from geo_service.store import categories, city, issues
from geo_service.store.database import Database
from geo_service.store.upsert import Written

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
PAIRS = st.lists(st.tuples(WORDS, WORDS), max_size=3).map(tuple)
QUESTIONS = st.builds(
    Question,
    code=WORDS,
    datatype=st.sampled_from(DataType),
    text=WORDS,
    text_en=WORDS,
    required=st.booleans(),
    choices=PAIRS,
    order=st.integers(0, 3),
)
CATEGORIES = st.builds(
    Category,
    category=WORDS,
    name=WORDS,
    name_en=WORDS,
    description=WORDS,
    group=WORDS,
    keywords=st.lists(WORDS, max_size=3).map(tuple),
    duplicate_m=st.none() | st.floats(0.1, 1000),
    questions=st.lists(QUESTIONS, unique_by=lambda one: one.code, max_size=4).map(tuple),
)
DEPTH = Question("depth", DataType.NUMBER, "多深？", order=2)
SINCE = Question("since", DataType.DATETIME, "何时？", order=1)
SEEN = Question(
    "seen", DataType.SINGLE_VALUE_LIST, "?", required=True, choices=(("a", "甲"),), order=2
)
WATER = Category("water", "积水", "Water", "雨后", "道路", ("水", "flood"), 50.0)
LIGHT = Category("light", "路灯")


def issue(issue_id: str, category: str) -> Issue:
    return Issue(issue_id, category, 112.14, 32.04, datetime(2026, 10, 1, tzinfo=UTC))


@settings(deadline=None, max_examples=50)  # each example writes to a disk
@given(records=st.lists(CATEGORIES, unique_by=lambda record: record.category, max_size=8))
def test_categories_come_back_as_they_were_and_ask_in_order(
    shared_database: Database, records: list[Category]
) -> None:
    asked = [
        replace(one, questions=tuple(sorted(one.questions, key=lambda question: question.order)))
        for one in records
    ]
    with shared_database.writing() as connection:
        categories.write(connection, records, replace=True)
    with shared_database.reading() as connection:
        assert categories.read_all(connection) == sorted(asked, key=lambda one: one.category)
        for record in asked:
            assert categories.find(connection, record.category) == record


def test_writing_again_replaces_by_code(database: Database) -> None:
    with database.writing() as connection:
        assert categories.write(connection, [WATER, LIGHT]) == Written(added=2)
        renamed = replace(WATER, name="大水", questions=(DEPTH,))
        assert categories.write(connection, [renamed]) == Written(replaced=1)
        assert categories.read_all(connection) == [LIGHT, renamed]


def test_replace_removes_the_others_but_those_that_issues_name(database: Database) -> None:
    stray = Category("stray", "流浪犬")
    with database.writing() as connection:
        categories.write(connection, [WATER, LIGHT, stray])
        issues.write(connection, [issue("i", "light")])
        assert categories.write(connection, [WATER], replace=True) == Written(0, 1, 1)
        assert categories.read_all(connection) == [LIGHT, WATER]


def test_a_category_that_is_not_there(database: Database) -> None:
    with database.reading() as connection:
        assert categories.find(connection, "none") is None


def test_questions_are_merged_by_code_and_asked_in_order(database: Database) -> None:
    with database.writing() as connection:
        categories.write(connection, [WATER, LIGHT])
        first = [("water", DEPTH), ("water", SINCE)]
        assert categories.write_questions(connection, first) == Written(added=2)
        assert categories.find(connection, "water") == replace(WATER, questions=(SINCE, DEPTH))
        deeper = replace(DEPTH, text="水深？")
        more = [("water", SEEN), ("water", deeper), ("light", SEEN)]
        assert categories.write_questions(connection, more) == Written(added=2, replaced=1)
        # Of equal order the one known first.
        assert categories.read_all(connection) == [
            replace(LIGHT, questions=(SEEN,)),
            replace(WATER, questions=(SINCE, deeper, SEEN)),
        ]


def test_replace_makes_the_questions_given_the_whole_truth(database: Database) -> None:
    with database.writing() as connection:
        known = [replace(WATER, questions=(SINCE, DEPTH)), replace(LIGHT, questions=(SEEN,))]
        categories.write(connection, known)
        given = [("water", DEPTH), ("water", SEEN)]
        assert categories.write_questions(connection, given, replace=True) == Written(1, 1, 2)
        assert categories.read_all(connection) == [
            LIGHT,
            replace(WATER, questions=(DEPTH, SEEN)),
        ]


def test_question_about_an_unknown_category_is_refused_and_nothing_written(
    database: Database,
) -> None:
    with database.writing() as connection:
        categories.write(connection, [WATER])
    with (
        pytest.raises(RefusedData, match=r"no category 'light' to ask about\. Load the categories"),
        database.writing() as connection,
    ):
        categories.write_questions(connection, [("water", DEPTH), ("light", SEEN)])
    with database.reading() as connection:
        assert categories.read_all(connection) == [WATER]


def test_known_questions_are_given_to_categories_told_without(database: Database) -> None:
    with database.writing() as connection:
        categories.write(connection, [replace(WATER, questions=(DEPTH,))])
        renamed = replace(WATER, name="大水")
        assert categories.with_known_questions(connection, [renamed, LIGHT]) == [
            replace(renamed, questions=(DEPTH,)),
            LIGHT,
        ]


def test_missing_ones_are_added_by_their_code_and_others_left_alone(database: Database) -> None:
    with database.writing() as connection:
        categories.write(connection, [WATER])
        assert categories.add_missing(connection, ["water", "坑", "坑", "b"]) == ["b", "坑"]
        assert categories.add_missing(connection, ["b"]) == []
        assert categories.add_missing(connection, []) == []
        assert categories.read_all(connection) == [
            Category("b", "b"),
            WATER,
            Category("坑", "坑"),
        ]


def test_writing_tells_caches(database: Database) -> None:
    with database.writing() as connection:
        before = city.changes(connection)
        categories.write(connection, [WATER])
    with database.writing() as connection:
        assert city.changes(connection) == before + 1
        categories.write_questions(connection, [("water", DEPTH)])
        assert city.changes(connection) == before + 2


def test_issues_are_told_with_their_categories_and_strange_ones_by_code(
    database: Database,
) -> None:
    with database.writing() as connection:
        categories.write(connection, [WATER, LIGHT])
        found = categories.by_code(connection, {WATER.category, "坑"})
        assert found == {WATER.category: WATER, "坑": Category("坑", "坑")}
        assert categories.by_code(connection, set()) == {}
