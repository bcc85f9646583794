"""Bodies into a table, and into nothing else."""

from pathlib import Path

import pytest

from geo_service.domain.area import Body, Level
from geo_service.errors import WrongUsage
from geo_service.flows.export_bodies import export_bodies
from geo_service.flows.wiring import Workspace
from geo_service.store import areas


def test_all_bodies_are_written(empty: Workspace, tmp_path: Path) -> None:
    assert export_bodies(empty, tmp_path / "none.csv") == 0
    bodies = [
        Body("b", "街道", Level.STREET_COMMITTEE),
        Body("a", "社区", Level.COMMUNITY, "", "b"),
    ]
    with empty.database.writing() as connection:
        areas.write(connection, [], bodies)
    assert export_bodies(empty, tmp_path / "b.CSV") == 2
    lines = (tmp_path / "b.CSV").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1:] == ["body,a,社区,,community,b,", "body,b,街道,,street_committee,,"]


def test_they_are_no_map(empty: Workspace, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="table"):
        export_bodies(empty, tmp_path / "b.geojson")
    assert not (tmp_path / "b.geojson").exists()
