"""What a planner does in the first five minutes."""

import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from geo_service.domain.opening import Calendar
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

FIGURES_OF_TRACES = ("passes", "exposure", "rate", "streets")


def test_demo_says_what_to_open(built_demo: Path) -> None:
    said = (built_demo.parent / "said.txt").read_text(encoding="utf-8")
    assert re.search(r"planner +http://127\.0\.0\.1:8000/planner\?key=gs_\S+", said)
    assert re.search(r"rider +http://127\.0\.0\.1:8000/\n", said)


def test_second_demo_finds_everything_there_and_has_one_key(
    built_demo: Path, demo: Callable
) -> None:
    again = demo("demo", "--no-serve", "--workspace", built_demo)
    assert again.code == 0, again.err
    keys = [line for line in demo("keys", "list").out.splitlines() if "demo planner" in line]
    assert sum("\tvalid\t" in line for line in keys) == 1


def test_demo_never_replaces_another_city(command: Callable, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("id,kind,name,lon,lat\na,water_point,Mine,9.5215,47.1410\n")
    assert command("init", "--time-zone", "Europe/Vaduz", "--country", "LI").code == 0
    assert command("load", "facilities", tmp_path / "f.csv").code == 0
    refused = command("demo", "--no-serve")
    assert refused.code == 2
    assert "another city" in refused.err
    with open_workspace(Settings(workspace=tmp_path / "workspace")) as kept:
        assert kept.calendar() == Calendar("Europe/Vaduz", "LI")
        assert kept.streets_version_if_any() is None


def test_demo_on_a_port_that_is_taken_says_so_before_any_work(
    command: Callable, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = command("demo", "--port", taken.getsockname()[1])
    assert answer.code == 1
    assert "--port" in answer.err
    assert answer.out == ""
    assert not (tmp_path / "workspace").exists()


def test_planner_draws_the_map_into_one_file(demo: Callable, tmp_path: Path) -> None:
    page = tmp_path / "maps" / "demo.html"
    answer = demo("map", "--offline", "--out", page)
    assert answer.code == 0, answer.err
    assert 100_000 < page.stat().st_size < 3_000_000


def test_maps_share_their_scripts_and_styles(demo: Callable, tmp_path: Path) -> None:
    sizes = []
    for words in (("--offline",), ()):
        assert demo("map", *words, "--layers", "facilities", "--out", tmp_path / "x.html").code == 0
        sizes.append((tmp_path / "x.html").stat().st_size)
    assert sizes[1] < sizes[0] / 2
    page = (tmp_path / "x.html").read_text(encoding="utf-8")
    named = re.findall(r'(?:src|href)="(assets/[^"?]+)', page)
    assert "assets/leaflet.js" in named
    assert all((tmp_path / name).stat().st_size > 100 for name in named)


def test_public_map_tells_nothing_of_traces_but_the_release(demo: Callable, tmp_path: Path) -> None:
    page = tmp_path / "public.html"
    assert demo("map", "--public", "--offline", "--out", page).code == 0
    for name in FIGURES_OF_TRACES:
        refused = demo("map", "--public", "--layers", name, "--out", page)
        assert refused.code == 2
        assert name in refused.err


def test_unknown_layer_is_refused_with_those_there_are(demo: Callable, tmp_path: Path) -> None:
    refused = demo("map", "--layers", "weather", "--out", tmp_path / "x.html")
    assert refused.code == 2
    assert "passes" in refused.err
    assert not (tmp_path / "x.html").exists()


def test_release_is_made_once(demo: Callable) -> None:
    again = demo("release", "2026-10")
    assert again.code == 2
    assert "2026-10" in again.err


def test_month_that_is_not_over_is_not_released(demo: Callable) -> None:
    refused = demo("release", "2099-01")
    assert refused.code == 2
    assert "closed months" in refused.err


def test_key_is_shown_once_and_can_be_revoked(demo: Callable) -> None:
    added = demo("keys", "add", "--role", "analyst", "--note", "for a test")
    key_id, token = added.out.split()
    listed = demo("keys", "list").out
    assert token not in listed
    assert key_id in listed
    assert demo("keys", "revoke", key_id).code == 0
    line = next(line for line in demo("keys", "list").out.splitlines() if line.startswith(key_id))
    assert "revoked" in line
    assert demo("keys", "revoke", "nobody").code == 1


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd"])
def test_unknown_time_zone_is_refused(command: Callable, zone: str) -> None:
    answer = command("init", "--time-zone", zone)
    assert answer.code == 2
    assert zone in answer.err


def test_workspace_that_is_not_there_is_named(command: Callable, tmp_path: Path) -> None:
    answer = command("nearest", 32, 112)
    assert answer.code == 1
    assert "geo-service init" in answer.err
    assert str(tmp_path / "workspace") in answer.err
