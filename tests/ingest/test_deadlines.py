from collections.abc import Callable
from pathlib import Path

import pytest

from geo_service.domain.lifecycle import Stage, is_over
from geo_service.errors import MissingColumn
from geo_service.ingest.deadlines import STAGES, read_deadlines

Write = Callable[[str, str | bytes], Path]
HEAD = "category,stage,hours,note\n"


def test_deadlines_of_categories_and_of_all_others(write: Write) -> None:
    text = HEAD + "*,filed,12,示意\n井盖,HANDLING,0.5,\n井盖,filed,1e2,\n"
    batch = read_deadlines(write("d.csv", text))
    assert batch.records == [
        (("*", Stage.FILED), 12.0),
        (("井盖", Stage.HANDLING), 0.5),
        (("井盖", Stage.FILED), 100.0),
    ]
    assert (batch.refusals, batch.warnings) == ((), ())


def test_columns_may_be_named_otherwise(write: Write) -> None:
    path = write("d.csv", "类别,环节,小时\n*,filed,12\n")
    columns = {"category": "类别", "stage": "环节", "hours": "小时"}
    assert dict(read_deadlines(path, columns=columns).records) == {("*", Stage.FILED): 12.0}
    with pytest.raises(MissingColumn, match=r"There is no column 'category', 'stage', 'hours'"):
        read_deadlines(path)


def test_every_stage_that_is_not_over_may_have_one(write: Write) -> None:
    rows = "".join(f"*,{stage},1\n" for stage in Stage)
    batch = read_deadlines(write("d.csv", "category,stage,hours\n" + rows))
    assert [stage for (_, stage), _ in batch.records] == [one for one in Stage if not is_over(one)]
    assert [one.row for one in batch.refusals] == [
        number for number, stage in enumerate(Stage, 1) if is_over(stage)
    ]
    assert batch.refusals[0].reason == (
        "Its stage is 'closed'; write one of collected, filed, dispatched, handling, "
        "reported_back, reopened."
    )
    assert len(STAGES) == 6


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",filed,12,", "It says no category."),
        ("c" * 200 + ",filed,12,", "Its id is longer than 200 characters."),
        ("\u200b,filed,12,", "Its id holds characters that can't be printed."),
        ("*,,12,", "Its stage is ''; write one of collected, filed, "),
        ("*,立案,12,", "Its stage is '立案'; write one of collected, filed, "),
        ("*,filed,,", "Its hours are ''; write a number of more than 0 and up to 87,600."),
        ("*,filed,soon,", "Its hours are 'soon'; "),
        ("*,filed,0,", "Its hours are '0'; "),
        ("*,filed,-1,", "Its hours are '-1'; "),
        ("*,filed,nan,", "Its hours are 'nan'; "),
        ("*,filed,inf,", "Its hours are 'inf'; "),
        ("*,filed,87601,", "Its hours are '87601'; "),
        ("*,filed,1," + "n" * 10_001, "Its note has 10,001 characters; "),
    ],
)
def test_deadline_that_makes_no_sense_is_refused(write: Write, row: str, reason: str) -> None:
    (refusal,) = read_deadlines(write("d.csv", f"{HEAD}{row}\n")).refusals
    assert refusal.reason.startswith(reason)


def test_a_repeated_deadline_is_refused(write: Write) -> None:
    batch = read_deadlines(write("d.csv", HEAD + "*,filed,12,\nwater,filed,1,\n*,Filed,13,\n"))
    assert batch.records == [(("*", Stage.FILED), 12.0), (("water", Stage.FILED), 1.0)]
    assert [(one.row, one.reason) for one in batch.refusals] == [
        (3, "Its id '*/filed' is already that of record 1 in this file.")
    ]
