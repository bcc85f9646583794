"""A workspace each, the real command, and its answer."""

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from geo_service.cli.main import main


@dataclass(frozen=True)
class Answer:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - a test knows what it asked for
        return json.loads(self.out)


Command = Callable[..., Answer]


def run_command(*words: object) -> Answer:
    """Run ``geo-service`` in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(word) for word in words])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
    return Answer(code, out.getvalue(), err.getvalue())


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run ``geo-service`` in a workspace of the test's own."""
    monkeypatch.setenv("GEO_SERVICE_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("GEO_SERVICE_RIDER_KEY_FILE", str(tmp_path / "rider.key"))

    return run_command


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demo district once and return its workspace; tests only read it."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEO_SERVICE_RIDER_KEY_FILE", str(folder / "rider.key"))
        answer = run_command("demo", "--no-serve", "--workspace", folder / "workspace")
    assert answer.code == 0, answer.err
    (folder / "said.txt").write_text(answer.out, encoding="utf-8")
    return folder / "workspace"


@pytest.fixture
def demo(built_demo: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run ``geo-service`` in the demo district."""
    monkeypatch.setenv("GEO_SERVICE_WORKSPACE", str(built_demo))
    monkeypatch.setenv("GEO_SERVICE_RIDER_KEY_FILE", str(built_demo.parent / "rider.key"))
    return run_command
