"""What can be reported, in the database, with what is asked about it."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from dataclasses import replace as changed
from typing import Any

from sqlalchemy import Connection, insert, select, update

from geo_service.domain.category import Category, DataType, Question
from geo_service.errors import RefusedData
from geo_service.store import city
from geo_service.store.case_schema import categories
from geo_service.store.change_journal import ISSUES, note_change
from geo_service.store.schema import issues
from geo_service.store.upsert import Found, Written, find_rows, remove, upsert

READ = select(*categories.c)


def write(connection: Connection, records: Sequence[Category], *, replace: bool = False) -> Written:
    """Write categories by their codes; of two with the same code the later one stays.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    records : sequence of Category
        Each with all its questions.
    replace : bool
        Whether categories that are not given are removed. Those that issues name stay, for the
        issues' sake.
    """
    known = {record.category for record in read_all(connection)} if replace else set[str]()
    written = upsert(connection, categories, [_row(record) for record in records])
    named = set(connection.scalars(select(issues.c.category).distinct())) if replace else set()
    gone = known - {record.category for record in records} - named
    remove(connection, categories.c.category, gone)
    # Issues are told with the names of their categories.
    note_change(connection, ISSUES, None)
    return written + Written(removed=len(gone))


def write_questions(
    connection: Connection, asked: Sequence[tuple[str, Question]], *, replace: bool = False
) -> Written:
    """Write questions by category and code; of two with the same ones the later one stays.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    asked : sequence of tuple of str and Question
        Each with the code of the category whose issues it is about.
    replace : bool
        Whether questions that are not given are removed, of all categories.

    Returns
    -------
    Written
        Questions, not categories.

    Raises
    ------
    RefusedData
        If a category is not there.
    """
    given: defaultdict[str, dict[str, Question]] = defaultdict(dict)
    for category, question in asked:
        given[category][question.code] = question
    known = {
        record.category: {question.code: question for question in record.questions}
        for record in read_all(connection)
    }
    strangers = sorted(given.keys() - known.keys())
    if strangers:
        raise RefusedData(
            f"There is no category {strangers[0]!r} to ask about.",
            remedy="Load the categories first, or correct the question's category.",
        )
    written = Written()
    for category, before in known.items():
        told = given[category]
        after = told if replace else before | told
        if told or replace:
            _keep_questions(connection, category, after.values())
        written += Written(
            added=len(told.keys() - before.keys()),
            replaced=len(told.keys() & before.keys()),
            removed=len(before.keys() - after.keys()),
        )
    city.count_change(connection)
    return written


def with_known_questions(connection: Connection, records: Sequence[Category]) -> list[Category]:
    """Return categories told without questions, each with those that are known of it."""
    questions = {record.category: record.questions for record in read_all(connection)}
    return [changed(one, questions=questions.get(one.category, ())) for one in records]


def add_missing(connection: Connection, codes: Iterable[str]) -> list[str]:
    """Add the categories that issues name and that are not there, with their code as name.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    codes : iterable of str
        Categories as issues name them.

    Returns
    -------
    list of str
        The codes added, in order. Whoever writes the issues counts the change.
    """
    wanted = set(codes)
    key = categories.c.category
    known = {row[0] for row in find_rows(connection, select(key), key, wanted)}
    added = sorted(wanted - known)
    if added:
        connection.execute(insert(categories), [_row(Category(code, code)) for code in added])
    return added


def read_all(connection: Connection) -> list[Category]:
    """Return all categories in order of code, each with its questions as they are asked."""
    found = [_category(row) for row in connection.execute(READ)]
    return sorted(found, key=lambda record: record.category)


def by_code(connection: Connection, codes: Collection[str]) -> dict[str, Category]:
    """Return categories by their codes; one that is not there is known by its code alone."""
    rows = find_rows(connection, READ, categories.c.category, codes)
    known = {row[0]: _category(row) for row in rows}
    return {code: known.get(code) or Category(code, code) for code in codes}


def find(connection: Connection, category: str) -> Category | None:
    """Return one category with its questions; None if none has the code."""
    row = connection.execute(READ.where(categories.c.category == category)).one_or_none()
    return None if row is None else _category(row)


def _keep_questions(connection: Connection, category: str, questions: Iterable[Question]) -> None:
    connection.execute(
        update(categories)
        .where(categories.c.category == category)
        .values(questions=_pack_questions(questions))
    )


def _category(row: Found) -> Category:
    category, name, name_en, description, group, keywords, duplicate_m, questions = row
    return Category(
        category=category,
        name=name,
        name_en=name_en,
        description=description,
        group=group,
        keywords=tuple(json.loads(keywords)),
        duplicate_m=duplicate_m,
        questions=tuple(_question(told) for told in json.loads(questions)),
    )


def _row(record: Category) -> dict[str, object]:
    return {
        "category": record.category,
        "name": record.name,
        "name_en": record.name_en,
        "description": record.description,
        "group": record.group,
        "keywords": json.dumps(record.keywords, ensure_ascii=False),
        "duplicate_m": record.duplicate_m,
        "questions": _pack_questions(record.questions),
    }


def _pack_questions(questions: Iterable[Question]) -> str:
    """Write questions in the order in which they are asked."""
    in_order = sorted(questions, key=lambda question: question.order)
    return json.dumps([asdict(question) for question in in_order], ensure_ascii=False)


def _question(told: dict[str, Any]) -> Question:
    choices = tuple((key, name) for key, name in told["choices"])
    return Question(**{**told, "datatype": DataType(told["datatype"]), "choices": choices})
