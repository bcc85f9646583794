"""``GET /metrics``: how the service does, for Prometheus; nothing about traces or riders.

Requests are counted over all processes that have something in common (``web/commons.py``).
"""

import platform
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from importlib.metadata import version
from itertools import accumulate

import numpy as np
from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from geo_service.domain.visibility import Viewer
from geo_service.errors import NotReady
from geo_service.streets.profile import Profile
from geo_service.web.answers import NOT_KEPT
from geo_service.web.descriptions import describe_bytes, describe_problems
from geo_service.web.parameters import NoParameters, read_parameters
from geo_service.web.request_counts import BOUNDS_S, Counted
from geo_service.web.service import Service, service_of

PREFIX = "geo_service_"

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    summary="How does the service do?",
    response_class=Response,
    responses={
        200: describe_bytes("text/plain", "Prometheus's text format, version 0.0.4."),
        **describe_problems(HTTPStatus.UNPROCESSABLE_ENTITY),
    },
)
def read_metrics(request: Request) -> Response:
    """Tell of requests by path, method and class of status, and how long they took.

    Requests that show a key are told of only where the service failed (5xx), so that nobody reads
    from it when riders send trips. Of the workspace: what everybody may count anyway. The
    workers of one `serve` are counted together, each as of a second ago.
    """
    read_parameters(NoParameters, request.query_params.multi_items())
    # A registry of the library's own would be shared by all apps of a process.
    registry = CollectorRegistry(auto_describe=False)
    service = service_of(request)
    registry.register(_Told(_of_requests(service.told_counts.all())))
    registry.register(_Told(_of_workspace(service)))
    body = generate_latest(registry)
    return Response(body, headers={**NOT_KEPT, "Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


class _Told(Collector):
    """Figures as the library asks for them."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterable[Metric]:
        """Give them out."""
        return self._families


def _of_requests(counts: Counted) -> Iterator[Metric]:
    answers = CounterMetricFamily(
        f"{PREFIX}http_requests",
        "Requests answered without a key, and those with one that failed here.",
        labels=("path", "method", "status"),
    )
    for labels, many in sorted(counts.answers.items()):
        answers.add_metric(labels, many)
    yield answers
    waits = HistogramMetricFamily(
        f"{PREFIX}http_request_duration_seconds",
        "From a request's head to its answer's; requests without a key.",
        labels=("path", "method"),
    )
    bounds = [*map(str, BOUNDS_S), "+Inf"]
    for (path, method), took in sorted(counts.waits.items()):
        buckets = list(zip(bounds, accumulate(took.buckets), strict=True))
        waits.add_metric((path, method), buckets, took.seconds)
    yield waits


def _of_workspace(service: Service) -> Iterator[Metric]:
    build = GaugeMetricFamily(
        f"{PREFIX}build_info", "What runs here; always 1.", labels=("version", "python")
    )
    build.add_metric((version("geo-service"), platform.python_version()), 1)
    yield build
    try:
        service.kept_facilities.current(Profile.EBIKE)
        yield from _public_counts(service)
    except NotReady:
        ready = 0
    else:
        ready = 1
    yield GaugeMetricFamily(f"{PREFIX}ready", "As GET /health/ready says: 1 or 0.", ready)


def _public_counts(service: Service) -> Iterator[Metric]:
    """Tell how many features everybody may see; of trips there is no count at all."""
    held = {
        name: service.collections.current(name, Viewer.PUBLIC).asked.features
        for name in ("facilities", "issues")
    }
    facilities = GaugeMetricFamily(f"{PREFIX}facilities", "By kind.", labels=("kind",))
    kinds, many = np.unique(held["facilities"].columns["kind"].values, return_counts=True)
    for kind, count in zip(kinds.tolist(), many.tolist(), strict=True):
        facilities.add_metric((kind,), count)
    yield facilities
    yield GaugeMetricFamily(
        f"{PREFIX}public_issues", "Reports that everybody may see.", len(held["issues"])
    )
