"""The placed facilities of a long-running process, up to date whenever the workspace changes."""

from collections.abc import Mapping
from threading import Lock
from typing import NamedTuple

from geo_service.domain.facility import Facility
from geo_service.domain.opening import Calendar
from geo_service.flows.kept_tables import KeptTables
from geo_service.flows.placed_facilities import PlacedFacilities
from geo_service.flows.wiring import Workspace
from geo_service.store import city
from geo_service.store import facilities as stored_facilities
from geo_service.store.change_journal import FACILITIES, changed_since
from geo_service.store.change_watch import ChangeWatch
from geo_service.streets.profile import Profile


class _Seen(NamedTuple):
    """The workspace as it was last read."""

    stamp: int
    openings: int
    changes: int
    streets_version: str | None
    calendar: Calendar
    facilities: Mapping[str, Facility]
    """By id, in the order of the ids as text."""
    by_profile: Mapping[Profile, PlacedFacilities]


class KeptFacilities:
    """Gives out facilities placed for a profile, as the workspace stands at this very moment.

    Looking whether anything has changed takes microseconds; then only what changed is read.
    Any number of threads may ask; what one was given stays as it is.

    Parameters
    ----------
    workspace : Workspace
        Open as long as this is used.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._watch = ChangeWatch(workspace.database)
        self._tables = KeptTables()
        self._lock = Lock()
        self._seen: _Seen | None = None

    def current_if_read(self, profile: Profile) -> PlacedFacilities | None:
        """Return the placed as the workspace stands now; None if anything has to be asked first.

        For those who may not wait.
        """
        return self._read_at(self._watch.stamp_at_once(), profile)

    def current(self, profile: Profile) -> PlacedFacilities:
        """Return what is placed as the workspace stands now.

        Raises
        ------
        NotReady
            If no streets have been loaded.
        """
        placed = self._read_at(self._watch.stamp(), profile)
        if placed is not None:
            return placed
        with self._lock:
            seen = self._up_to_date()
            while profile not in seen.by_profile:
                opened = self._open(profile, seen)
                if self._workspace.streets_version_if_any() == seen.streets_version:
                    seen = seen._replace(by_profile={**seen.by_profile, profile: opened})
                    self._seen = seen
                else:
                    # Streets that came meanwhile may belong to facilities not yet read.
                    seen = self._up_to_date()
            return seen.by_profile[profile]

    def _read_at(self, stamp: int | None, profile: Profile) -> PlacedFacilities | None:
        seen = self._seen
        return seen.by_profile.get(profile) if seen is not None and seen.stamp == stamp else None

    def _up_to_date(self) -> _Seen:
        # The stamp is taken before reading: what is committed meanwhile shows the next time.
        stamp = self._watch.stamp()
        seen = self._seen
        if seen is None or seen.stamp != stamp:
            seen = self._seen = self._read(stamp, seen)
        return seen

    def _open(self, profile: Profile, seen: _Seen) -> PlacedFacilities:
        return PlacedFacilities.of(
            list(seen.facilities.values()),
            self._workspace.streets(profile),
            seen.calendar,
            self._workspace.settings,
            self._tables,
        )

    def _read(self, stamp: int, before: _Seen | None) -> _Seen:
        """Read what has changed; all, if it can't be told."""
        openings = self._watch.openings
        with self._workspace.database.reading() as connection:
            changes = city.changes(connection)
            version, calendar = (
                city.read_streets_version(connection),
                city.read_calendar(connection),
            )
            touched = None
            if before is not None and before.openings == openings:
                touched = changed_since(connection, FACILITIES, before.changes)
            if before is None or touched is None:
                read = stored_facilities.read_all(connection)
                facilities = {facility.facility_id: facility for facility in read}
            else:
                read = stored_facilities.find_many(connection, touched)
        found = _Seen(stamp, openings, changes, version, calendar, {}, {})
        if before is None:
            return found._replace(facilities=facilities)
        if touched is not None:
            now = {facility.facility_id: facility for facility in read}
            changed = {facility_id: now.get(facility_id) for facility_id in touched}
            facilities = _with_changes(before.facilities, changed)
        else:
            changed = _differences(before.facilities, facilities)
        found = found._replace(facilities=facilities)
        if (version, calendar) != (before.streets_version, before.calendar):
            for placed in before.by_profile.values():
                self._tables.drop(placed.sites)
            return found
        by_profile = {
            profile: self._carried_over(placed, changed, found)
            for profile, placed in before.by_profile.items()
        }
        return found._replace(by_profile=by_profile)

    def _carried_over(
        self, placed: PlacedFacilities, changed: Mapping[str, Facility | None], now: _Seen
    ) -> PlacedFacilities:
        """Return facilities after changes, placed anew only if need be."""
        if not changed:
            return placed
        same_places = placed.with_changes(changed)
        if same_places is not None:
            return same_places
        self._tables.drop(placed.sites)
        return PlacedFacilities.of(
            list(now.facilities.values()),
            placed.streets,
            now.calendar,
            placed.settings,
            self._tables,
        )


def _with_changes(
    facilities: Mapping[str, Facility], changed: Mapping[str, Facility | None]
) -> dict[str, Facility]:
    after = dict(facilities)
    for facility_id, facility in changed.items():
        if facility is None:
            after.pop(facility_id, None)
        else:
            after[facility_id] = facility
    if any(facility_id not in facilities for facility_id in changed):
        after = dict(sorted(after.items()))
    return after


def _differences(
    before: Mapping[str, Facility], now: Mapping[str, Facility]
) -> dict[str, Facility | None]:
    """Name the facilities that are not what they were."""
    return {
        facility_id: now.get(facility_id)
        for facility_id in before.keys() | now.keys()
        if before.get(facility_id) != now.get(facility_id)
    }
