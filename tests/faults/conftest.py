"""Cities to be hurt: the demo's streets and tables without its traces, and one of few rows."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from whole_city import make_whole_city, settings_in

from geo_service.domain.opening import Calendar
from geo_service.flows.load_areas import load_areas
from geo_service.flows.load_issues import load_issues
from geo_service.flows.load_streets import load_streets
from geo_service.flows.load_tables import load_categories, load_deadlines, load_questions
from geo_service.flows.loading import LoadOptions
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings


@pytest.fixture(scope="session")
def small_city(tmp_path_factory: pytest.TempPathFactory, demo_data: Path) -> Settings:
    """Return the settings of a workspace that tests copy before they hurt it."""
    folder = tmp_path_factory.mktemp("city")
    settings = Settings(workspace=folder / "workspace", rider_key_file=folder / "rider.key")
    now, options = datetime.now(UTC), LoadOptions()
    with start_workspace(settings, Calendar()) as workspace:
        load_streets(workspace, [demo_data / "streets.geojson"])
        load_areas(workspace, [demo_data / "areas.geojson"], options, now)
        load_issues(workspace, [demo_data / "issues.geojson"], options, now)
        load_categories(workspace, [demo_data / "categories.csv"], options, now)
        load_questions(workspace, [demo_data / "questions.csv"], options, now)
        load_deadlines(workspace, [demo_data / "deadlines.csv"], options, now)
    return settings


@pytest.fixture(scope="session")
def hurt_city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings of a workspace with rows in every table, which tests copy."""
    settings = settings_in(tmp_path_factory.mktemp("hurt"))
    make_whole_city(settings)
    with open_workspace(settings) as workspace:
        workspace.rider_key()
    return settings


class CopyCity(Protocol):
    """Copies a workspace, in the place of the last copy of that name."""

    def __call__(self, name: str, source: Settings = ...) -> Settings: ...


@pytest.fixture
def copy_city(hurt_city: Settings, tmp_path: Path) -> CopyCity:
    """Return what copies the city of few rows, or another one."""

    def copy(name: str, source: Settings = hurt_city) -> Settings:
        folder = tmp_path / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source.workspace, folder)
        return replace(source, workspace=folder)

    return copy
