"""The data dictionary says what the README says.

That it says what is written, is for ``tests/stories/test_tables.py``; of releases for
``tests/web/test_releases.py``, of passes for ``tests/analyst/test_overlay.py``.
"""

from pathlib import Path

import pytest

from geo_service.domain.slots import Per
from geo_service.export.dictionary import (
    FLAG,
    NEVER,
    NUMBER,
    SHAPE,
    TABLES,
    TEXT,
    TIME,
    WHOLE,
    Column,
    Table,
    as_json,
    described,
    table_of,
)

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()


def readme_rows() -> list[str]:
    """Write each column once, with all tables that have it."""
    tables_of: dict[Column, list[str]] = {}
    for table in TABLES:
        for column in table.columns:
            tables_of.setdefault(column, []).append(table.name)
    return [
        f"| `{column.name}` | {', '.join(names)} | {column.type} | {column.unit} "
        f"| {column.meaning} | {'' if column.empty == NEVER else column.empty} |"
        for column, names in tables_of.items()
    ]


def test_the_readme_describes_every_column_and_no_other() -> None:
    chapter = README.split("## Columns")[1].split("\n## ")[0]
    assert [line for line in chapter.splitlines() if line.startswith("| `")] == readme_rows()
    for table in TABLES:
        assert f"**{table.name}**" in chapter, table.name


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_described_once(table: Table) -> None:
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    for column in table.columns:
        assert column.type in (TEXT, WHOLE, NUMBER, FLAG, TIME, SHAPE), column.name
        assert column.meaning.endswith("."), column.name
        assert column.unit or column.type in (TEXT, WHOLE, FLAG), column.name
        assert "|" not in column.meaning


@pytest.mark.parametrize("by", ["issue", "street", "cell"])
def test_a_table_per_slot_has_the_slots_asked_for(by: str) -> None:
    slots = {
        per: [one.name for one in table_of(by, per=per).columns if one.name in ("weekday", "hour")]
        for per in Per
    }
    assert slots == {
        Per.HOUR: ["hour"],
        Per.WEEKDAY: ["weekday"],
        Per.WEEKDAY_HOUR: ["weekday", "hour"],
    }


def test_words_and_json_say_the_same() -> None:
    (told,) = as_json((table_of("street"),))["tables"]
    text = described(table_of("street"))
    assert text.splitlines()[0] == (
        "street (overlay --by street; count_exposure): a row is a street edge that saw a trip or "
        "has an issue, both directions together."
    )
    for line, column in zip(text.splitlines()[1:], told["columns"], strict=True):
        assert line.split()[0] == column["name"]
        assert column["meaning"] in line
        assert column["unit"] in line
        assert ("Empty if" in line) == (column["empty"] != NEVER)
