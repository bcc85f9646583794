"""How many requests were answered, of which sort and how soon; nothing of who asked what.

Requests that show a key are not counted unless the service failed: how often riders send trips,
and how long an analyst waits for figures of all trips, would tell of traces. Only the thread that
answers counts, so counting takes no lock.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from fastapi.routing import APIRoute
from starlette.types import Scope

OTHER: Final = "(other)"
"""Stands for all paths and methods that are none of ours: what strangers try is not repeated."""
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Up to which seconds an answer is of one bucket; slower ones are of the last."""
_CLASSES: Final = ("", "1xx", "2xx", "3xx", "4xx", "5xx")
_KEY_COOKIE: Final = b"geo_service_key"
"""As `web/auth.py` calls it, which this can't ask: it asks the service, which counts here."""
_KEY_IN_QUERY: Final = b"key="
"""Of ``key=`` (pages) and ``api_key=`` (Open311)."""


@dataclass(slots=True)
class Waits:
    """How long answers of one path and method took."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    """How many of each bucket, the last without a bound."""
    seconds: float = 0.0
    """All together."""


class Counted(NamedTuple):
    """What was counted until some moment."""

    answers: dict[tuple[str, str, str], int]
    """How many answers by path, method and class of status."""
    waits: dict[tuple[str, str], Waits]
    """How long answers took by path and method."""


class RequestCounts:
    """The counts of one process since it began."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str, str], int] = {}
        self._waits: dict[tuple[str, str], Waits] = {}

    def now(self) -> Counted:
        """Return all counts as of now."""
        waits = {
            name: Waits(waits.buckets.copy(), waits.seconds)
            for name, waits in self._waits.copy().items()
        }
        return Counted(self._answers.copy(), waits)

    def count(self, path: str, method: str, status: int, seconds: float) -> None:
        """Count one answer.

        Parameters
        ----------
        path : str
            As OpenAPI writes it, or ``OTHER``.
        method : str
            As it was asked.
        status : int
            Of HTTP.
        seconds : float
            From the request's head to the answer's. Raises nothing.
        """
        self._add(path, method, status)
        waits = self._waits.get((path, method))
        if waits is None:
            waits = self._waits[path, method] = Waits()
        waits.buckets[bisect_left(BOUNDS_S, seconds)] += 1
        waits.seconds += seconds

    def count_request(
        self, scope: Scope, status: int, seconds: float | None, path: str = OTHER
    ) -> None:
        """Count the answer to a request that may show a key.

        Parameters
        ----------
        scope : Scope
            Of the request, after it was answered.
        status : int
            Of HTTP.
        seconds : float or None
            From the request's head to the answer's; None: nobody knows.
        path : str
            As OpenAPI writes it, where no route of the app has answered. Raises nothing.
        """
        route = scope.get("route")
        told = route.path_format if isinstance(route, APIRoute) else path
        method = scope["method"] if scope["method"] in METHODS else OTHER
        keyed = _shows_key(scope)
        if not keyed and seconds is not None:
            self.count(told, method, status, seconds)
        elif not keyed or status >= 500:
            self._add(told, method, status)

    def _add(self, path: str, method: str, status: int) -> None:
        key = path, method, _CLASSES[status // 100]
        self._answers[key] = self._answers.get(key, 0) + 1


def _shows_key(scope: Scope) -> bool:
    """Say whether a request shows a key, good or bad, in its head."""
    return _KEY_IN_QUERY in scope["query_string"] or any(
        name == b"authorization" or (name == b"cookie" and _KEY_COOKIE in value)
        for name, value in scope["headers"]
    )
