"""The demo district, built from its files into a workspace."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from threading import Event

from geo_service.domain.opening import Calendar
from geo_service.domain.role import Role
from geo_service.errors import NotReady, WrongUsage
from geo_service.flows.find_nearest import NearestQuestion, answer_nearest, find_ways
from geo_service.flows.import_traces import import_traces
from geo_service.flows.load_areas import load_areas
from geo_service.flows.load_facilities import load_facilities
from geo_service.flows.load_issues import load_issues
from geo_service.flows.load_streets import load_streets
from geo_service.flows.load_tables import (
    load_categories,
    load_deadlines,
    load_offers,
    load_questions,
)
from geo_service.flows.loading import LoadOptions
from geo_service.flows.look_at_trips import OverlayQuestion
from geo_service.flows.manage_keys import add_key, list_keys, revoke_key
from geo_service.flows.overlay_issues import overlay_by_street
from geo_service.flows.placed_facilities import place_facilities
from geo_service.flows.publish_release import publish_release
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace, is_workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import city, releases
from geo_service.store import facilities as stored_facilities
from geo_service.streets.profile import Profile

TITLE = "襄阳 · 骑手服务示范商圈 Demo business district"
NOTE = "示意数据，非实测 Illustrative data, not surveyed"
PERIOD = "2026-10"
POSITION = (32.04, 112.14)
KEY_DAYS = 30
KEY_NOTE = "demo planner"
REPORT_EVERY_S = 240.0
"""Often enough that the demo's live state never goes stale."""


def build_demo(settings: Settings, now: datetime, *, say: Callable[[str], None]) -> str:
    """Load the demo district, publish its month, and make a planner's key.

    A second call finds everything there and only makes a fresh key.

    Parameters
    ----------
    settings : Settings
        Names the workspace.
    now : datetime
        With a zone.
    say : callable
        Told each step, since the first one compiles machine code and takes a while.

    Returns
    -------
    str
        An analyst's key for the planner's page, valid for 30 days.

    Raises
    ------
    NotReady
        If the demo's files are not installed.
    WrongUsage
        If the workspace holds another city, whose streets would be lost.
    """
    data = demo_data()
    _refuse_other_city(settings)
    with start_workspace(settings, Calendar(), now=now) as workspace:
        say("Streets, facilities, issues and areas ...")
        with workspace.database.writing() as connection:
            city.write_title(connection, TITLE, NOTE)
        load_streets(workspace, [data / "streets.geojson"])
        options = LoadOptions()
        load_facilities(workspace, [data / "facilities.geojson"], options, now)
        load_categories(workspace, [data / "categories.csv"], options, now)
        load_questions(workspace, [data / "questions.csv"], options, now)
        load_deadlines(workspace, [data / "deadlines.csv"], options, now)
        load_offers(workspace, [data / "offers.csv"], options, now)
        load_areas(workspace, [data / "areas.geojson"], options, now)
        load_issues(workspace, [data / "issues.geojson"], options, now)
        _report_states(workspace, now)
        say("Five weeks of riders' traces ...")
        import_traces(workspace, [data / "traces.geojson"], options, now)
        say("The public release of October 2026 ...")
        with workspace.database.reading() as connection:
            released = PERIOD in releases.periods(connection)
        if not released:
            publish_release(workspace, PERIOD, now)
        say("First answers, so that machine code is compiled before anybody waits for it ...")
        for profile in Profile:
            placed = place_facilities(workspace, profile)
            question = NearestQuestion(*POSITION)
            find_ways(placed, question, answer_nearest(placed, question, now), now)
        overlay_by_street(workspace, OverlayQuestion())
        for key in list_keys(workspace):
            if key.note == KEY_NOTE and key.revoked_at is None:
                revoke_key(workspace, key.key_id, now)
        _, token = add_key(
            workspace, Role.ANALYST, now + timedelta(days=KEY_DAYS), now, note=KEY_NOTE
        )
    return token


def _refuse_other_city(settings: Settings) -> None:
    if not is_workspace(settings):
        return
    with open_workspace(settings) as workspace, workspace.database.reading() as connection:
        title = city.read_title(connection)
        used = city.read_streets_version(connection) or stored_facilities.read_all(connection)
    if used and title != TITLE:
        raise WrongUsage(
            "This workspace holds another city, which the demo would replace.",
            where=str(settings.workspace),
            remedy="Name another folder with --workspace.",
        )


def demo_data() -> Path:
    """Find the demo district's files: in the installed package, or in the checkout.

    Raises
    ------
    NotReady
        If they are in neither place.
    """
    package = Path(str(files("geo_service")))
    for folder in (package / "demo_data", package.parent / "data" / "geojson"):
        if (folder / "streets.geojson").exists():
            return folder
    raise NotReady("The demo district's files are not installed with geo_service.")


def keep_reporting(settings: Settings, clock: Callable[[], datetime], stop: Event) -> None:
    """Let the demo's cabinets and parking points report themselves until told to stop.

    Parameters
    ----------
    settings : Settings
        Names the demo's workspace.
    clock : callable
        Returns the moment, with a zone.
    stop : Event
        Set when the demo ends.
    """
    while not stop.wait(REPORT_EVERY_S):
        with open_workspace(settings) as workspace:
            _report_states(workspace, clock())


def _report_states(workspace: Workspace, now: datetime) -> None:
    """Let the demo's cabinets and parking points report themselves at this moment."""
    with workspace.database.writing() as connection:
        for facility in stored_facilities.read_all(connection):
            if facility.state is not None:
                state = replace(facility.state, observed_at=now)
                stored_facilities.write_state(connection, facility.facility_id, state)
