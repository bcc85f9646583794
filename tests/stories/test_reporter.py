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
from typing import Any

import pytest
from own_process import free_port, served

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


@dataclass(frozen=True)
class Shell:
    """A shell in which the demo is served, and keys and ids are known by their names."""

    environ: dict[str, str]
    port: int

    def run(self, block: str, **names: str) -> str:
        """Run a block of the README in which some names are set, and return what is printed."""
        typed = block.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}")
        done = subprocess.run(
            ["/bin/sh", "-euc", typed.replace("curl ", "curl --silent --show-error ")],
            env=self.environ | names,
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


def readme_blocks() -> list[str]:
    """Return what the chapter about a report tells to type."""
    chapter = README.split("## Five minutes with a report")[1].split("## Five minutes as")[0]
    return re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL)


def answers_in(printed: str) -> list[Any]:
    """Read the JSON that was printed, one after the other, and leave the rest."""
    found, decoder = [], json.JSONDecoder()
    while (begin := re.search(r"[{[]", printed)) is not None:
        answer, end = decoder.raw_decode(printed[begin.start() :])
        printed = printed[begin.start() + end :]
        found.append(answer)
    return found


def test_the_readme_s_report_is_closed_by_riders_and_its_points_are_taken(shell: Shell) -> None:
    report, move, ask, take = readme_blocks()
    report = report.replace("ISSUE=r-...", 'echo; echo "$STAFF" "$RIDER"')
    printed = shell.run(report)
    (answered,) = answers_in(printed)
    staff, rider = printed.split()[-2:]
    names = {"STAFF": staff, "RIDER": rider, "ISSUE": answered[0]["service_request_id"]}
    # Time goes by, and riders are asked about the report too, before it moves on.
    shell.run("geo-service upkeep")
    listed, *moved = answers_in(shell.run(move, **names))
    (mine,) = (one["properties"] for one in listed["features"] if one["id"] == names["ISSUE"])
    assert mine["unit"].startswith("49SFR")
    assert mine["body"]["body_id"]
    assert mine["due_at"]
    stages = [one["properties"]["stage"] for one in moved]
    assert stages == ["filed", "dispatched", "handling", "reported_back"]
    *_, issue = answers_in(shell.run(ask, **names))
    assert issue["properties"]["stage"] == "closed"
    _, voucher, credits_now = answers_in(shell.run(take, **names))
    assert voucher["voucher"]
    assert credits_now["balance"] == 5
