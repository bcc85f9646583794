"""A small city to be hurt: the demo's streets and tables, without its traces."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from geo_service.domain.opening import Calendar
from geo_service.flows.load_areas import load_areas
from geo_service.flows.load_issues import load_issues
from geo_service.flows.load_streets import load_streets
from geo_service.flows.load_tables import load_categories, load_deadlines, load_questions
from geo_service.flows.loading import LoadOptions
from geo_service.flows.wiring import start_workspace
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
