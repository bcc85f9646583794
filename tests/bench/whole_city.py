"""A workspace in which every table has rows, every row its files, and somebody always writes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import numpy as np
import shapely
from sqlalchemy import func, insert, select

from geo_service.domain.erasure import mark_of_key
from geo_service.domain.facility import State
from geo_service.domain.opening import Calendar
from geo_service.domain.photo import Photo
from geo_service.domain.report import Report
from geo_service.domain.trace import Fixes
from geo_service.flows.keep_photo import note_photos, stored_files
from geo_service.flows.load_streets import load_streets
from geo_service.flows.report_issue import report_issue
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import (  # noqa: F401 - the tables of the two schemas are made known
    case_schema,
    city,
    credit_schema,
    facilities,
    rider_generations,
)
from geo_service.store.change_journal import FACILITIES, ISSUES, note_change
from geo_service.store.schema import METADATA

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
SOON = NOW + timedelta(days=3)
RIDE = datetime(2026, 10, 1, 23, 59, 30, tzinfo=UTC)
DAY_US = 86_400_000_000
AREA = shapely.to_wkb(shapely.box(112.13, 32.03, 112.16, 32.05))
ROWS: dict[str, dict[str, object]] = {
    "audit": {
        "done_at": NOW,
        "who": "key-0",
        "what": "move_issue",
        "about": "issue",
        "about_id": "i",
    },
    "facilities": {
        "facility_id": "cabinet",
        "kind": "charging_cabinet",
        "lon": 112.144,
        "lat": 32.0401,
        "name": "换电柜",
        "name_en": "Cabinet",
        "operator": "op",
        "address": "长虹路",
        "opening_hours": "24/7",
        "amenities": '["water"]',
        "services": '["swap"]',
        "more": "{}",
    },
    "bodies": {
        "body_id": "b",
        "name": "街道",
        "name_en": "",
        "level": "street_committee",
        "categories": "[]",
    },
    "areas": {
        "area_id": "a",
        "name": "区",
        "name_en": "",
        "body_id": "b",
        "wkb": AREA,
        "more": "{}",
    },
    "keys": {
        "key_id": "k",
        "sha256": b"\0" * 32,
        "role": "rider",
        "note": "",
        "added_at": NOW,
        "expires_at": SOON,
        "rider": "x",
    },
    "releases": {"period": "2026-10", "since": RIDE, "until": NOW, "resolution": 9},
    "release_cells": {"period": "2026-10", "cell": "8940a37818bffff", "trips": 20, "riders": 10},
    "issues": {
        "issue_id": "i",
        "category": "standing_water",
        "lon": 112.143,
        "lat": 32.0401,
        "reported_at": RIDE,
        "closed_at": NOW,
        "description": "积水 \u2028 'quoted'",
        "approved": True,
        "more": "{}",
    },
    "issue_reopenings": {"issue_id": "i", "number": 1, "reopened_at": SOON},
    "cases": {"issue_id": "i", "stage": "collected", "unit": "u", "updated_at": NOW},
    "case_moves": {
        "issue_id": "i",
        "number": 1,
        "moved_at": NOW,
        "stage": "collected",
        "to": "collected",
        "by": "reporter",
    },
    "supporters": {"issue_id": "i", "rider": "x", "supported_at": NOW},
    "kept_answers": {
        "sender": "s",
        "sent_key": "1",
        "digest": b"\1",
        "answer": "i",
        "kept_at": NOW,
    },
    "categories": {
        "category": "standing_water",
        "name": "积水",
        "name_en": "",
        "description": "",
        "group": "",
        "keywords": "[]",
        "questions": "[]",
    },
    "deadlines": {"category": "*", "stage": "collected", "hours": 2.5},
    "tasks": {
        "task_id": "t",
        "issue_id": "i",
        "round": 1,
        "rider": "x",
        "hours": 7,
        "asked_at": NOW,
        "lapses_at": SOON,
    },
    "ledger": {
        "entry_id": 1,
        "rider": "x",
        "entered_at": NOW,
        "points": 5,
        "reason": "check",
        "source": "task t",
    },
    "used_vouchers": {"entry_id": 1, "used_at": NOW, "key_id": "k"},
    "offers": {
        "offer_id": "tea",
        "name": "茶",
        "name_en": "",
        "provider": "",
        "facility_id": "",
        "points": 1,
    },
    "check_ins": {"facility_id": "cabinet", "rider": "x", "day": 20000, "checked_in_at": NOW},
    "teams": {"team_id": "t", "name": "队", "name_en": ""},
    "consents": {"consent_id": 1, "rider": "x", "version": "v", "agreed_at": NOW},
    "erasures": {"mark": "0" * 32, "asked_at": NOW, "done_at": NOW, "photos_left": "[]"},
    "team_members": {"team_id": "t", "rider": "x", "since": NOW},
}
"""One row for each table that no part of the store is asked to fill."""


def rides(name: str, count: int = 5, *, shift: float = 0.0) -> Fixes:
    """Return a ride on each of some days, past the issue."""
    steps = 12
    t = (np.arange(count) * DAY_US)[:, None] + (np.arange(steps) * 10_000_000)[None, :]
    return Fixes(
        tuple(f"{name}{trip}" for trip in range(count)),
        ("x", "y"),
        np.arange(count) % 2,
        np.arange(count + 1) * steps,
        (int(RIDE.timestamp()) * 1_000_000 + t).ravel().astype(np.int64),
        np.tile(112.141 + shift + 0.0005 * np.arange(steps), count),
        np.full(count * steps, 32.04),
    )


def add_photo(workspace: Workspace, content: bytes) -> None:
    with (
        stored_files(workspace, [Photo(content, 4, 3)]) as files,
        workspace.database.writing() as connection,
    ):
        note_photos(connection, "i", files.kept, now=NOW, rider="x")


def make_whole_city(settings: Settings) -> None:
    """Make the workspace."""
    street = settings.workspace.parent / "street.geojson"
    line = [[112.14, 32.04], [112.15, 32.04]]
    feature = {
        "type": "Feature",
        "properties": {"highway": "residential"},
        "geometry": {"type": "LineString", "coordinates": line},
    }
    street.parent.mkdir(parents=True, exist_ok=True)
    street.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with start_workspace(settings, Calendar()) as workspace:
        load_streets(workspace, [street])
        workspace.lake.add(rides("t"))
        mark = mark_of_key(workspace.rider_key())
        with workspace.database.writing() as connection:
            city.write_title(connection, "城", "注")
            for table in METADATA.sorted_tables:
                if table.name in ROWS:
                    connection.execute(insert(table), ROWS[table.name])
            rider_generations.note_first(connection, mark)
            facilities.write_state(connection, "cabinet", State(observed_at=NOW, empty=3))
            note_change(connection, FACILITIES, ["cabinet"])
            note_change(connection, ISSUES, ["i"])
        for number in range(3):
            add_photo(workspace, b"photo %d" % number)


def empty_tables(workspace: Workspace) -> list[str]:
    with workspace.database.reading() as connection:
        return [
            table.name
            for table in METADATA.sorted_tables
            if not connection.scalar(select(func.count()).select_from(table))
        ]


def write_once(workspace: Workspace, name: str, number: int) -> None:
    """Report, ride, photograph, replace, make files one."""
    report = Report("standing_water", 112.145, 32.0401, f"{name} {number}", "长虹路", answers={})
    report_issue(workspace, report, key=None, now=NOW)
    state = State(observed_at=NOW + timedelta(seconds=number), empty=number % 9)
    with workspace.database.writing() as connection:
        facilities.write_state(connection, "cabinet", state)
    workspace.lake.add(rides(f"{name}{number}-", 2))
    workspace.lake.add(rides("t", shift=number * 1e-6))
    add_photo(workspace, f"{name} {number}".encode() * 1000)
    workspace.lake.compact()


def write_for_ever(settings: Settings, stop: Event, name: str) -> None:
    """Write one time after the other, as fast as it goes."""
    with open_workspace(settings) as workspace:
        for number in range(1_000_000):
            if stop.is_set():
                return
            write_once(workspace, name, number)


@contextmanager
def written_to(settings: Settings) -> Iterator[None]:
    """Have two threads write while the block runs; what goes wrong there is raised here."""
    stop, wrong = Event(), []

    def write(name: str) -> None:
        try:
            write_for_ever(settings, stop, name)
        except BaseException as problem:  # noqa: BLE001 - told below
            wrong.append(problem)

    threads = [Thread(target=write, args=(name,)) for name in ("p", "q")]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []


def settings_in(folder: Path) -> Settings:
    return Settings(workspace=folder / "city", rider_key_file=folder / "keys" / "rider.key")


def elsewhere(settings: Settings, folder: Path) -> Settings:
    return replace(settings, workspace=folder)
