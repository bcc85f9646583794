"""Bodies are read again as they were written."""

from pathlib import Path

from geo_service.domain.area import Body, Level
from geo_service.export.body_table import write_bodies
from geo_service.ingest.areas import read_areas


def test_bodies_come_back(tmp_path: Path) -> None:
    known = [
        Body("a/1", '社区, "一"\n', Level.COMMUNITY, "One", "b", frozenset({"x, y", "z;w", "[q"})),
        Body("b", "", Level.STREET_COMMITTEE),
    ]
    write_bodies(known, tmp_path / "b.csv")
    batch = read_areas(tmp_path / "b.csv")
    assert not batch.areas.records
    assert not batch.bodies.refusals
    assert [(one.body_id, one.level, one.categories, one.parent_id) for one in known] == [
        (one.body_id, one.level, one.categories, one.parent_id) for one in batch.bodies.records
    ]
    assert batch.bodies.records[0].name == '社区, "一"'


def test_a_name_is_no_formula(tmp_path: Path) -> None:
    write_bodies([Body("=1", "@x", Level.COMMUNITY, "-y")], tmp_path / "b.csv")
    assert "body,'=1,'@x,'-y,community,," in (tmp_path / "b.csv").read_text(encoding="utf-8-sig")
