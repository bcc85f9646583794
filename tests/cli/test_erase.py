"""A rider erased by hand, and the list of who was."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from geo_service.domain.erasure import ErasureList
from geo_service.domain.rider import pseudonym


@pytest.fixture
def city(run: Callable, tmp_path: Path) -> Callable:
    """Make a workspace in which Wang has a key and a trip, and Li a key."""
    assert run("init").code == 0
    (tmp_path / "t.csv").write_text(
        "trip_id,rider_id,t,lon,lat\n"
        "a,Wang,2026-10-01T04:00:00Z,112.14,32.04\n"
        "a,Wang,2026-10-01T04:00:10Z,112.141,32.04\n"
    )
    assert run("load", "traces", tmp_path / "t.csv").code == 0
    for name in ("Wang", "Li"):
        assert run("keys", "add", "--role", "rider", "--rider", name).code == 0
    return run


def test_what_would_go_is_said_first(city: Callable) -> None:
    told = city("erase-rider", "Wang", "--dry-run")
    assert told.code == 0
    assert "What would go:\n  trips: 1\n  fixes: 2\n  keys: 1\n" in told.out
    assert "releases made before" in told.out
    again = city("erase-rider", "Wang", "--dry-run", "--json")
    assert json.loads(again.out)["gone"]["trips"] == 1
    assert len(city("keys", "list").out.splitlines()) == 2
    assert json.loads(city("erase-rider", "--list").out)["erased"] == []


def test_a_rider_goes_by_name_or_pseudonym(city: Callable, tmp_path: Path) -> None:
    done = json.loads(city("erase-rider", "Wang", "--json").out)
    assert (done["dry_run"], done["gone"]["trips"], done["gone"]["keys"]) == (False, 1, 1)
    known = pseudonym("Li", bytes.fromhex((tmp_path / "rider.key").read_text().strip()))
    assert "  keys: 1\n" in city("erase-rider", "--pseudonym", known).out
    assert city("keys", "list").out == ""
    listed = city("erase-rider", "--list").out
    assert len(json.loads(listed)["erased"]) == 2
    assert known not in listed
    (tmp_path / "list.json").write_text(listed)
    assert city("erase-rider", "--apply", tmp_path / "list.json").out == "riders erased again: 0\n"
    assert city("erase-rider", "--finish").out == "erasures finished: 0\n"
    # A workspace of before, put back: the list alone erases again.
    assert city("keys", "add", "--role", "rider", "--rider", "Li").code == 0
    later = json.loads(listed)
    later["erased"][1]["asked_at"] = "2030-01-01T00:00:00+00:00"
    later["erased"][0]["asked_at"] = "2030-01-01T00:00:00+00:00"
    (tmp_path / "list.json").write_text(json.dumps(later))
    assert city("erase-rider", "--apply", tmp_path / "list.json").out == "riders erased again: 1\n"
    assert city("keys", "list").out == ""


def test_texts_in_which_the_name_stands_are_told_of(city: Callable) -> None:
    assert city("keys", "add", "--role", "staff", "--note", "knows Wang").code == 0
    told = city("erase-rider", "Wang").err
    assert "1 texts that people wrote hold the name" in told
    assert "Nothing here names this rider" not in told
    assert "Nothing here names this rider" in city("erase-rider", "Wnag").err


def test_a_name_that_nobody_has_is_told_on_the_same_stream(city: Callable) -> None:
    would = city("erase-rider", "Wnag", "--dry-run")
    assert would.out == "Nothing was found of this rider: neither trips nor anything else.\n"
    assert json.loads(city("erase-rider", "--list").out)["erased"] == []
    done = city("erase-rider", "Wnag")
    assert done.code == 0
    assert done.out.startswith(would.out.strip())
    assert "What has gone" not in done.out
    assert "a backup of before that is put back is erased too" in done.out
    assert len(json.loads(city("erase-rider", "--list").out)["erased"]) == 1
    assert "What has gone:\n  trips: 1\n" in city("erase-rider", "Wang").out
    again = city("erase-rider", "Wang")
    assert again.out.startswith("Nothing was found of this rider")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 2),
        (("Wang", "--pseudonym", "0123456789abcdef"), 2),
        (("--pseudonym", "xyz"), 2),
        (("--list", "--finish"), 2),
        (("--apply", "{}"), 1),
        (("--apply", "[1]"), 1),
        (("--apply", '{"key_mark": "0", "erased": []}'), 1),
    ],
)
def test_what_is_asked_wrongly_is_said(
    city: Callable, tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    if words[:1] == ("--apply",):
        (tmp_path / "list.json").write_text(words[1])
        words = ("--apply", str(tmp_path / "list.json"))
    refused = city("erase-rider", *words)
    assert refused.code == code
    assert refused.err


def test_a_list_is_read_as_it_is_written() -> None:
    told = {
        "key_mark": "k",
        "erased": [{"mark": "m", "asked_at": "2026-11-18T04:00:00+00:00"}],
    }
    assert ErasureList.from_json(told).as_json() == told
