"""What exists is documented, and what is documented exists."""

import argparse
import re
from dataclasses import fields
from pathlib import Path

import geo_service
from geo_service.cli.main import parser
from geo_service.settings import PREFIX, Settings
from geo_service.web.app import paths

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def commands() -> dict[str, argparse.ArgumentParser]:
    for action in parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def test_every_command_is_in_the_readme() -> None:
    documented = set(re.findall(r"^\| `geo-service ([a-z-]+)`", README, re.MULTILINE))
    assert documented == set(commands())


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(GEO_SERVICE_\w+)` \| ([^|]*?) ?\|", README, re.MULTILINE))
    assert set(rows) == {PREFIX + entry.name.upper() for entry in fields(Settings)}
    for entry in fields(Settings):
        value = getattr(Settings(), entry.name)
        if isinstance(value, float | int):
            assert rows[PREFIX + entry.name.upper()].strip() == f"`{value}`", entry.name


def test_every_path_of_the_web_is_in_the_readme() -> None:
    documented = set(re.findall(r"`(/[^` ?]*)`", README))
    assert {path for path in paths() if not path.startswith("/assets")} <= documented


def test_every_option_explains_itself() -> None:
    silent = [
        f"{name} {option}"
        for name, command in commands().items()
        for action in command._actions
        for option in action.option_strings
        if action.help is None and action.choices is None and action.metavar is None
    ]
    assert silent == []


def test_every_name_of_the_python_face_is_there_and_explained() -> None:
    for name in geo_service.__all__:
        assert getattr(geo_service, name).__doc__, name


def test_every_dependency_has_its_reason() -> None:
    architecture = (ROOT / ".github" / "ARCHITECTURE.md").read_text()
    project = (ROOT / "pyproject.toml").read_text()
    block = project.split("dependencies = [")[1].split("]")[0]
    for name in re.findall(r'"([a-z0-9-]+)', block):
        assert re.search(rf"^\|.*\b{re.escape(name)}\b", architecture, re.MULTILINE), name


def test_constraints_hold_names_and_versions_only() -> None:
    for line in (ROOT / "scripts" / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line), line


def test_every_place_the_architecture_names_is_there() -> None:
    architecture = (ROOT / ".github" / "ARCHITECTURE.md").read_text()
    places = set(re.findall(r"`([a-z_]+/(?:[a-z_]+/)*(?:[a-z_]+\.py)?)`", architecture))
    assert len(places) > 30
    assert {place for place in places if not (ROOT / "geo_service" / place).exists()} == set()
