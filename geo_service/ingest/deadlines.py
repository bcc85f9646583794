"""How long each stage of an issue may take, from a table that a person edits."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from geo_service.domain.category import ANY_CATEGORY
from geo_service.domain.lifecycle import OPEN, Stage
from geo_service.domain.refusal import Batch
from geo_service.errors import RefusedData
from geo_service.ingest.columns import name_columns
from geo_service.ingest.files.table import read_table
from geo_service.ingest.intake import take_records
from geo_service.ingest.values import category_reason, long_text_reason, positive_of, shown

COLUMNS: Mapping[str, str] = MappingProxyType(
    {"category": "", "stage": "", "hours": "", "note": ""}
)
STAGES = tuple(stage for stage in Stage if stage in OPEN)
"""The stages in which something is still to be done."""
MOST_HOURS = 87_600.0
"""Ten years."""

Deadline: TypeAlias = tuple[tuple[str, Stage], float]
"""A category (``*`` for all others) and a stage, and the hours it may take."""


def read_deadlines(
    path: Path, *, columns: Mapping[str, str] = MappingProxyType({})
) -> Batch[Deadline]:
    """Read how many hours issues of a category may stay in a stage.

    Parameters
    ----------
    path : Path
        A table with the columns ``category`` (``*`` for all that have no line), ``stage`` and
        ``hours``; a ``note`` is for those who edit it.
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
    found = name_columns(rows, columns, COLUMNS)
    found.need("category", "stage", "hours")
    told = found.told()
    ids = [
        f"{one['category']}/{one['stage'].casefold()}" if one["category"] or one["stage"] else ""
        for one in told
    ]

    def make(row: int) -> tuple[str, Deadline]:
        return ids[row], _deadline(told[row])

    return take_records(rows, ids, make, warnings=found.left_out())


def _deadline(told: Mapping[str, str]) -> Deadline:
    reason = long_text_reason(told)
    if not reason and told["category"] != ANY_CATEGORY:
        reason = category_reason(told["category"])
    if reason:
        raise RefusedData(reason)
    stage = told["stage"].casefold()
    if stage not in STAGES:
        raise RefusedData(f"Its stage is {shown(told['stage'])}; write one of {', '.join(STAGES)}.")
    try:
        hours = positive_of(told["hours"], MOST_HOURS)
    except ValueError as problem:
        raise RefusedData(
            f"Its hours are {shown(told['hours'])}; write a number of more than 0 and up to "
            f"{MOST_HOURS:,.0f}."
        ) from problem
    return (told["category"], Stage(stage)), hours
