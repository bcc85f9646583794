"""What else a source said, in one column or in many."""

import pandas as pd

from geo_service.ingest.columns import Columns, name_columns
from geo_service.ingest.files.rows import rows_of_frame


def columns_of(more: list[object]) -> Columns:
    frame = pd.DataFrame({"id": ["a", "b"], "more": pd.Series(more, dtype=object), "x": ["1", "2"]})
    return name_columns(rows_of_frame(frame, file="f.csv"), {}, {"id": ""})


def test_a_column_of_objects_of_texts_is_taken_at_its_word() -> None:
    columns = columns_of(['{"电话": "1", "x": "9"}', None])
    assert columns.more() == [{"电话": "1", "x": "9"}, {}]
    assert columns.beside_more() == ("f.csv: beside 'more' these are left out: x.",)


def test_a_column_that_holds_anything_else_is_one_among_others() -> None:
    for told in ("{", '{"a": 1}', '["a"]', "{" * 100_000, "rest"):
        columns = columns_of(['{"a": "1"}', told])
        assert columns.more() == [{"more": '{"a": "1"}', "x": "1"}, {"more": told, "x": "2"}]
        assert columns.beside_more() == ()


def test_without_it_all_spare_columns_are_kept() -> None:
    frame = pd.DataFrame({"id": ["a"], "x": ["1"]})
    columns = name_columns(rows_of_frame(frame), {}, {"id": ""})
    assert (columns.more(), columns.beside_more()) == ([{"x": "1"}], ())


def test_alone_it_leaves_nothing_out() -> None:
    frame = pd.DataFrame({"id": ["a"], "more": ["{}"]})
    columns = name_columns(rows_of_frame(frame), {}, {"id": ""})
    assert (columns.more(), columns.beside_more()) == ([{}], ())
