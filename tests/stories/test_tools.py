"""What other people's programs ask of a served demo: the README's own words, run."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from own_process import free_port, served

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()
CHAPTER = README.split("## From the tools you have")[1].split("\n## ")[0]
USUAL = "http://127.0.0.1:8000"
pytestmark = pytest.mark.slow


def commands() -> list[str]:
    (block,) = re.findall(r"```sh\n(.*?)```", CHAPTER, re.DOTALL)
    return [" ".join(shlex.split(line, comments=True)) for line in _lines(block)]


def _lines(block: str) -> list[str]:
    return block.replace("\\\n", " ").splitlines()


@pytest.fixture(scope="module")
def server(built_demo: Path) -> Iterator[str]:
    """Serve the demo, and give its address."""
    port = free_port()
    environ = {
        "GEO_SERVICE_WORKSPACE": str(built_demo),
        "GEO_SERVICE_RIDER_KEY_FILE": str(built_demo.parent / "rider.key"),
    }
    command = [sys.executable, "-m", "geo_service", "serve", "--port", str(port)]
    with served(command, port, environ):
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("number", range(len(commands())), ids=commands())
def test_command_of_the_readme_works(
    server: str, built_demo: Path, tmp_path: Path, number: int
) -> None:
    (block,) = re.findall(r"```sh\n(.*?)```", CHAPTER, re.DOTALL)
    words = shlex.split(_lines(block)[number].replace(USUAL, server), comments=True)
    if shutil.which(words[0]) is None and words[0] != "geo-service":
        pytest.skip(f"{words[0]} is not installed; .ci/run installs it")
    if words[0] == "geo-service":
        words[:1] = [sys.executable, "-m", "geo_service"]
    environ = {**os.environ, "GEO_SERVICE_WORKSPACE": str(built_demo)}
    told = subprocess.run(
        words, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=120
    )
    assert told.returncode == 0, told.stderr
    made = [path for path in tmp_path.iterdir() if path.stat().st_size > 500]
    assert made or len(told.stdout) > 200
    assert "problem" not in told.stdout


def test_python_of_the_readme_works(server: str) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", CHAPTER, re.DOTALL)
    held: dict[str, object] = {}
    exec(compile(block.replace(USUAL, server), "README.md", "exec"), held)  # noqa: S102 - our own
    page = held["page"]
    assert isinstance(page, dict)
    assert len(held["issues"]) > page["numberMatched"] > 0  # type: ignore[arg-type] # a frame
