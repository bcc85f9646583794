"""Riders' names changed by hand, and what every command says of it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

HEAD = "trip_id,rider_id,t,lon,lat\n"


def rides(path: Path, *rides: tuple[str, str]) -> Path:
    rows = [
        f"{name}-{day},{name},{day}T04:00:{second:02},{112.14 + second / 1e4:.4f},32.04\n"
        for name, day in rides
        for second in (0, 10)
    ]
    path.write_text(HEAD + "".join(rows))
    return path


@pytest.fixture
def rotated(town: Callable, tmp_path: Path) -> Callable:
    """Change names with November 2026, of which trips are loaded afterwards."""
    assert town("rotate-key", "--from", "2026-11").code == 0
    both = rides(
        tmp_path / "both.csv",
        ("Wang", "2026-10-20"),
        ("Wang", "2026-11-02"),
        ("Li", "2026-11-03"),
        ("Li", "2026-10-03"),
    )
    assert town("load", "traces", both, "--time-zone", "Asia/Shanghai").code == 0
    return town


def test_it_says_from_when_and_where_the_key_is(town: Callable, tmp_path: Path) -> None:
    told = town("rotate-key", "--from", "2099-12")
    assert (told.code, told.err) == (0, "")
    assert "from 2099-12-01T00:00:00+08:00 on bear other names" in told.out
    assert str(tmp_path / "rider.key.2099-12") in told.out
    assert (tmp_path / "rider.key.2099-12").stat().st_mode & 0o777 == 0o600
    assert "riders' names in traces change in: 2099-12" in town("doctor").out
    assert json.loads(town("doctor", "--json").out)["names_change"] == ["2099-12"]
    again = town("rotate-key", "--from", "2099-12")
    assert again.code == 1
    assert "change at the beginning of 2099-12 already" in again.err
    assert town("rotate-key", "--from", "2099-13").code == 2
    begun = town("rotate-key", "--from", "2020-01")
    assert begun.code == 1
    assert "has begun" in begun.err
    # Without a month: the next one, whatever it is.
    assert town("rotate-key").code == 0


def test_riders_are_not_counted_across_it(rotated: Callable, tmp_path: Path) -> None:
    out = tmp_path / "o.geojson"
    told = rotated("overlay", "--by", "cell", "--out", out)
    assert told.code == 0
    assert "Trips that start from 2026-11-01T00:00:00+08:00 on are counted" in told.err

    def most_riders() -> int:
        features = json.loads(out.read_text())["features"]
        return int(max(one["properties"]["riders"] for one in features))

    assert most_riders() == 2
    october = ("--since", "2026-10-01T00:00+08:00")
    spans = rotated("overlay", "--by", "cell", *october, "--out", out)
    assert spans.code == 2
    assert "from 2026-11-01T00:00+08:00 on" in spans.err
    before = rotated(
        "overlay", "--by", "cell", "--until", "2026-11-01T00:00:00+08:00", "--out", out
    )
    assert (before.code, before.err) == (0, "")
    # Both, and who rode in the town before.
    assert most_riders() == 3
    # Where nobody is counted, all trips are looked at.
    blind = rotated("overlay", "--by", "cell", "--blind-spots", *october, "--out", out)
    assert (blind.code, blind.err) == (0, "")
    assert rotated("export", "traces", "--out", tmp_path / "t.csv").code == 0
    rows = (tmp_path / "t.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    names = {(row.split(",")[0].split("-")[0], row.split(",")[1]) for row in rows if "-2026" in row}
    assert len({name for _, name in names}) == 4


def test_a_rider_goes_under_all_names(rotated: Callable, tmp_path: Path) -> None:
    rotated("keys", "add", "--role", "rider", "--rider", "Wang")
    rotated("export", "traces", "--out", tmp_path / "t.csv")
    rows = (tmp_path / "t.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    names = {row.split(",")[1] for row in rows if row.startswith("Wang-2026-11")}
    gone = json.loads(rotated("erase-rider", "--pseudonym", *names, "--json").out)
    assert (gone["gone"]["trips"], gone["gone"]["keys"]) == (2, 1)
    assert (gone["untold"], gone["of_one_time"]) == ([], False)
    rotated("export", "traces", "--out", tmp_path / "t.csv")
    assert "Wang" not in (tmp_path / "t.csv").read_text(encoding="utf-8-sig")


def test_a_name_of_one_time_is_said_to_be_that(rotated: Callable, tmp_path: Path) -> None:
    rotated("export", "traces", "--out", tmp_path / "t.csv")
    rows = (tmp_path / "t.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    by_trip = {row.split(",")[0]: row.split(",")[1] for row in rows}
    # The trip of before gone, nothing tells of Wang's account.
    assert rotated("erase-rider", "--pseudonym", by_trip["Wang-2026-10-20"], "--dry-run").err == ""
    (tmp_path / "rider.key.2026-11").rename(tmp_path / "kept")
    assert rotated("erase-rider", "--pseudonym", by_trip["Wang-2026-10-20"]).code == 1
    (tmp_path / "kept").rename(tmp_path / "rider.key.2026-11")
    told = rotated("erase-rider", "--pseudonym", by_trip["Wang-2026-11-02"])
    assert "  trips: 1\n" in told.out
    assert "which others belong to this pseudonym" in told.err


def test_a_missing_key_is_told_by_all(rotated: Callable, tmp_path: Path) -> None:
    key = tmp_path / "rider.key.2026-11"
    key.rename(tmp_path / "kept")
    ill = rotated("doctor")
    assert ill.code == 1
    assert f"{key}: The key to riders' names in trips from 2026-11 on is not here" in ill.err
    later = rides(tmp_path / "later.csv", ("Wang", "2026-11-09"))
    refused = rotated("load", "traces", later, "--time-zone", "Asia/Shanghai")
    assert refused.code == 1
    assert str(key) in refused.err
    assert "Put it back" in refused.err
    assert not key.exists()
    assert "Not looked at" in rotated("erase-rider", "Wang", "--dry-run").err
    partly = rotated("erase-rider", "Wang")
    assert partly.code == 1
    assert "  trips: 1\n" in partly.out
    assert "Not looked at: trips that start from 2026-10-31T16:00:00+00:00 on." in partly.err
    # Other names come, so that the old key may be destroyed.
    (tmp_path / "kept").rename(key)
    assert rotated("rotate-key").code == 0
    assert rotated("load", "traces", later, "--time-zone", "Asia/Shanghai").code == 0


def test_a_restored_workspace_says_which_keys_it_needs(rotated: Callable, tmp_path: Path) -> None:
    assert rotated("backup", "--out", tmp_path / "b" / "one").code == 0
    kept = {path: path.read_text() for path in tmp_path.glob("rider.key*")}
    for path in kept:
        path.unlink()
    back = rotated("restore", tmp_path / "b" / "one", "--workspace", tmp_path / "again")
    assert back.code == 0
    assert f"{tmp_path / 'rider.key'}: The riders' key is not here." in back.err
    assert list(tmp_path.glob("rider.key*")) == []
    late = rides(tmp_path / "late.csv", ("Zhang", "2026-10-21"))
    refused = rotated(
        "load", "traces", late, "--time-zone", "UTC", "--workspace", tmp_path / "again"
    )
    assert refused.code == 1
    assert list(tmp_path.glob("rider.key*")) == []
    (tmp_path / "rider.key").write_text(kept[tmp_path / "rider.key"])
    third = rotated("restore", tmp_path / "b" / "one", "--workspace", tmp_path / "third")
    assert f"{tmp_path / 'rider.key.2026-11'}: The key to riders' names" in third.err
    for path, text in kept.items():
        path.write_text(text)
    (tmp_path / "listed.json").write_text(rotated("erase-rider", "--list").out)
    whole = ("--workspace", tmp_path / "whole", "--erasures", tmp_path / "listed.json")
    back = rotated("restore", tmp_path / "b" / "one", *whole)
    assert (back.err[:25], back.err.count("\n")) == ("All else is as it was at ", 1)


def test_a_backup_of_before_says_that_names_changed(town: Callable, tmp_path: Path) -> None:
    """The key lies there, and the workspace put back knows nothing of it."""
    assert town("backup", "--out", tmp_path / "b" / "one").code == 0
    assert town("rotate-key", "--from", "2026-11").code == 0
    key = (tmp_path / "rider.key.2026-11").read_text()
    back = town("restore", tmp_path / "b" / "one", "--workspace", tmp_path / "again")
    assert "keys of 2026-11" in back.err
    assert town("rotate-key", "--from", "2026-11", "--workspace", tmp_path / "again").code == 0
    assert (tmp_path / "rider.key.2026-11").read_text() == key
