"""Issues of other Open311 servers, on the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REQUEST = {
    "service_request_id": "1",
    "status": "open",
    "service_name": "Pothole",
    "service_code": "006",
    "requested_datetime": "2026-09-01T00:00:00Z",
    "lat": 32.04,
    "long": 112.14,
}


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps([REQUEST, {**REQUEST, "service_request_id": "2", "lat": 52.0}]))
    return path


def test_a_saved_answer_is_loaded_and_the_refused_are_told(
    town: Callable[..., Any], answer: Path
) -> None:
    refused = town("load", "issues", "--from-open311", answer)
    assert refused.code == 1
    assert "answer.json, record 2 (2): It lies" in refused.err
    loaded = town("load", "issues", "--from-open311", answer, "--skip-refused", "--json")
    assert loaded.code == 0
    told = json.loads(loaded.out)
    assert (told["read"], told["loaded"], told["refused"]) == (2, 1, 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("facilities", "--from-open311", "x.json"), "Only issues come from Open311"),
        (("issues", "y.csv", "--from-open311", "x.json"), "not together with other files"),
        (("issues", "--from-open311", "x.json", "--api-key", "k"), "Only a server is asked"),
        (("issues", "x.csv", "--since", "2026-01-01T00:00Z"), "Only a server is asked"),
        (("issues", "--from-open311", "ftp://x.example/"), "no address of an Open311 server"),
        (("issues", "--from-open311", "http://x.example", "--replace"), "never the whole truth"),
        (("issues", "--from-open311", "http://x", "--since", "yesterday"), "is no time"),
        (
            (
                *("issues", "--from-open311", "http://x.example"),
                *("--since", "2026-02-01T00:00Z", "--until", "2026-01-01T00:00Z"),
            ),
            "before it begins",
        ),
    ],
)
def test_what_can_not_be_meant_is_wrong_usage(
    run: Callable[..., Any], words: tuple[str, ...], said: str
) -> None:
    answer = run("load", *words)
    assert answer.code == 2
    assert said in answer.err


def test_a_file_that_is_not_there_is_said(run: Callable[..., Any]) -> None:
    answer = run("load", "issues", "--from-open311", "nowhere.json")
    assert answer.code == 1
    assert "There is no such file" in answer.err
