"""Times in held frames: any spelling of a moment is that moment, anything else is refused."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo_service.errors import RefusedData
from geo_service.ingest.frame_times import as_interval, utc_times

MOMENT = datetime(2026, 10, 1, 4, 0, 0, 250_000, tzinfo=UTC)
SHANGHAI = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    "held",
    [
        pd.Series([MOMENT]),
        pd.Series([MOMENT.astimezone(SHANGHAI)]).dt.as_unit("ms"),
        pd.Series([MOMENT]).dt.as_unit("ns"),
        pd.Series(["2026-10-01T12:00:00.25+08:00"]),
        pd.Series(["2026-10-01T04:00:00.250Z"], dtype="object"),
        pd.Series([MOMENT], dtype="object"),
        pd.Series([MOMENT]).astype("timestamp[us, tz=UTC][pyarrow]"),
        pd.Series(["2026-10-01T04:00:00.25Z"], dtype="string[pyarrow]"),
    ],
)
def test_one_moment_in_any_spelling(held: "pd.Series[Any]") -> None:
    read = utc_times(held, "t", needed=True)
    assert str(read.dtype) == "datetime64[us, UTC]"
    assert read.iloc[0].to_pydatetime() == MOMENT


def test_zones_may_differ_from_row_to_row() -> None:
    read = utc_times(
        pd.Series(["2026-10-01T04:00Z", "2026-10-01T12:00:00+08:00"]), "t", needed=True
    )
    assert read.iloc[0] == read.iloc[1]


@pytest.mark.parametrize(
    "held",
    [
        pd.Series([datetime(2026, 10, 1)]),  # noqa: DTZ001 - that it has no zone is the point
        pd.Series(["2026-10-01T04:00:00"]),
        pd.Series([1_790_000_000]),
        pd.Series([1_790_000_000.5]),
        pd.Series([MOMENT, datetime(2026, 10, 1)], dtype="object"),  # noqa: DTZ001 - as above
    ],
)
def test_times_without_a_zone_are_refused(held: "pd.Series[Any]") -> None:
    with pytest.raises(RefusedData, match=r"t: .* no zone\. .*tz_localize"):
        utc_times(held, "t", needed=True)


def test_text_that_is_no_time_is_shown_with_its_row() -> None:
    with pytest.raises(RefusedData, match=r"Row 1: 'noon' is not a time"):
        utc_times(pd.Series(["2026-10-01T04:00Z", "noon"]), "t", needed=True)


@pytest.mark.parametrize("missing", [pd.NaT, None, np.nan])
def test_missing_time_is_refused_only_where_one_is_needed(missing: object) -> None:
    held = pd.Series([MOMENT, missing], dtype="object")
    with pytest.raises(RefusedData, match=r"Row 1 has no time"):
        utc_times(held, "t", needed=True)
    assert utc_times(held, "t", needed=False).isna().tolist() == [False, True]


@pytest.mark.parametrize("kind", ["object", "float64", "datetime64[ns]", "int64", "str"])
def test_column_without_rows_may_be_of_any_type(kind: str) -> None:
    read = utc_times(pd.Series([], dtype=kind), "t", needed=True)
    assert len(read) == 0
    assert str(read.dtype) == "datetime64[us, UTC]"


@pytest.mark.parametrize("kind", ["object", "float64", "datetime64[ns]"])
def test_column_without_any_time_needs_no_zone(kind: str) -> None:
    held = pd.Series([None, None], dtype="object").astype(kind)
    assert utc_times(held, "closed_at", needed=False).isna().all()


def test_interval_may_be_open_at_its_end() -> None:
    assert as_interval((MOMENT, None), "reopened") == (MOMENT, None)
    assert as_interval(["2026-10-01T12:00:00.25+08:00", MOMENT], "reopened") == (MOMENT, MOMENT)


@pytest.mark.parametrize("pair", [(MOMENT,), (None, MOMENT), ("2026-10-01T12:00", None)])
def test_interval_that_is_none_is_refused(pair: tuple[object, ...]) -> None:
    with pytest.raises(RefusedData, match="reopened"):
        as_interval(pair, "reopened")
