"""A manifest is read back as it was written, and believed in nothing that could do harm."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.errors import UnreadableFile
from geo_service.store import backup_manifest
from geo_service.store.backup_manifest import COUNTED, Manifest, read_manifest, write_manifest
from geo_service.store.proven_copy import Proof

HASH = "ab" * 32
DATABASE = "geo_service.sqlite"
MANIFEST = Manifest(
    program="0.1.0",
    revision="0007",
    moment=datetime(2026, 11, 18, 4, tzinfo=UTC),
    content=HASH,
    counts=dict.fromkeys(COUNTED, 3),
    files={
        DATABASE: Proof(4096, HASH),
        "traces/2026-10-01-0123456789abcdef.parquet": Proof(0, HASH),
        "streets/0123456789abcdef/ebike-grid/edge_rank.npy": Proof(1, HASH),
        f"photos/ab/ab{'0' * 30}.jpg": Proof(1 << 40, HASH),
    },
)


def write_changed(folder: Path, **changes: object) -> None:
    write_manifest(folder, MANIFEST)
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def entry(path: object, size: object = 1, sha256: object = HASH) -> dict[str, object]:
    return {"path": path, "size": size, "sha256": sha256}


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    assert read_manifest(tmp_path) == MANIFEST
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


@pytest.mark.parametrize(
    "path",
    [
        "../outside",
        "traces/../../outside",
        "/etc/passwd",
        "traces//etc",
        "traces/.hidden",
        "traces/a/b",
        "traces/a\0b",
        "traces/a\n",
        "traces\\a",
        "manifest.json",
        "counts/passes-1.counts",
        "photos/ab/ab.jpg",
        "streets/x/y",
        "Geo_service.sqlite",
        "",
        7,
        None,
    ],
)
def test_a_path_that_leads_anywhere_else_is_refused(tmp_path: Path, path: object) -> None:
    write_changed(tmp_path, files=[entry(DATABASE), entry(path)])
    with pytest.raises(UnreadableFile, match="none of a backup"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"files": [entry(DATABASE), entry(DATABASE)]}, "twice"),
        ({"files": []}, "does not name geo_service.sqlite"),
        ({"files": [entry(DATABASE, size=-1)]}, "number"),
        ({"files": [entry(DATABASE, size=True)]}, "number"),
        ({"files": [entry(DATABASE, size=1e300)]}, "number"),
        ({"files": [entry(DATABASE, size=1 << 70)]}, "number"),
        ({"files": [entry(DATABASE, sha256=HASH[1:])]}, "hash"),
        ({"files": [entry(DATABASE, sha256=HASH.upper())]}, "hash"),
        ({"files": [{"path": DATABASE}]}, "lacks"),
        ({"files": 3}, "lacks"),
        ({"content": ""}, "hash"),
        ({"counts": {}}, "lacks"),
        ({"moment": "2026-11-18T04:00:00"}, "zone"),
        ({"moment": "yesterday"}, "cut off or no JSON"),
        ({"revision": "../x"}, "program"),
        ({"revision": 7}, "lacks"),
        ({"program": 7}, "program"),
    ],
)
def test_what_can_not_be_is_refused(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    write_changed(tmp_path, **changes)
    with pytest.raises(UnreadableFile, match=why) as refused:
        read_manifest(tmp_path)
    assert refused.value.where == str(tmp_path / "manifest.json")


def test_another_format_is_for_another_program(tmp_path: Path) -> None:
    write_changed(tmp_path, format=2)
    with pytest.raises(UnreadableFile, match="format 2, and this program reads 1"):
        read_manifest(tmp_path)


def test_one_thing_said_twice_is_refused(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    path = tmp_path / "manifest.json"
    path.write_text(path.read_text().replace("{", '{"content": "x",', 1))
    with pytest.raises(UnreadableFile, match="twice"):
        read_manifest(tmp_path)


def test_a_huge_manifest_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_manifest(tmp_path, MANIFEST)
    monkeypatch.setattr(backup_manifest, "MOST_BYTES", 100)
    with pytest.raises(UnreadableFile, match="too large"):
        read_manifest(tmp_path)


def test_a_link_is_no_manifest(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    (tmp_path / "manifest.json").rename(tmp_path / "elsewhere")
    (tmp_path / "manifest.json").symlink_to("elsewhere")
    with pytest.raises(UnreadableFile, match="can't be read"):
        read_manifest(tmp_path)


@given(st.data())
def test_whatever_is_there_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp() / "manifests"
    folder.mkdir(exist_ok=True)
    write_manifest(folder, MANIFEST)
    path = folder / "manifest.json"
    content = path.read_bytes()
    cut = data.draw(st.integers(0, len(content)))
    more = data.draw(st.one_of(st.just(b""), st.binary(max_size=20), st.just(b"[" * 100_000)))
    path.write_bytes(content[:cut] + more + content[cut + data.draw(st.integers(0, 20)) :])
    try:
        read = read_manifest(folder)
    except UnreadableFile as refused:
        assert str(path) in str(refused)  # noqa: PT017 - either is right
    else:
        assert DATABASE in read.files
        assert all(".." not in name and not name.startswith("/") for name in read.files)
