from datetime import UTC, datetime
from typing import Annotated

import pytest
from pydantic import Field

from geo_service.web.parameters import (
    MOST_FAULTS,
    MOST_PAIRS,
    Box,
    Flag,
    Moment,
    Number,
    Parameters,
    Slugs,
    WholeNumber,
    describe_parameters,
    read_parameters,
    read_query,
)
from geo_service.web.problems import WrongParameters


class Sample(Parameters):
    """Of no door."""

    size: Annotated[Number, Field(gt=0, description="How large.")]
    since: Moment | None = None
    box: Box | None = None
    kind: Slugs = frozenset()
    really: Flag = False


def faults(*pairs: tuple[str, str]) -> dict[str, str]:
    with pytest.raises(WrongParameters) as refused:
        read_parameters(Sample, [("size", "1"), *pairs])
    return {fault.field: fault.detail for fault in refused.value.faults}


def test_moments_are_brought_to_utc() -> None:
    read = read_parameters(Sample, [("size", "1"), ("since", "2026-11-18T10:00:00+08:00")])
    assert read.since == datetime(2026, 11, 18, 2, tzinfo=UTC)
    assert read.since is not None
    assert read.since.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["2026-11-18", "2026-11-18T10:00", "1969-12-31T00:00Z", "2300-01-01T00:00Z", "0"]
)
def test_moments_need_a_zone_and_a_year_one_can_mean(text: str) -> None:
    assert set(faults(("since", text))) == {"since"}


def test_moment_without_a_zone_is_told_how_to_write_it() -> None:
    assert "+08:00" in faults(("since", "2026-11-18T10:00:00"))["since"]


@pytest.mark.parametrize("text", ["T10:00 08:00", "T10:00:00 08:00", "T10:00:00.5 0800"])
def test_plus_of_a_zone_may_have_become_a_blank(text: str) -> None:
    read = read_parameters(Sample, [("size", "1"), ("since", f"2026-11-18{text}")])
    assert read.since is not None
    assert read.since.replace(microsecond=0) == datetime(2026, 11, 18, 2, tzinfo=UTC)


def test_many_faults_are_told_in_part_and_too_many_parameters_not_read() -> None:
    with pytest.raises(WrongParameters) as caught:
        read_query(Sample, b"&".join(b"x%d=1" % number for number in range(MOST_PAIRS)))
    assert len(caught.value.faults) == MOST_FAULTS
    with pytest.raises(WrongParameters) as caught:
        read_query(Sample, b"&".join([b"size=1"] * (MOST_PAIRS + 1)))
    (fault,) = caught.value.faults
    assert (fault.field, str(MOST_PAIRS) in fault.detail) == ("query", True)


@pytest.mark.parametrize("text", ["1,2,3,4", "170,-10,-170,10", "-180,-90,180,90"])
def test_boxes_may_cross_the_180th_meridian(text: str) -> None:
    read = read_parameters(Sample, [("size", "1"), ("box", text)])
    assert read.box == tuple(map(float, text.split(",")))


@pytest.mark.parametrize(
    "text", ["1,2,3", "1,2,3,4,5", "1,4,3,2", "1,2,3,nan", "1,2,181,4", "1,-91,2,4", "a,b,c,d"]
)
def test_boxes_that_are_none_are_refused(text: str) -> None:
    assert set(faults(("box", text))) == {"box"}


def test_lists_gather_repeated_names() -> None:
    read = read_parameters(Sample, [("kind", "a"), ("size", "1"), ("kind", "b"), ("kind", "a")])
    assert read.kind == {"a", "b"}


def test_flags_are_words_and_not_numbers() -> None:
    assert read_parameters(Sample, [("size", "1"), ("really", "true")]).really is True
    assert read_parameters(Sample, [("size", "1"), ("really", "false")]).really is False
    for text in ("0", "1", "True", "on", ""):
        assert set(faults(("really", text))) == {"really"}


def test_long_names_are_cut() -> None:
    assert list(faults(("x" * 5000, "1"))) == ["x" * 64]


def test_numbers_too_great_for_any_meaning_are_refused() -> None:
    with pytest.raises(WrongParameters) as refused:
        read_parameters(Sample, [("size", "9" * 400)])
    assert [fault.field for fault in refused.value.faults] == ["size"]


def test_description_says_limits_in_the_words_of_json_schema() -> None:
    described = {one["name"]: one for one in describe_parameters(Sample)["parameters"]}
    assert described["size"] == {
        "name": "size",
        "in": "query",
        "required": True,
        "description": "How large.",
        "schema": {"type": "number", "exclusiveMinimum": 0},
    }
    assert described["since"]["schema"] == {"type": "string", "format": "date-time"}


class _Numbers(Parameters):
    near: Annotated[Number, Field(gt=0, description="A number.")]
    many: Annotated[WholeNumber, Field(ge=1, description="A whole number.")] = 1


def test_what_is_described_is_what_is_read() -> None:
    """Fuzzers and generated clients send all that fits the description."""
    near, many = describe_parameters(_Numbers)["parameters"]
    assert near["schema"] == {"type": "number", "exclusiveMinimum": 0}
    assert many["schema"]["maximum"] == 999_999_999
    for text in ("5e-324", "1.7976931348623157e+308", "1e-5"):
        assert read_parameters(_Numbers, [("near", text)]).near == float(text)
    assert read_parameters(_Numbers, [("near", "1"), ("many", "999999999")]).many == 999_999_999
    for pairs in ([("near", "1e999")], [("near", "1"), ("many", "1000000000")]):
        with pytest.raises(WrongParameters):
            read_parameters(_Numbers, pairs)


def test_a_blank_is_described_where_it_is_the_same_as_none() -> None:
    told = describe_parameters(_Numbers, blank_is_none=True)["parameters"]
    assert [one["allowEmptyValue"] for one in told] == [True, True]
