"""Another Open311 server, asked over HTTP for what was reported there, page by page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import requests

from geo_service.errors import NotAllowed, NotFound, NotReady, RefusedData, WrongUsage
from geo_service.ingest.columns import text_of
from geo_service.ingest.open311_records import read_records

WINDOW = timedelta(days=89)
"""Servers refuse a span of more than 90 days; some count the days of both ends."""
SHORTEST = timedelta(hours=1)
"""A window of which not all is shown is halved until it is this short."""
PAGE_SIZE = 1000
ROUND = 50
"""Servers show at most 50, 100, 200 or 1,000: of such a number nobody knows if it is all."""
MOST_PAGES = 2000
MOST_BYTES = 64 * 1024 * 1024
PIECE = 1 << 16
TIMEOUTS_S = (10.0, 60.0)
"""To be reached, and until more of an answer comes."""
MOST_REDIRECTS = 5
HEADERS = {"User-Agent": "geo_service", "Accept": "application/json"}
LISTED = "requests.json"


@dataclass(slots=True)
class Fetched:
    """What another server showed."""

    records: list[Any] = field(default_factory=list)
    """Service requests, each once, as they came."""
    warnings: list[str] = field(default_factory=list)


def fetch_requests(
    address: str,
    *,
    since: datetime,
    until: datetime,
    api_key: str = "",
    most_pages: int = MOST_PAGES,
) -> Fetched:
    """Ask a server for all that was reported there in a span of time.

    Parameters
    ----------
    address : str
        Of its GeoReport endpoint, such as ``https://city.example/open311/v2``; parameters that it
        wants each time, such as ``?jurisdiction_id=city.example``, may follow.
    since, until : datetime
        With a zone; the span is walked through in windows of at most 90 days.
    api_key : str
        Sent along, if the server gave one.
    most_pages : int
        After so many pages an end is made.

    Raises
    ------
    WrongUsage
        If the address is not one of HTTP, or the span ends before it begins.
    NotReady
        If the server can't be reached, does not answer in time, or answers with an error.
    NotAllowed
        If it wants a key, or another one.
    NotFound
        If there is no such endpoint.
    RefusedData
        If it answers with what is no list of requests, with too much, or with too many pages.
    """
    if until < since:
        raise WrongUsage("The span of time ends before it begins.", where="--until")
    page_address, always = _page_address(address)
    if api_key:
        always["api_key"] = api_key
    with requests.Session() as session:
        session.max_redirects = MOST_REDIRECTS
        server = _Server(session, page_address, always, most_pages)
        windows = list(_windows(since, until))
        while windows:
            start, end = windows.pop()
            if server.read_window(start, end):
                continue
            if end - start > SHORTEST:
                middle = start + (end - start) / 2
                windows += [(start, middle), (middle, end)]
            else:
                server.fetched.warnings.append(
                    f"{page_address} shows only some of the requests of {_written(start)} to "
                    f"{_written(end)}, and has no pages."
                )
    return server.fetched


@dataclass(slots=True)
class _Server:
    """Asks, and gathers what is answered."""

    session: requests.Session
    address: str
    always: Mapping[str, str]
    pages_left: int
    fetched: Fetched = field(default_factory=Fetched)
    known: set[str] = field(default_factory=set)

    def read_window(self, start: datetime, end: datetime) -> bool:
        """Read all pages of a span, and say whether they can be all there are.

        The standard has no pages: a server that does not know them shows the same again, and if
        it shows a round number, there are probably more than it shows.
        """
        firsts = set[str]()
        last = 0
        for page in count(1):
            records = self._page(start, end, page)
            first = _identity(records[0]) if records else ""
            if not records or first in firsts:
                return not records or bool(last % ROUND)
            firsts.add(first)
            self._gather(records)
            last = len(records)
        raise AssertionError

    def _page(self, start: datetime, end: datetime, page: int) -> list[Any]:
        if self.pages_left == 0:
            raise RefusedData(
                "The server has too many pages of requests for one load.",
                where=self.address,
                remedy="Load a shorter span with --since and --until.",
            )
        self.pages_left -= 1
        asked = {
            **self.always,
            "start_date": _written(start),
            "end_date": _written(end),
            "page": str(page),
            "page_size": str(PAGE_SIZE),
        }
        return read_records(_get(self.session, self.address, asked), self.address)

    def _gather(self, records: list[Any]) -> None:
        for record in records:
            name = _identity(record)
            if name not in self.known:
                self.known.add(name)
                self.fetched.records.append(record)


def _identity(record: object) -> str:
    """Tell a request from others: by its id, or by all it says."""
    told = text_of(record.get("service_request_id")) if isinstance(record, dict) else ""
    return told or text_of(record)


def _page_address(address: str) -> tuple[str, dict[str, str]]:
    """Return where requests are listed, and the parameters that an address brings along."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host:
        raise WrongUsage(
            f"{address!r} is no address of an Open311 server.",
            where="--from-open311",
            remedy="Write for example https://city.example/open311/v2.",
        )
    path = parts.path.rstrip("/").removesuffix(f"/{LISTED}")
    whole = urlunsplit((parts.scheme, parts.netloc, f"{path}/{LISTED}", "", ""))
    return whole, dict(parse_qsl(parts.query))


def _windows(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Part a span into windows; both their ends are in them, so they share those."""
    start = since
    while True:
        end = min(start + WINDOW, until)
        yield start, end
        if end >= until:
            return
        start = end


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _get(session: requests.Session, address: str, asked: Mapping[str, str]) -> bytes:
    """Read an answer piece by piece, and no more of it than is allowed."""
    try:
        with session.get(
            address, params=asked, headers=HEADERS, timeout=TIMEOUTS_S, stream=True
        ) as answer:
            _check_status(answer.status_code, address)
            body = bytearray()
            for piece in answer.iter_content(PIECE):
                body += piece
                if len(body) > MOST_BYTES:
                    raise RefusedData(
                        f"An answer is larger than {MOST_BYTES // 1024**2} MiB.",
                        where=address,
                        remedy="Load a shorter span with --since and --until.",
                    )
            return bytes(body)
    except requests.TooManyRedirects as problem:
        raise NotReady("The server sends from one address to the next.", where=address) from problem
    except (requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL) as problem:
        raise NotReady(
            "The server sends to an address that is none of HTTP.", where=address
        ) from problem
    except requests.Timeout as problem:
        raise NotReady(
            "The server does not answer in time.", where=address, remedy="Try again later."
        ) from problem
    except requests.RequestException as problem:
        raise NotReady(
            f"The server can't be reached, or breaks off ({type(problem).__name__}).",
            where=address,
            remedy="Check the address and the network, and try again.",
        ) from problem


def _check_status(status: int, address: str) -> None:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise NotAllowed(
            f"The server wants a key, or another one ({status}).",
            where=address,
            remedy="Give the one you have from there with --api-key.",
        )
    if status == HTTPStatus.NOT_FOUND:
        raise NotFound(
            "There is no Open311 endpoint at this address (404).",
            where=address,
            remedy="Its path often ends in /open311/v2.",
        )
    if status != HTTPStatus.OK:
        raise NotReady(f"The server answers {status}.", where=address, remedy="Try again later.")
