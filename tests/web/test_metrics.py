"""What Prometheus reads, read by its own parser."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

import geo_service.web.facilities as facilities_door
from geo_service.domain.opening import Calendar
from geo_service.flows.start_workspace import start_workspace
from geo_service.settings import Settings
from geo_service.web.app import paths
from geo_service.web.request_counts import METHODS, OTHER

NEAREST = "/facilities/nearest?lat=32.0341&lon=112.1341"
ITEMS = "/ogc/collections/facilities/items"

LABELS = ("path", "method", "status", "le", "kind", "version", "python")

Figures = dict[tuple[str, tuple[str, ...]], float]


def told(door: httpx.Client) -> Figures:
    """Return every figure by its name and the values of its labels."""
    answer = door.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    return {
        (sample.name, tuple(sample.labels[one] for one in LABELS if one in sample.labels)): (
            sample.value
        )
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.fixture
def fresh(settings: Settings, serve_city: Callable, now: datetime) -> Iterator[httpx.Client]:
    """Ask a process of which nothing has been asked yet."""
    with serve_city(settings, lambda: now) as door:
        yield door


def answers(figures: Figures) -> dict[tuple[str, ...], float]:
    name = "geo_service_http_requests_total"
    return {labels: value for (of, labels), value in figures.items() if of == name}


def test_each_sort_of_request_is_counted_wherever_it_is_answered(fresh: httpx.Client) -> None:
    plain = {"Accept-Encoding": "identity"}
    for _ in range(3):
        fresh.get(NEAREST)
        fresh.get(ITEMS, headers=plain)
    fresh.get("/facilities/nearest")
    fresh.head("/facilities/station")
    fresh.get("/facilities/none")
    fresh.get("/secret-place")
    fresh.delete("/releases")
    counted = answers(told(fresh))
    assert counted == {
        ("/facilities/nearest", "GET", "2xx"): 3,
        ("/facilities/nearest", "GET", "4xx"): 1,
        ("/ogc/collections/{collection_id}/items", "GET", "2xx"): 3,
        ("/facilities/{facility_id}", "HEAD", "2xx"): 1,
        ("/facilities/{facility_id}", "GET", "4xx"): 1,
        (OTHER, "GET", "4xx"): 1,
        ("/releases", "DELETE", "4xx"): 1,
    }
    assert answers(told(fresh))["/metrics", "GET", "2xx"] == 1


def test_waits_agree_with_counts(fresh: httpx.Client) -> None:
    for _ in range(5):
        fresh.get(NEAREST)
    figures = told(fresh)
    name = "geo_service_http_request_duration_seconds"
    of = ("/facilities/nearest", "GET")
    assert figures[f"{name}_count", of] == 5
    assert figures[f"{name}_bucket", (*of, "+Inf")] == 5
    ladder = [value for (step, labels), value in figures.items() if step == f"{name}_bucket"]
    assert ladder == sorted(ladder)
    assert 0 < figures[f"{name}_sum", of] < 60


def test_the_workspace_is_told_of_as_everybody_may_count_it(door: httpx.Client) -> None:
    figures = told(door)
    assert figures["geo_service_ready", ()] == 1
    kinds = {key[1][0]: value for key, value in figures.items() if key[0].endswith("_facilities")}
    assert kinds == {"charging_cabinet": 2, "rest_station": 2, "service_window": 1}
    assert figures["geo_service_public_issues", ()] == 4, "the fifth is not approved"


def test_nothing_else_is_told(door: httpx.Client) -> None:
    door.get("/secret-place")
    figures = told(door)
    assert {name for name, _ in figures} == {
        "geo_service_http_requests_total",
        "geo_service_http_request_duration_seconds_bucket",
        "geo_service_http_request_duration_seconds_count",
        "geo_service_http_request_duration_seconds_sum",
        "geo_service_build_info",
        "geo_service_facilities",
        "geo_service_public_issues",
        "geo_service_ready",
    }
    for labels in answers(figures):
        assert labels[0] in {*paths(), OTHER}
        assert labels[1] in {*METHODS, OTHER}


def test_what_riders_and_analysts_do_moves_nothing(
    fresh: httpx.Client, bearer: Callable[[str], dict[str, str]]
) -> None:
    for role, address in (("rider", "/traces"), ("analyst", "/overlay/cells"), ("admin", "/desk")):
        fresh.get(address, headers=bearer(role))
        fresh.post("/traces", json={}, headers=bearer(role))
    assert answers(told(fresh)) == {}


def test_faults_of_ours_are_counted(fresh: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(facilities_door.stored_facilities, "find", break_down)
    assert fresh.get("/facilities/station", headers={"Connection": "close"}).status_code == 500
    assert answers(told(fresh)) == {("/facilities/{facility_id}", "GET", "5xx"): 1}


def test_it_tells_where_nothing_can_be_answered_yet(
    serve_city: Callable, tmp_path: Path, now: datetime
) -> None:
    settings = Settings(workspace=tmp_path / "empty")
    start_workspace(settings, Calendar()).close()
    with serve_city(settings, lambda: now) as door:
        assert told(door)["geo_service_ready", ()] == 0


def test_head_and_strict_parameters(door: httpx.Client) -> None:
    head = door.head("/metrics")
    assert (head.status_code, head.content) == (200, b"")
    assert door.get("/metrics?name=x").status_code == 422
    assert door.post("/metrics").headers["allow"] == "GET, HEAD"


def test_the_registry_of_the_process_is_left_alone(door: httpx.Client) -> None:
    told(door)
    assert not [one.name for one in REGISTRY.collect() if one.name.startswith("geo_service")]
