"""Requests are counted by sort; those with keys only where the service failed."""

from typing import Any

import pytest

from geo_service.web.app import DOORS
from geo_service.web.auth import COOKIE
from geo_service.web.request_counts import BOUNDS_S, OTHER, RequestCounts

ROUTE = next(route for door in DOORS for route in door.routes if route.path == "/traces")


def scope(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a scope
    return {"method": "GET", "query_string": b"", "headers": [], "route": ROUTE, **more}


def test_each_wait_is_in_the_bucket_whose_bound_it_does_not_pass() -> None:
    counts = RequestCounts()
    for seconds in (0.0, BOUNDS_S[0], BOUNDS_S[0] * 1.01, BOUNDS_S[-1], 60.0):
        counts.count("/a", "GET", 200, seconds)
    waits = counts.now().waits["/a", "GET"]
    assert waits.buckets == [2, 1, *[0] * (len(BOUNDS_S) - 3), 1, 1]
    assert waits.seconds == pytest.approx(70.002, abs=0.001)
    assert counts.now().answers == {("/a", "GET", "2xx"): 5}


def test_what_strangers_try_is_not_repeated() -> None:
    counts = RequestCounts()
    counts.count_request(scope(route=None, path="/secret", method="SECRET"), 404, 0.1)
    assert counts.now().answers == {(OTHER, OTHER, "4xx"): 1}


@pytest.mark.parametrize(
    "shown",
    [
        {"headers": [(b"authorization", b"Bearer x")]},
        {"headers": [(b"cookie", f"a=b; {COOKIE}_8000=x".encode())]},
        {"query_string": b"lat=1&api_key=x"},
        {"query_string": b"key=x"},
    ],
)
def test_who_shows_a_key_is_counted_only_where_the_service_failed(shown: dict[str, Any]) -> None:
    counts = RequestCounts()
    for status in (200, 201, 401, 403, 422):
        counts.count_request(scope(**shown), status, 0.1)
    assert counts.now().answers == {}
    assert counts.now().waits == {}
    counts.count_request(scope(**shown), 503, 0.1)
    assert counts.now().answers == {("/traces", "GET", "5xx"): 1}
    assert counts.now().waits == {}


def test_other_cookies_are_no_keys() -> None:
    counts = RequestCounts()
    counts.count_request(scope(headers=[(b"cookie", b"language=en")]), 200, 0.1)
    counts.count_request(scope(), 500, None)
    assert counts.now().answers == {("/traces", "GET", "2xx"): 1, ("/traces", "GET", "5xx"): 1}
    assert sum(counts.now().waits["/traces", "GET"].buckets) == 1
