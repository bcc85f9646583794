"""``export``: what the workspace holds, as files."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from geo_service.cli.export import WHAT
from geo_service.export.feature_files import FORMATS
from geo_service.flows.collections.catalogue import COLLECTIONS


def test_every_collection_can_be_asked_for() -> None:
    assert {*COLLECTIONS, "bodies", "streets", "traces"} == set(WHAT)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("facilities", "2 facilities"),
        ("issues", "1 issues"),
        ("areas", "0 areas"),
        ("releases", "0 releases"),
        ("street_exposure", "1 street exposure"),
        ("streets", "2 streets"),
        ("traces", "1 traces"),
    ],
)
def test_every_format_says_how_many_features_it_holds(
    town: Callable, tmp_path: Path, what: str, said: str
) -> None:
    for ending in FORMATS:
        if ending == ".gpx" and what in ("areas", "releases"):
            continue
        out = tmp_path / f"x{ending}"
        answer = town("export", what, "--out", out)
        assert (answer.code, answer.out, answer.err) == (0, f"{out}: {said}\n", "")
        assert out.stat().st_size > 0


def test_the_command_line_is_told_what_the_public_is_not(town: Callable, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden.csv"
    hidden.write_text(
        "id,category,reported_at,lon,lat,approved,description\n"
        "h,standing_water,2026-09-01T00:00Z,112.14,32.04,false,Xwords\n"
    )
    assert town("load", "issues", hidden).code == 0
    out = tmp_path / "i.csv"
    assert town("export", "issues", "--out", out).out == f"{out}: 2 issues\n"
    assert "Xwords" in out.read_text(encoding="utf-8-sig")
    assert town("export", "issues", "--public", "--out", out).out == f"{out}: 1 issues\n"
    assert "Xwords" not in out.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("facilities", "--out", "x.xlsx"), ".geojson, .csv, .gpkg, .fgb, .parquet, .gpx"),
        (("places", "--out", "x.csv"), "facilities"),
        (("facilities",), "--out"),
        (("areas", "--out", "x.gpx"), "polygons"),
        (("bodies", "--out", "x.geojson"), ".csv"),
        (("traces", "--public", "--out", "x.csv"), "releases"),
        (("street_exposure", "--public", "--out", "x.csv"), "releases"),
        (("issues", "--since", "2026-01-01T00:00Z", "--out", "x.csv"), "Only traces"),
        (("issues", "--profile", "walk", "--out", "x.csv"), "Only streets"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(
    town: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = town("export", *words)
    assert answer.code == 2
    assert said in answer.err
    assert list(tmp_path.glob("x.*")) == []


def test_streets_are_of_a_profile_and_traces_of_a_span(town: Callable, tmp_path: Path) -> None:
    out = tmp_path / "s.geojson"
    assert town("export", "streets", "--profile", "walk", "--out", out).code == 0
    (first, _) = json.loads(out.read_text())["features"]
    walked = first["properties"]["duration_s"]
    assert town("export", "streets", "--out", out).code == 0
    (first, _) = json.loads(out.read_text())["features"]
    assert first["properties"]["duration_s"] < walked
    fixes = tmp_path / "t.csv"
    assert town("export", "traces", "--since", "2026-10-01T08:00Z", "--out", fixes).code == 0
    with fixes.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["t"] for row in rows] == ["2026-10-01T08:00:00Z", "2026-10-01T08:00:20Z"]
    assert rows[0]["rider_id"] not in ("", "x")
    until = town("export", "traces", "--until", "2026-10-01T08:00Z", "--out", fixes)
    assert until.out == f"{fixes}: 0 traces\n"


def test_areas_and_bodies_come_into_an_empty_workspace(run: Callable, tmp_path: Path) -> None:
    top = {"record": "body", "id": "top", "name": "街道", "level": "street_committee"}
    low = {
        "record": "body", "id": "low", "name": "社区, “一”", "name_en": "One", "level": "community",
        "parent_id": "top", "categories": '["standing_water", "a;b"]',
    }  # fmt: skip
    area = {"id": "a", "name": "片区", "body_id": "low", "people": "9"}
    square = [[[112, 32], [112.1, 32], [112.1, 32.1], [112, 32]]]
    features = [
        *({"type": "Feature", "properties": one, "geometry": None} for one in (low, top)),
        {
            "type": "Feature",
            "properties": area,
            "geometry": {"type": "Polygon", "coordinates": square},
        },
    ]
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert run("load", "areas", path).code == 0
    first = [tmp_path / "b.csv", tmp_path / "a.geojson"]
    again = [tmp_path / "b2.csv", tmp_path / "a2.geojson"]
    for what, out in zip(("bodies", "areas"), first, strict=True):
        assert run("export", what, "--out", out).code == 0
    other = ("--workspace", tmp_path / "other")
    loaded = run("load", "areas", *first, *other)
    assert (loaded.code, loaded.out) == (0, "areas and bodies: 3 read, 3 loaded, 0 refused\n")
    for what, out in zip(("bodies", "areas"), again, strict=True):
        assert run("export", what, "--out", out, *other).code == 0
    assert [one.read_bytes() for one in first] == [one.read_bytes() for one in again]
    assert "a;b" in first[0].read_text(encoding="utf-8-sig")


def test_a_workspace_is_needed(run: Callable, tmp_path: Path) -> None:
    answer = run("export", "facilities", "--out", tmp_path / "f.csv")
    assert answer.code == 1
    assert "There is no workspace here" in answer.err
