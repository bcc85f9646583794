"""What an analyst does in the first five minutes: the README's own words, run."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def readme_commands() -> list[str]:
    """Return the commands of the "five minutes" chapters of rider, planner and analyst."""
    chapters = README.split("## Five minutes as a rider")[1].split("## From the tools")[0]
    before, _, report = chapters.partition("## Five minutes with a report")
    chapters = before + report.partition("## Five minutes as an analyst")[2]
    blocks = re.findall(r"```sh\n(.*?)```", chapters, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line.split("  #")[0] for line in lines if line.startswith("geo-service")]


def test_readme_has_commands_for_all_three() -> None:
    assert {line.split()[1] for line in readme_commands()} == {"nearest", "map", "overlay"}


@pytest.mark.parametrize("line", readme_commands())
def test_command_of_the_readme_works(
    demo: Callable, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(line)[1:]
    answer = demo(*words)
    assert answer.code == 0, answer.err
    if "--out" in words:
        assert (tmp_path / words[words.index("--out") + 1]).stat().st_size > 500


def test_python_of_the_readme_works(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    before = README.split("## From the tools")[0]
    blocks = re.findall(r"```python\n(.*?)```", before, re.DOTALL)
    together = "\n".join(blocks)
    exec(compile(together, "README.md", "exec"), {})  # noqa: S102 - our own README
    printed = capsys.readouterr().out
    assert "passes" in printed
    assert "issues_per_1000_trips" in printed
    assert "facility_id" in printed
    worst = printed[printed.index("expected_issues") :]
    assert worst.splitlines()[1].split()[1] == "创业里", "as the README tells"
    assert re.search(r"hour\n18 .*\n12 ", worst), "the evening, then noon"
    assert "riders_since_confirmed" in worst


def test_all_formats_hold_the_same_figures(demo: Callable, tmp_path: Path) -> None:
    for ending in ("csv", "geojson", "gpkg", "parquet"):
        assert demo("overlay", "--out", tmp_path / f"x.{ending}").code == 0
    table = pd.read_csv(tmp_path / "x.csv")
    assert len(table) >= 55
    assert table["passes"].sum() > 100
    for frame in (
        gpd.read_file(tmp_path / "x.geojson"),
        gpd.read_file(tmp_path / "x.gpkg"),
        gpd.read_parquet(tmp_path / "x.parquet"),
    ):
        assert frame["passes"].tolist() == table["passes"].tolist()
        assert frame["issue_id"].tolist() == table["issue_id"].astype(str).tolist()
        assert frame.crs.to_epsg() == 4326


def test_smaller_radius_finds_fewer_passes(demo: Callable, tmp_path: Path) -> None:
    totals = []
    for radius in (10, 25, 60):
        assert demo("overlay", "--radius", radius, "--out", tmp_path / "x.csv").code == 0
        totals.append(pd.read_csv(tmp_path / "x.csv")["passes"].sum())
    assert totals[0] < totals[1] < totals[2]


def test_since_and_until_divide_the_trips(demo: Callable, tmp_path: Path) -> None:
    noon = "2026-10-15T12:00+08:00"
    totals = []
    for words in ((), ("--until", noon), ("--since", noon)):
        assert demo("overlay", *words, "--out", tmp_path / "x.csv").code == 0
        totals.append(pd.read_csv(tmp_path / "x.csv")["passes"].sum())
    assert totals[0] == totals[1] + totals[2]
    assert min(totals) > 0


def test_unknown_ending_is_refused_before_any_work(demo: Callable, tmp_path: Path) -> None:
    answer = demo("overlay", "--out", tmp_path / "x.docx")
    assert answer.code == 2
    assert ".gpkg" in answer.err
