"""Keys made, listed and ended by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest


@pytest.fixture
def city(run: Callable) -> Callable:
    """Make a workspace."""
    assert run("init").code == 0
    return run


def test_an_operators_key_names_the_operator(city: Callable) -> None:
    added = city("keys", "add", "--role", "operator", "--operator", "铁塔 Swap", "--note", "Wang")
    assert added.code == 0
    assert "may change nothing" not in added.err
    key_id, token = added.out.strip().split("\t")
    assert token.startswith("gs_")
    assert "second word is the key, shown only this time" in added.err
    (line,) = city("keys", "list").out.splitlines()
    assert line.split("\t")[:7] == [
        key_id,
        "operator",
        "never expires",
        "valid",
        "Wang",
        "铁塔 Swap",
        "",
    ]
    assert token not in line


@pytest.mark.parametrize("words", [(), ("--operator", ""), ("--operator", "  ")])
def test_an_operators_key_without_a_name_is_said_to_be_of_no_use(
    city: Callable, words: tuple[str, ...]
) -> None:
    added = city("keys", "add", "--role", "operator", *words)
    assert added.code == 0
    assert "names no operator, so it may change nothing" in added.err
    assert "--operator NAME" in added.err


def test_other_keys_name_none(city: Callable) -> None:
    refused = city("keys", "add", "--role", "staff", "--operator", "Tower")
    assert (refused.code, refused.out) == (2, "")
    assert "--operator" in refused.err
    assert city("keys", "list").out == ""
    added = city("keys", "add", "--role", "staff")
    assert added.code == 0
    assert "operator" not in added.err


def test_a_key_is_ended(city: Callable) -> None:
    key_id = city("keys", "add", "--role", "staff").out.split("\t")[0]
    assert city("keys", "revoke", key_id).code == 0
    assert "\trevoked\t" in city("keys", "list").out
    again = city("keys", "revoke", key_id)
    assert again.code == 1
    assert f"The key {key_id} is revoked since {datetime.now(tz=UTC):%Y-}" in again.err
    assert "There is no key" not in again.err
    assert "There is no key key-0" in city("keys", "revoke", "key-0").err


def test_a_key_that_has_expired_is_listed_so(
    city: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon, later = (datetime.now(tz=UTC) + timedelta(hours=hours) for hours in (1, 2))
    key_id = city("keys", "add", "--role", "staff", "--expires", soon.isoformat()).out.split()[0]
    assert "\tvalid\t" in city("keys", "list").out
    monkeypatch.setattr("geo_service.cli.words.now", lambda: later)
    (line,) = city("keys", "list").out.splitlines()
    assert line.split("\t")[3] == "expired"
    assert city("keys", "revoke", key_id).code == 0
    assert "\trevoked\t" in city("keys", "list").out


def test_the_list_has_a_heading_and_tells_when_keys_were_added(city: Callable) -> None:
    assert "no keys yet" in city("keys", "list").err
    for note in ("east, phone 1", "east, phone 2"):
        assert city("keys", "add", "--role", "rider", "--rider", "Wang", "--note", note).code == 0
    listed = city("keys", "list")
    heading = listed.err.strip().split("\t")
    for line, note in zip(listed.out.splitlines(), ("east, phone 1", "east, phone 2"), strict=True):
        told = dict(zip(heading, line.split("\t"), strict=True))
        assert told["NOTE"] == note
        added = datetime.strptime(told["ADDED"], "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
        assert timedelta(0) <= datetime.now(tz=UTC) - added < timedelta(minutes=10)


def test_a_riders_name_is_neither_kept_nor_listed(city: Callable) -> None:
    added = city("keys", "add", "--role", "rider", "--rider", "Wang-7", "--note", "phone")
    assert added.code == 0
    assert "names no rider" not in added.err
    key_id = added.out.split("\t")[0]
    (line,) = city("keys", "list").out.splitlines()
    known = [key_id, "rider", "never expires", "valid", "phone", "", ""]
    assert line.split("\t")[:7] == known


def test_a_riders_key_without_a_name_says_what_it_lacks(city: Callable) -> None:
    added = city("keys", "add", "--role", "rider")
    assert added.code == 0
    assert "--rider NAME" in added.err


def test_a_rider_named_for_another_key_is_wrong_usage(city: Callable) -> None:
    refused = city("keys", "add", "--role", "staff", "--rider", "Wang")
    assert (refused.code, refused.out) == (2, "")
    assert "--rider" in refused.err
    assert city("keys", "list").out == ""


def test_a_staffs_key_may_be_of_areas(city: Callable, demo_data: Path) -> None:
    assert city("load", "areas", str(demo_data / "areas.geojson")).code == 0
    unknown = city("keys", "add", "--role", "staff", "--area", "nowhere")
    assert (unknown.code, unknown.out) == (2, "")
    assert "--area: There is no area 'nowhere'. There are " in unknown.err
    known = unknown.err.split("There are ")[1].split(", ")[:2]
    added = city("keys", "add", "--role", "staff", "--area", known[1], "--area", known[0])
    assert added.code == 0
    (line,) = city("keys", "list").out.splitlines()
    assert line.split("\t")[6] == ", ".join(known)
    assert city("keys", "add", "--role", "analyst", "--area", known[0]).code == 2
