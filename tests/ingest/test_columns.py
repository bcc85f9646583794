import numpy as np
import pandas as pd
import pytest

from geo_service.errors import MissingColumn, WrongUsage
from geo_service.ingest.columns import name_columns, text_of
from geo_service.ingest.files.rows import Rows

OURS = {"id": "issue_id", "lon": "", "lat": ""}


@pytest.fixture
def rows() -> Rows:
    return Rows(pd.DataFrame({"issue_id": [1], "X": ["5"], "lat": [" 6 "], "z": [None]}), file="f")


def test_names_are_ours_then_the_other_name_then_the_users(rows: Rows) -> None:
    columns = name_columns(rows, {"lon": "X"}, OURS)
    assert columns.theirs == {"id": "issue_id", "lon": "X", "lat": "lat"}
    assert columns.texts("id") == ["1"]
    assert columns.texts("lat") == ["6"]
    assert columns.spare == ("z",)
    assert columns.more() == [{}]
    assert columns.told() == [{"id": "1", "lon": "5", "lat": "6"}]
    assert name_columns(rows, {}, OURS).told() == [{"id": "1", "lon": "", "lat": "6"}]


def test_one_of_their_columns_may_be_two_of_ours(rows: Rows) -> None:
    columns = name_columns(rows, {"lon": "X", "id": "X"}, OURS)
    assert columns.texts("id") == columns.texts("lon") == ["5"]
    assert columns.more() == [{"issue_id": "1"}]


def test_spare_columns_are_warned_of_where_they_are_not_kept(rows: Rows) -> None:
    columns = name_columns(rows, {}, OURS)
    assert columns.left_out() == ("f: not known here and left out: X, z. Known are: id, lon, lat.",)
    whole = Rows(pd.DataFrame({"id": ["a"], "": [None]}), file="f")
    assert name_columns(whole, {}, OURS).left_out() == ()


def test_a_column_of_ours_that_is_none_is_wrong_usage(rows: Rows) -> None:
    with pytest.raises(WrongUsage) as error:
        name_columns(rows, {"longitude": "X"}, OURS)
    assert str(error.value) == (
        "--columns longitude=X: There is no column 'longitude' to fill. Ours are: id, lon, lat; "
        "write ours=theirs."
    )


def test_a_column_of_theirs_that_is_not_there_is_missing(rows: Rows) -> None:
    with pytest.raises(MissingColumn) as error:
        name_columns(rows, {"lon": "longitude"}, OURS)
    assert str(error.value) == (
        "f: There is no column 'longitude'. There are: issue_id, X, lat, z. Say which is meant "
        "with --columns lon=X."
    )


def test_a_column_that_is_needed_is_missing(rows: Rows) -> None:
    columns = name_columns(rows, {}, OURS)
    with pytest.raises(MissingColumn, match=r"no column 'lon'.*--columns lon=X\.$"):
        columns.need("id", "lon")
    with pytest.raises(MissingColumn, match=r"--columns lon=X\.$"):
        columns.needed("lon")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        (12.0, "12"),
        (np.float32(0.5), "0.5"),
        (1e300, "1e+300"),
        (1399392858620000523, "1399392858620000523"),
        (True, "true"),
        (np.False_, "false"),
        ("  x ", "x"),
        (["空调", 1], '["空调", 1]'),
        (np.array([1, 2]), "[1, 2]"),
    ],
)
def test_what_a_cell_says(value: object, text: str) -> None:
    assert text_of(value) == text
