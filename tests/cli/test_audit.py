"""The audit log, listed by hand."""

import json
from collections.abc import Callable
from pathlib import Path


def test_commands_that_write_are_told_of(run: Callable, tmp_path: Path) -> None:
    assert run("init").code == 0
    key_id = run("keys", "add", "--role", "rider", "--rider", "王小明").out.split("\t")[0]
    (tmp_path / "deadlines.csv").write_text("category,stage,hours\n*,collected,24\n")
    assert run("load", "deadlines", tmp_path / "deadlines.csv").code == 0
    assert run("keys", "list").code == 0
    assert run("keys", "revoke", key_id).code == 0
    assert run("keys", "revoke", "key-none").code == 1
    listed = run("audit")
    assert (listed.code, listed.err) == (0, "")
    lines = [line.split("\t") for line in listed.out.splitlines()]
    assert [line[1:] for line in lines] == [
        ["command line", "init", ""],
        ["command line", "keys add", f"key {key_id}"],
        ["command line", "load deadlines", ""],
        ["command line", "keys revoke", f"key {key_id}"],
    ]
    assert "王小明" not in listed.out


def test_a_span_of_it_for_programs(run: Callable) -> None:
    run("init")
    run("keys", "add", "--role", "staff")
    told = [json.loads(line) for line in run("audit", "--json").out.splitlines()]
    assert [one["what"] for one in told] == ["init", "keys add"]
    assert list(told[1]) == ["done_at", "who", "what", "about", "about_id"]
    since = told[1]["done_at"]
    later = run("audit", "--json", "--since", since).out.splitlines()
    assert [json.loads(line) for line in later] == told[1:]
    earlier = run("audit", "--json", "--until", since).out.splitlines()
    assert [json.loads(line) for line in earlier] == told[:1]
    assert run("audit", "--since", "yesterday").code == 2


def test_an_erased_rider_s_key_is_in_it_no_more(run: Callable) -> None:
    run("init")
    key_id = run("keys", "add", "--role", "rider", "--rider", "王小明").out.split("\t")[0]
    assert key_id in run("audit").out
    assert run("erase-rider", "王小明").code == 0
    listed = run("audit").out
    assert key_id not in listed
    assert [line.split("\t")[2] for line in listed.splitlines()][:3] == [
        "init",
        "keys add",
        "erase-rider",
    ]


def test_where_there_is_no_workspace_there_is_no_log(run: Callable) -> None:
    assert run("audit").code == 1
