"""A fuzzer reads the document and asks a served city whatever comes to its mind.

All of its checks run, with data that fits the schemas and data that does not. A few examples an
operation by default; ``GEO_SERVICE_FUZZ_EXAMPLES=100`` looks harder.
"""

import os
import re
import subprocess
import sysconfig
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree

import httpx
import pytest

from geo_service.settings import Settings

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
EXAMPLES = os.environ.get("GEO_SERVICE_FUZZ_EXAMPLES", "1")
# Text with U+0000 fits every schema and can be stored nowhere: such a body is refused as a whole.
# A refusal of what is too large (413) is a refusal.
CONFIG = """
[generation]
allow-x00 = false

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, "5xx"]
"""
# Run by the hooks, which know the rules that schemas can't say.
IN_HOOKS = ("positive_data_acceptance", "missing_required_header")
# The time an answer takes says more of the machine than of the door.
LONGEST_S = 60

ASKED: dict[str | None, tuple[str, ...]] = {
    None: (),
    "admin": (),
    "rider": ("tasks", "credits", "check-ins", "traces", "photos"),
}
"""Who asks, and for which groups of operations; none: all. A rider's own are a rider's alone."""

Serve = Callable[[Settings, Callable[[], datetime]], AbstractContextManager[httpx.Client]]


@pytest.mark.parametrize(("role", "tags"), ASKED.items())
def test_a_fuzzer_finds_nothing(
    reporting_settings: Settings,
    serve_city: Serve,
    keys: dict[str, str],
    now: datetime,
    tmp_path: Path,
    role: str | None,
    tags: tuple[str, ...],
) -> None:
    folder = Path(copytree(reporting_settings.workspace, tmp_path / "workspace"))
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    shown = [f"--header=Authorization: Bearer {keys[role]}"] if role else []
    own = replace(reporting_settings, workspace=folder)
    with serve_city(own, lambda: now + timedelta(seconds=1)) as door:
        told = subprocess.run(
            [
                str(Path(sysconfig.get_path("scripts")) / "schemathesis"),
                "run",
                f"{door.base_url}/openapi.json",
                "--checks=all",
                f"--exclude-checks={','.join(IN_HOOKS)}",
                "--mode=all",
                f"--max-examples={EXAMPLES}",
                "--seed=1",
                "--generation-database=none",
                "--continue-on-failure",
                f"--request-timeout={LONGEST_S}",
                f"--max-response-time={LONGEST_S}",
                "--no-color",
                *shown,
                *(f"--include-tag={tag}" for tag in tags),
            ],
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": str(HERE),
                "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        described = door.get("/openapi.json").json()["paths"]
    assert told.returncode == 0, told.stdout[-20_000:] + told.stderr[-2_000:]
    tested = re.search(r"Operations: +(\d+) selected", told.stdout)
    assert tested, told.stdout[-2_000:]
    every = [door for doors in described.values() for door in doors.values()]
    assert int(tested[1]) == sum(not tags or door["tags"][0] in tags for door in every)
