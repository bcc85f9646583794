import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

Run = Callable[..., Any]


def this_month() -> str:
    return f"{datetime.now(UTC).astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m}"


def test_a_team_is_made_joined_and_left(run: Run) -> None:
    run("init")
    made = run("teams", "add", "east", "--name", "东队", "--name-en", "East")
    assert (made.code, made.out) == (0, "east\t东队\tEast\n")
    assert run("teams", "add", "east", "--name", "东队").code == 1
    assert run("teams", "add", "East", "--name", "东队").code == 2
    assert run("teams", "join", "east", "--rider", "小王").code == 0
    again = run("teams", "join", "east", "--rider", "小王")
    assert (again.code, "already" in again.err) == (1, True)
    assert run("teams", "list").out == "east\t东队\tEast\t1 members\n"
    assert run("teams", "leave", "east", "--rider", "小王").code == 0
    assert run("teams", "leave", "east", "--rider", "小王").code == 1
    assert run("teams", "leave", "west", "--rider", "小王").code == 1
    assert run("teams", "list").out == "east\t东队\tEast\t0 members\n"


def test_figures_are_of_a_month(run: Run) -> None:
    run("init")
    run("teams", "add", "east", "--name", "东队")
    run("teams", "join", "east", "--rider", "小王")
    months = {this_month()}
    now = run("teams", "figures")
    months.add(this_month())
    month, line = now.out.splitlines()
    assert month in months
    assert line == "east\t东队\t1 members\t0 reports\t0 checks\t0 closures"
    before = json.loads(run("teams", "figures", "--month", "2026-01", "--json").out)
    figures = {"members": 0, "reports": 0, "checks": 0, "closures": 0}
    team = {"team_id": "east", "name": "东队", "name_en": "", **figures}
    assert before == {"month": "2026-01", "teams": [team]}
    assert run("teams", "figures", "--month", "2026-13").code == 2
