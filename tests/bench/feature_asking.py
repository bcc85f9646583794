"""Asks a server of OGC API - Features as clients do: pages by their links, one connection."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

PATIENCE_S = 120.0


class Asker:
    """One connection that stays open.

    Parameters
    ----------
    port : int
        On loopback.
    """

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)

    def get(self, path: str) -> bytes:
        """Return the body of an answer; RuntimeError if it is none."""
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:500]!r}")
        return body

    def document(self, path: str) -> dict[str, Any]:
        """Return an answer that is a JSON object."""
        told: dict[str, Any] = json.loads(self.get(path))
        return told

    def pages(self, path: str) -> Iterator[bytes]:
        """Follow the links to the next page, until there is none."""
        following: str | None = path
        while following is not None:
            body = self.get(following)
            yield body
            following = next_path(body)

    def seconds(self, path: str) -> float:
        """Return how long an answer takes."""
        start = time.perf_counter()
        self.get(path)
        return time.perf_counter() - start

    def close(self) -> None:
        self._connection.close()


@contextmanager
def asking(port: int) -> Iterator[Asker]:
    asker = Asker(port)
    try:
        yield asker
    finally:
        asker.close()


def next_path(body: bytes) -> str | None:
    """Return where a page's link to the next one leads, without reading all of the page."""
    at = body.find(b'"next"')
    if at < 0:
        return None
    held = body[body.rfind(b"{", 0, at) : body.find(b"}", at) + 1]
    parts = urlsplit(json.loads(held)["href"])
    return f"{parts.path}?{parts.query}"
