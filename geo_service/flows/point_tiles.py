"""Facilities and issues as layers of tiles, and whether what was gathered still holds."""

from datetime import datetime
from typing import TypeAlias

import numpy as np

from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.visibility import Viewer
from geo_service.flows.wiring import Workspace
from geo_service.geometry.web_mercator import to_square
from geo_service.maps.tiles.coded import Told, coded
from geo_service.maps.tiles.points import PointLayer
from geo_service.store import cases as stored_cases
from geo_service.store import city
from geo_service.store import facilities as stored_facilities
from geo_service.store import issues as stored_issues
from geo_service.store.change_journal import FACILITIES, changed_since, only_facilities_since

Row: TypeAlias = tuple[Told | datetime | None, ...]

FACILITY = {
    "id": "The facility.",
    "kind": "What it is, as rest_station or charging_cabinet.",
    "name": "Its name.",
    "name_en": "Its name in English.",
    "operator": "Who runs it.",
    "address": "Where it is, in words.",
    "opening_hours": "When it is open, in OpenStreetMap's syntax.",
    "amenities": "What it has, parted by semicolons.",
    "services": "What a charging cabinet offers, parted by semicolons.",
}
ISSUE = {
    "id": "The issue.",
    "category": "What kind of problem it is, in the words of its source.",
    "stage": "How far it has come, as collected or closed.",
    "unit": "The 100 m grid square it lies in.",
    "open": "Whether nobody has closed it, or closed it again.",
    "reported_at": "When it was reported, UTC.",
    "closed_at": "When it was last closed, UTC.",
}
ISSUE_FOR_ANALYSTS = {
    "approved": "Whether everybody may see it.",
    "body": "Who answers for it, by id.",
    "due_at": "When the present stage should be over, UTC.",
}


class FacilityTiles:
    """All facilities, without their live states: tiles are kept longer than these hold."""

    attribution = ""

    def __init__(self, workspace: Workspace, viewer: Viewer) -> None:
        del viewer
        self._workspace = workspace
        with workspace.database.reading() as connection:
            self._changes = city.changes(connection)
            found = stored_facilities.read_all(connection)
        self._told = {one.facility_id: (one.lon, one.lat, *_facility(one)) for one in found}
        self.layer = _layer(found, FACILITY, [_facility(one) for one in found])

    def holds(self) -> bool:
        """Say whether facilities are where they were, and what is told of them still so."""
        with self._workspace.database.reading() as connection:
            changes = city.changes(connection)
            touched = changed_since(connection, FACILITIES, self._changes)
            if touched is None:
                return False
            found = stored_facilities.find_many(connection, touched)
        now = {one.facility_id: (one.lon, one.lat, *_facility(one)) for one in found}
        if any(self._told.get(one) != now.get(one) for one in touched):
            return False
        self._changes = changes
        return True


class IssueTiles:
    """The issues that a viewer may see."""

    attribution = ""

    def __init__(self, workspace: Workspace, viewer: Viewer) -> None:
        self._workspace = workspace
        public = viewer is Viewer.PUBLIC
        with workspace.database.reading() as connection:
            self._changes = city.changes(connection)
            found = stored_issues.read_all(connection, approved_only=public)
            cases = stored_cases.find_many(connection, [one.issue_id for one in found])
        by_id = {case.issue.issue_id: case for case in cases}
        rows: list[Row] = []
        for one in found:
            case = by_id.get(one.issue_id)
            row = _issue(one, str(case.stage) if case else None, case.unit if case else None)
            if not public:
                due_at = case.due_at if case and case.is_open else None
                row = (*row, one.approved, case.body_id if case else None, due_at)
            rows.append(row)
        meaning = ISSUE if public else {**ISSUE, **ISSUE_FOR_ANALYSTS}
        self.layer = _layer(found, meaning, rows)

    def holds(self) -> bool:
        """Say whether nothing but facilities has changed."""
        changes = unless_issues_changed(self._workspace, self._changes)
        if changes is None:
            return False
        self._changes = changes
        return True


def unless_issues_changed(workspace: Workspace, since: int) -> int | None:
    """Return the count of changes now if only facilities changed since an earlier count.

    Raises nothing of its own.
    """
    with workspace.database.reading() as connection:
        changes = city.changes(connection)
        same = changes == since or only_facilities_since(connection, since)
    return changes if same else None


def _layer(
    found: list[Facility] | list[Issue], meaning: dict[str, str], rows: list[Row]
) -> PointLayer:
    lon = np.array([one.lon for one in found], dtype=np.float64)
    lat = np.array([one.lat for one in found], dtype=np.float64)
    fields = tuple(
        coded(name, told, (row[column] for row in rows))
        for column, (name, told) in enumerate(meaning.items())
    )
    return PointLayer(*to_square(lon, lat), fields)


def _facility(one: Facility) -> Row:
    return (
        one.facility_id,
        one.kind,
        one.name,
        one.name_en,
        one.operator,
        one.address,
        one.opening_hours,
        ";".join(sorted(one.amenities)),
        ";".join(sorted(one.services)),
    )


def _issue(one: Issue, stage: str | None, unit: str | None) -> Row:
    ended = one.open_intervals[-1][1]
    return one.issue_id, one.category, stage, unit, one.still_open, one.reported_at, ended
