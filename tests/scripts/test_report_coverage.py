import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "report_coverage"


def summary(lines: int, of_lines: int, branches: int, of_branches: int) -> dict[str, int]:
    return {
        "covered_lines": lines,
        "num_statements": of_lines,
        "covered_branches": branches,
        "num_branches": of_branches,
    }


def told_of(path: Path, totals: dict[str, int], **files: dict[str, int]) -> tuple[int, list[str]]:
    """Run the script; the first line and branch of each file were not run."""
    told: dict[str, Any] = {"totals": totals, "files": {}}
    for name, counted in files.items():
        left = {"missing_lines": [7], "missing_branches": [[8, 9]]}
        told["files"][name] = {"summary": counted, **left}
    (path / "told.json").write_text(json.dumps(told))
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(path / "told.json")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize(
    ("lines", "branches", "ended"), [(95, 95, 0), (94, 100, 1), (100, 94, 1), (100, 100, 0)]
)
def test_each_share_must_be_large_enough(
    tmp_path: Path, lines: int, branches: int, ended: int
) -> None:
    code, said = told_of(tmp_path, summary(lines, 100, branches, 100))
    assert code == ended
    assert said[0].startswith(f"lines: {lines}.00 % of 100")
    assert said[1].startswith(f"branches: {branches}.00 % of 100")


def test_what_has_no_branches_lacks_none(tmp_path: Path) -> None:
    code, said = told_of(tmp_path, summary(10, 10, 0, 0))
    assert (code, len(said)) == (0, 2)


def test_worst_files_come_first_and_whole_ones_not_at_all(tmp_path: Path) -> None:
    code, said = told_of(
        tmp_path,
        summary(99, 100, 99, 100),
        some=summary(9, 10, 4, 4),
        whole=summary(10, 10, 4, 4),
        worst=summary(8, 10, 3, 4),
    )
    assert code == 0
    assert [line.split()[3].rstrip(":") for line in said[2:]] == ["worst", "some"]
    assert "lines 7; branches 8->9" in said[2]
