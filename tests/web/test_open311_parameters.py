from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from geo_service.store.case_search import CaseFilter
from geo_service.web.open311_parameters import (
    RequestParameters,
    RequestsParameters,
    case_filter,
    read_known,
)
from geo_service.web.problems import WrongParameters

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
SPAN = timedelta(days=90)


def asked(*pairs: tuple[str, str]) -> CaseFilter:
    scope = {"type": "http", "query_string": urlencode(pairs).encode()}
    return case_filter(read_known(RequestsParameters, Request(scope)), NOW)


def wrong(*pairs: tuple[str, str]) -> dict[str, str]:
    with pytest.raises(WrongParameters) as told:
        asked(*pairs)
    return {fault.field: fault.detail for fault in told.value.faults}


def test_nothing_asked_means_the_last_90_days() -> None:
    assert asked() == CaseFilter(since=NOW - SPAN)


def test_blank_and_unknown_parameters_are_none() -> None:
    blank = [("start_date", ""), ("status", ""), ("jurisdiction_id", "x"), ("extensions", "true")]
    assert asked(*blank) == asked()


def test_dates_make_a_span_of_at_most_90_days() -> None:
    start, end = "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z"
    both = asked(("start_date", start), ("end_date", end))
    assert both == CaseFilter(
        since=datetime(2026, 1, 1, tzinfo=UTC), until=datetime(2026, 4, 1, tzinfo=UTC)
    )
    assert asked(("start_date", start)) == both
    assert asked(("end_date", end)) == both
    longer = wrong(("start_date", start), ("end_date", "2026-04-01T00:00:01Z"))
    assert "more than 90 days" in longer["end_date"]
    assert "before start_date" in wrong(("start_date", end), ("end_date", start))["end_date"]


@pytest.mark.parametrize("date", ["2026-01-01", "2026-01-01T00:00:00", "yesterday"])
def test_dates_need_a_zone(date: str) -> None:
    assert set(wrong(("start_date", date))) == {"start_date"}


def test_a_plus_that_an_address_lost_is_put_back() -> None:
    scope = {"type": "http", "query_string": b"start_date=2026-01-01T08:00:00+08:00"}
    found = case_filter(read_known(RequestsParameters, Request(scope)), NOW)
    assert found.since == datetime(2026, 1, 1, tzinfo=UTC)


def test_ids_count_alone() -> None:
    both = asked(("service_request_id", "a, b,"), ("service_request_id", "c"), ("status", "closed"))
    assert both == CaseFilter(issue_ids=frozenset("abc"))
    many = ",".join(map(str, range(1001)))
    assert "at most 1000" in wrong(("service_request_id", many))["service_request_id"]


def test_codes_and_states_are_lists() -> None:
    found = asked(("service_code", "a,b"), ("service_code", "c"), ("status", "open"))
    assert (found.categories, found.is_open) == (frozenset("abc"), True)
    assert asked(("status", "closed")).is_open is False
    assert asked(("status", "open, closed")).is_open is None
    assert "open or closed" in wrong(("status", "done"))["status"]


def test_what_has_changed_may_have_been_reported_whenever() -> None:
    found = asked(("updated_after", "2026-11-01T00:00:00Z"))
    assert found == CaseFilter(updated_since=datetime(2026, 11, 1, tzinfo=UTC))
    both = asked(("updated_before", "2026-11-01T00:00:00Z"), ("end_date", "2026-11-01T00:00:00Z"))
    assert both.until == both.updated_until
    assert both.since is not None


def test_a_place_needs_all_its_parts() -> None:
    found = asked(("lat", "32.1"), ("long", "112.2"), ("radius", "500"))
    assert found.near == (112.2, 32.1, 500.0)
    assert "belong together" in wrong(("lat", "32.1"), ("long", "112.2"))["radius"]
    assert set(wrong(("lat", "91"), ("long", "nan"), ("radius", "10001"))) == {
        "lat",
        "long",
        "radius",
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [("page", "0"), ("page", "x"), ("page_size", "0"), ("page_size", "1001"), ("page", "1.5")],
)
def test_pages_are_numbered_from_1_and_hold_at_most_1000(name: str, text: str) -> None:
    assert set(wrong((name, text))) == {name}


def test_what_is_given_twice_is_wrong() -> None:
    assert "more than once" in wrong(("page", "1"), ("page", "2"))["page"]


def test_one_request_takes_a_token() -> None:
    scope = {"type": "http", "query_string": b"token=r-1.ff&status=open"}
    assert read_known(RequestParameters, Request(scope)).token == "r-1.ff"  # noqa: S105 - as above
