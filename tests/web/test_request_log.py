"""Lines of the request log are gathered, and none is lost."""

import io
import logging
from collections.abc import Iterator
from contextlib import suppress
from threading import Event, Thread

import httpx
import pytest

from geo_service.errors import NotReady
from geo_service.web.request_log import GatheringHandler


class Stream(io.StringIO):
    """A stream that says when something was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = Event()
        self.writes = 0

    def write(self, text: str, /) -> int:
        self.writes += 1
        count = super().write(text)
        self.written.set()
        return count


@pytest.fixture
def stream() -> Stream:
    return Stream()


@pytest.fixture
def log(stream: Stream) -> Iterator[logging.Logger]:
    logger = logging.getLogger(f"requests.{id(stream)}")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    handler = GatheringHandler(stream)
    logger.addHandler(handler)
    yield logger
    handler.close()


def test_lines_come_a_moment_later_in_one_writing(log: logging.Logger, stream: Stream) -> None:
    for number in range(100):
        log.info("line %d", number)
    assert stream.written.wait(10)
    assert stream.getvalue().splitlines() == [f"line {number}" for number in range(100)]
    assert stream.writes <= 2


def test_error_is_written_at_once_after_what_came_before(
    log: logging.Logger, stream: Stream
) -> None:
    log.info("before")
    log.error("wrong")
    assert stream.getvalue() == "before\nwrong\n"


def test_what_is_left_is_written_when_the_log_is_flushed(
    log: logging.Logger, stream: Stream
) -> None:
    log.info("last")
    log.handlers[0].flush()
    assert stream.getvalue() == "last\n"


def test_no_line_of_many_threads_is_lost(log: logging.Logger, stream: Stream) -> None:
    def write(name: int) -> None:
        for number in range(500):
            log.info("%d %d", name, number)

    threads = [Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.handlers[0].flush()
    expected = {f"{name} {number}" for name in range(8) for number in range(500)}
    lines = stream.getvalue().splitlines()
    assert len(lines) == len(expected)
    assert set(lines) == expected


def test_a_stream_that_fails_for_a_while_ends_nothing(
    log: logging.Logger, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed, written = Event(), stream.write

    def fail(text: str) -> int:
        failed.set()
        raise OSError(28, "No space left on device", text)

    monkeypatch.setattr(stream, "write", fail)
    log.info("lost")
    assert failed.wait(10)
    log.error("lost too, and nobody is told")
    monkeypatch.setattr(stream, "write", written)
    log.info("there again")
    assert stream.written.wait(10)
    assert stream.getvalue() == "there again\n"


def test_log_holds_the_path_and_never_the_query(
    door: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        door.get("/facilities/nearest?lat=32.0341&lon=112.1341")
        door.get("/planner?key=gs_secret")
        door.get("/facilities/nearest?lat=nan")
        door.get("/facilities/a%0AGET%20/b 200")
    ours = [entry for entry in caplog.records if entry.name.startswith("geo_service")]
    said = [entry.getMessage() for entry in ours]
    assert any(entry.startswith("GET /facilities/nearest 200 ") for entry in said)
    assert any(entry.startswith("GET /facilities/a%0AGET%20/b%20200 404 ") for entry in said)
    assert not any("32.03" in entry or "secret" in entry or "?" in entry for entry in said)


@pytest.mark.parametrize(
    "path",
    [
        "/open311/v2/tokens/r-1.5ec4e7.json",
        "/open311/v2/tokens/5ec4e7/5ec4e7.xml",
        "/report/r-1.5ec4e7",
        "/credits/vouchers/1-5ec4e7",
        "/traces/5ec4e7/5ec4e7",
        "/credits/vouchers/5ec4e7%2F5ec4e7",
    ],
)
def test_log_holds_nothing_in_a_path_that_opens_something(
    door: httpx.Client, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with caplog.at_level(logging.INFO):
        door.get(path)
    folder = path.partition("5ec4e7")[0].removesuffix("r-1.").removesuffix("1-")
    ours = [entry for entry in caplog.records if entry.name.startswith("geo_service")]
    said = [entry.getMessage() for entry in ours]
    assert any(entry.startswith(f"GET {folder}") for entry in said)
    assert not any("5ec4e7" in entry for entry in said)


def test_faults_are_logged_without_what_opens_something(
    door: httpx.Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error in (NotReady("The disk failed."), KeyError("x")):

        def fail(*_: object, error: Exception = error) -> str:
            raise error

        monkeypatch.setattr("geo_service.web.open311.issue_of_token", fail)
        with caplog.at_level(logging.INFO), suppress(httpx.HTTPError):
            door.get("/open311/v2/tokens/r-1.5ec4e7.json")
    said = [entry.getMessage() for entry in caplog.records if entry.name == "geo_service.web"]
    assert len(said) == 2
    assert not any("5ec4e7" in entry for entry in said)
