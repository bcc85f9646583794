"""From a snapshot to a closed case: the README's own words, typed into a shell."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from own_process import free_port, served

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


@dataclass(frozen=True)
class Shell:
    """A shell in which the demo is served, and keys and ids are known by their names."""

    environ: dict[str, str]
    port: int

    def run(self, line: str, **names: str) -> str:
        """Run a line of the README."""
        for name, value in names.items():
            line = line.replace(name, value)
        line = line.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}")
        done = subprocess.run(  # noqa: S602 - the README is ours
            line.replace("curl ", "curl --silent --show-error "),
            shell=True,
            env=self.environ,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


@pytest.fixture
def shell(built_demo: Path, tmp_path: Path) -> Iterator[Shell]:
    """Serve a copy of the demo on a port of its own."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    shutil.copytree(built_demo, tmp_path / "workspace")
    port = free_port()
    environ = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "GEO_SERVICE_WORKSPACE": str(tmp_path / "workspace"),
        "GEO_SERVICE_RIDER_KEY_FILE": str(built_demo.parent / "rider.key"),
        "GEO_SERVICE_UPKEEP_S": "0",
    }
    command = [sys.executable, "-m", "geo_service", "serve", "--port", str(port)]
    with served(command, port, environ):
        yield Shell(environ, port)


def chapter_lines() -> list[str]:
    chapter = README.split("## Five minutes with a report")[1].split("## Five minutes as")[0]
    blocks = re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL)
    return [
        line.split("  #")[0]
        for block in blocks
        for line in block.replace("\\\n", " ").splitlines()
        if line.strip()
    ]


def test_the_readme_s_report_becomes_a_dispatched_case(shell: Shell) -> None:
    make_staff, make_rider, report, work_list, file_it, dispatch = chapter_lines()
    staff = shell.run(make_staff).split()[1]
    rider = shell.run(make_rider).split()[1]
    first, again = (json.loads(shell.run(report, RIDER_KEY=rider)) for _ in range(2))
    issue = first[0]["service_request_id"]
    assert again[0]["service_request_id"] == issue
    listed = json.loads(shell.run(work_list, STAFF_KEY=staff))["features"]
    mine = [feature for feature in listed if feature["id"] == issue]
    assert len(mine) == 1
    assert mine[0]["properties"]["unit"].startswith("49SFR")
    assert mine[0]["properties"]["body"]["body_id"]
    assert mine[0]["properties"]["due_at"]
    for line, stage in ((file_it, "filed"), (dispatch, "dispatched")):
        moved = json.loads(shell.run(line, STAFF_KEY=staff, ISSUE=issue))
        assert moved["properties"]["stage"] == stage
    seen = shell.run(f"curl http://127.0.0.1:8000/issues/{issue}")
    assert json.loads(seen)["properties"]["approved"]
