import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from geo_service.domain.category import Category, DataType, Question
from geo_service.domain.report import Report, check_report
from geo_service.errors import RefusedFields

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
DEPTHS = (("ankle", "脚踝"), ("knee", "膝盖"))
WATER = Category(
    "standing_water",
    "积水",
    questions=(
        Question("depth", DataType.SINGLE_VALUE_LIST, "多深？", required=True, choices=DEPTHS),
        Question("who", DataType.MULTI_VALUE_LIST, "谁受影响？", choices=DEPTHS),
        Question("width", DataType.NUMBER, "多宽？"),
        Question("since", DataType.DATETIME, "何时开始？"),
        Question("more", DataType.TEXT, "还有？"),
    ),
)
GOOD = Report("standing_water", 112.14, 32.04, "积水", answers={"depth": ("knee",)})


def faults(report: Report) -> dict[str, str]:
    with pytest.raises(RefusedFields) as refused:
        check_report(report, WATER, NOW, 300.0)
    return refused.value.faults


def test_a_whole_report_is_taken() -> None:
    full = {
        "depth": ("ankle",),
        "who": ("ankle", "knee"),
        "width": ("2.5",),
        "since": ("2026-11-18T08:00:00+08:00",),
        "more": ("line\nline",),
    }
    check_report(GOOD, WATER, NOW, 300.0)
    check_report(replace(GOOD, answers=full, seen_at=NOW), WATER, NOW, 300.0)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("lat", {"lat": math.nan}),
        ("lat", {"lat": 90.1}),
        ("lat", {"lat": -math.inf}),
        ("long", {"lon": 180.1}),
        ("long", {"lon": math.nan}),
        ("description", {"description": "x" * 4001}),
        ("description", {"description": "\x00"}),
        ("description", {"description": "\ud800"}),
        ("address_string", {"address": "a\nb"}),
        ("requested_datetime", {"seen_at": NOW + timedelta(minutes=6)}),
        ("requested_datetime", {"seen_at": NOW - timedelta(days=91)}),
        ("attribute[depth]", {"answers": {}}),
        ("attribute[depth]", {"answers": {"depth": ("  ",)}}),
        ("attribute[depth]", {"answers": {"depth": ("hip",)}}),
        ("attribute[depth]", {"answers": {"depth": ("ankle", "knee")}}),
        ("attribute[who]", {"answers": {"depth": ("knee",), "who": ("ankle", "hip")}}),
        ("attribute[width]", {"answers": {"depth": ("knee",), "width": ("wide",)}}),
        ("attribute[width]", {"answers": {"depth": ("knee",), "width": ("NaN",)}}),
        ("attribute[since]", {"answers": {"depth": ("knee",), "since": ("2026-11-18T08:00",)}}),
        ("attribute[since]", {"answers": {"depth": ("knee",), "since": ("yesterday",)}}),
        ("attribute[more]", {"answers": {"depth": ("knee",), "more": ("x" * 1001,)}}),
        ("attribute[odd]", {"answers": {"depth": ("knee",), "odd": ("x",)}}),
    ],
)
def test_what_is_wrong_is_named(field: str, change: dict[str, object]) -> None:
    found = faults(replace(GOOD, **change))  # type: ignore[arg-type]
    assert list(found) == [field]
    assert found[field].endswith(".")


def test_all_faults_are_told_at_once_and_nothing_sent_is_repeated() -> None:
    wrong = replace(GOOD, lat=math.nan, description="secret\x00", answers={"depth": ("secret",)})
    found = faults(wrong)
    assert set(found) == {"lat", "description", "attribute[depth]"}
    assert "secret" not in " ".join(found.values())


def test_swapped_latitude_and_longitude_are_guessed() -> None:
    assert "swapped" in faults(replace(GOOD, lon=32.04, lat=112.14))["lat"]


def test_clocks_may_differ_a_little_and_three_months_are_not_too_long() -> None:
    for beside in (timedelta(minutes=4), timedelta(minutes=5), timedelta(days=-90)):
        check_report(replace(GOOD, seen_at=NOW + beside), WATER, NOW, 300.0)
