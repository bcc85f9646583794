"""What can be reported, and what is asked about it, from tables that a person edits."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from geo_service.domain.category import Category, DataType, Question
from geo_service.domain.refusal import Batch
from geo_service.errors import RefusedData
from geo_service.ingest.columns import name_columns
from geo_service.ingest.files.table import read_table
from geo_service.ingest.intake import take_records
from geo_service.ingest.values import (
    category_reason,
    count_of,
    id_reason,
    long_name_reason,
    long_text_reason,
    positive_of,
    shown,
    truth_of,
    words_of,
)

CATEGORY_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "category": "",
        "name": "",
        "name_en": "",
        "description": "",
        "group": "",
        "keywords": "",
        "duplicate_m": "",
        "note": "",
    }
)
QUESTION_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "category": "",
        "code": "",
        "datatype": "",
        "required": "",
        "text": "",
        "text_en": "",
        "choices": "",
        "order": "",
        "note": "",
    }
)
LISTS = frozenset({DataType.SINGLE_VALUE_LIST, DataType.MULTI_VALUE_LIST})
MOST_DUPLICATE_M = 1_000.0
MOST_ORDER = 1_000_000
_CODE = re.compile(r"[\w.-]+")
"""Codes stand in brackets and in addresses when reports are sent."""
_NEXT_CHOICE = re.compile("[;；]")
_NAMES_CHOICE = re.compile("[=＝]")  # noqa: RUF001 - as it is typed in Chinese

Asked: TypeAlias = tuple[str, Question]
"""A category and what is asked about its issues."""


def read_categories(
    path: Path, *, columns: Mapping[str, str] = MappingProxyType({})
) -> Batch[Category]:
    """Read categories, without their questions.

    Parameters
    ----------
    path : Path
        A table with the columns ``category`` (as issues name it) and ``name``, and where they
        are there ``name_en, description, group, keywords, duplicate_m`` (metres); a ``note`` is
        for those who edit it.
    columns : mapping of str to str
        Our name of a column to theirs.

    Raises
    ------
    UnreadableFile
        If the file as a whole can't be read.
    MissingColumn
        If it has no ``category`` or no ``name``.
    WrongUsage
        If ``columns`` make no sense.
    """
    rows = read_table(path)
    found = name_columns(rows, columns, CATEGORY_COLUMNS)
    found.need("category", "name")
    told = found.told()
    ids = [one["category"] for one in told]

    def make(row: int) -> tuple[str, Category]:
        _check_category(told[row])
        return ids[row], _category(told[row])

    return take_records(rows, ids, make, warnings=found.left_out())


def read_questions(
    path: Path,
    *,
    known: Collection[str],
    columns: Mapping[str, str] = MappingProxyType({}),
) -> Batch[Asked]:
    """Read what is asked about issues of each category.

    Parameters
    ----------
    path : Path
        A table with the columns ``category, code, datatype, text``, and where they are there
        ``required`` (no, if blank), ``text_en``, ``choices`` (``key=name;key=name``, of the two
        lists), ``order`` (0, if blank); a ``note`` is for those who edit it.
    known : collection of str
        The categories there are; questions about others are refused.
    columns : mapping of str to str
        Our name of a column to theirs.

    Raises
    ------
    UnreadableFile
        If the file as a whole can't be read.
    MissingColumn
        If a column is missing that is needed.
    WrongUsage
        If ``columns`` make no sense.
    """
    rows = read_table(path)
    found = name_columns(rows, columns, QUESTION_COLUMNS)
    found.need("category", "code", "datatype", "text")
    told = found.told()
    ids = [
        f"{one['category']}/{one['code']}" if one["category"] or one["code"] else "" for one in told
    ]

    def make(row: int) -> tuple[str, Asked]:
        _check_category(told[row])
        category = told[row]["category"]
        if category and category not in known:
            raise RefusedData(
                f"There is no category {shown(category)}; load it first, or correct it."
            )
        return ids[row], (category, _question(told[row]))

    return take_records(rows, ids, make, warnings=found.left_out())


def _check_category(told: Mapping[str, str]) -> None:
    """Refuse a row that is too long, or names no category that can be."""
    reason = long_text_reason(told) or category_reason(told["category"])
    if reason:
        raise RefusedData(reason)


def _category(told: Mapping[str, str]) -> Category:
    reason = long_name_reason({name: told[name] for name in ("name", "name_en", "group")})
    if reason:
        raise RefusedData(reason)
    if not told["name"]:
        raise RefusedData("The category has no name.")
    try:
        duplicate_m = (
            positive_of(told["duplicate_m"], MOST_DUPLICATE_M) if told["duplicate_m"] else None
        )
    except ValueError as problem:
        raise RefusedData(
            f"Its duplicate_m is {shown(told['duplicate_m'])}; write metres, more than 0 and up "
            f"to {MOST_DUPLICATE_M:,.0f}, or leave it blank."
        ) from problem
    return Category(
        category=told["category"],
        name=told["name"],
        name_en=told["name_en"],
        description=told["description"],
        group=told["group"],
        keywords=tuple(dict.fromkeys(words_of(told["keywords"]))),
        duplicate_m=duplicate_m,
    )


def _question(told: Mapping[str, str]) -> Question:
    code = told["code"]
    if not code:
        raise RefusedData("The question has no code.")
    reason = id_reason(code, "code")
    if not reason and not _CODE.fullmatch(code):
        reason = f"Its code is {shown(code)}; write letters, digits, and _ . - only."
    if reason:
        raise RefusedData(reason)
    if not told["text"]:
        raise RefusedData("The question has no text.")
    datatype = _datatype(told["datatype"])
    return Question(
        code=code,
        datatype=datatype,
        text=told["text"],
        text_en=told["text_en"],
        required=_required(told["required"]),
        choices=_choices(told["choices"], datatype),
        order=_order(told["order"]),
    )


def _datatype(text: str) -> DataType:
    try:
        return DataType(text.casefold())
    except ValueError as problem:
        raise RefusedData(
            f"Its datatype is {shown(text)}; write one of {', '.join(DataType)}."
        ) from problem


def _required(text: str) -> bool:
    try:
        return truth_of(text, blank=False)
    except ValueError as problem:
        raise RefusedData(f"Its required is {shown(text)}; write true or false.") from problem


def _order(text: str) -> int:
    try:
        return count_of(text, MOST_ORDER) or 0
    except ValueError as problem:
        raise RefusedData(
            f"Its order is {shown(text)}; write a whole number from 0 to {MOST_ORDER:,}."
        ) from problem


def _choices(text: str, datatype: DataType) -> tuple[tuple[str, str], ...]:
    """Read ``key=name;key=name``; a key alone is its own name."""
    if datatype not in LISTS:
        if text:
            raise RefusedData(f"A {datatype} has no choices; the lists are {_lists()}.")
        return ()
    choices = dict[str, str]()
    for part in filter(None, (part.strip() for part in _NEXT_CHOICE.split(text))):
        key, *named = (word.strip() for word in _NAMES_CHOICE.split(part, maxsplit=1))
        name = named[0] if named else key
        reason = id_reason(key, "choice") or long_name_reason({"choice": name})
        if not reason and not (key and name):
            reason = f"Its choice {shown(part)} has no key or no name."
        if not reason and key in choices:
            reason = f"Two of its choices have the key {shown(key)}."
        if reason:
            raise RefusedData(reason)
        choices[key] = name
    if not choices:
        raise RefusedData(f"A {datatype} needs choices: write key=name;key=name.")
    return tuple(choices.items())


def _lists() -> str:
    return " and ".join(sorted(LISTS))
