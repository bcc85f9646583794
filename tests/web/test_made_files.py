"""Files are made one at a time, sent whole, and leave nothing behind."""

import asyncio
from pathlib import Path
from threading import Event

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from geo_service.errors import NotReady, WrongUsage
from geo_service.web.made_files import MOST_MAKING, MOST_SENDING, MadeFile, MadeFiles


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where temporary files lie."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def made(files: MadeFiles, text: str) -> MadeFile:
    return files.promise("x.csv", lambda path: path.write_text(text)).result(timeout=60)


async def nothing_comes() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


def send(files: MadeFiles, one: MadeFile, *, breaks: bool = False) -> list[Message]:
    messages: list[Message] = []

    async def take(message: Message) -> None:
        messages.append(message)
        if breaks and message["type"] == "http.response.body":
            raise OSError

    answer = files.answer(one, "text/csv", {"X-Own": "1"})
    scope = {"type": "http", "asgi": {"spec_version": "2.4"}}
    asyncio.run(answer(scope, nothing_comes, take))
    return messages


def test_a_file_is_sent_whole_and_is_nowhere_afterwards(folder: Path) -> None:
    files = MadeFiles()
    text = "0123456789" * 100_000
    one = made(files, text)
    assert list(folder.iterdir()) == []
    head, *body = send(files, one)
    assert dict(head["headers"])[b"content-length"] == b"1000000"
    assert dict(head["headers"])[b"x-own"] == b"1"
    assert b"".join(part["body"] for part in body) == text.encode()
    assert one.content.closed
    files.close()


def test_whoever_goes_away_leaves_nothing_open(folder: Path) -> None:
    files = MadeFiles()
    one = made(files, "0123456789" * 100_000)
    with pytest.raises(ClientDisconnect):
        send(files, one, breaks=True)
    assert one.content.closed
    assert files._sending == 0
    assert list(folder.iterdir()) == []
    files.close()


def test_what_can_not_be_made_says_why_and_leaves_nothing(folder: Path) -> None:
    files = MadeFiles()

    def write(path: Path) -> None:
        path.write_text("half")
        raise WrongUsage("No.")

    with pytest.raises(WrongUsage):
        files.promise("x.csv", write).result(timeout=60)
    assert list(folder.iterdir()) == []
    one = made(files, "x")
    assert one.size == 1
    one.content.close()
    files.close()


def test_one_is_made_at_a_time_and_few_wait(folder: Path) -> None:
    files, go, begun = MadeFiles(), Event(), []

    def write(path: Path) -> None:
        begun.append(path.name)
        assert go.wait(60)
        path.write_text("x")

    waiting = [files.promise(f"{number}.csv", write) for number in range(MOST_MAKING)]
    with pytest.raises(NotReady):
        files.promise("more.csv", write)
    assert len(begun) <= 1
    go.set()
    for one in waiting:
        one.result(timeout=60).content.close()
    assert begun == [f"{number}.csv" for number in range(MOST_MAKING)]
    made(files, "x").content.close()
    files.close()
    assert list(folder.iterdir()) == []


def test_few_are_held_open() -> None:
    files = MadeFiles()
    held = [made(files, "x") for _ in range(MOST_SENDING)]
    answers = [files.answer(one, "text/csv", {}) for one in held]
    with pytest.raises(NotReady):
        files.promise("x.csv", lambda path: path.write_text("x"))
    scope = {"type": "http", "asgi": {"spec_version": "2.4"}}

    async def take(_: Message) -> None:
        pass

    asyncio.run(answers[0](scope, nothing_comes, take))
    made(files, "x").content.close()
    for one in held:
        one.content.close()
    files.close()
