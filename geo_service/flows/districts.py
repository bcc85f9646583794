"""The districts of a long-running process, brought up to date whenever the workspace changes."""

from collections.abc import Mapping
from threading import Lock
from typing import NamedTuple

from geo_service.domain.facility import Facility
from geo_service.domain.opening import Calendar
from geo_service.flows.district import District
from geo_service.flows.kept_tables import KeptTables
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
    districts: Mapping[Profile, District]


class Districts:
    """Gives out the district of a profile as the workspace stands at this very moment.

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

    def current_if_read(self, profile: Profile) -> District | None:
        """Return the district as the workspace stands now; None if anything has to be asked first.

        For those who may not wait.
        """
        return self._read_at(self._watch.stamp_at_once(), profile)

    def current(self, profile: Profile) -> District:
        """Return the district as the workspace stands now.

        Raises
        ------
        NotReady
            If no streets have been loaded.
        """
        district = self._read_at(self._watch.stamp(), profile)
        if district is not None:
            return district
        with self._lock:
            seen = self._up_to_date()
            while profile not in seen.districts:
                opened = self._open(profile, seen)
                if self._workspace.streets_version_if_any() == seen.streets_version:
                    seen = seen._replace(districts={**seen.districts, profile: opened})
                    self._seen = seen
                else:
                    # Streets that came meanwhile may belong to facilities not yet read.
                    seen = self._up_to_date()
            return seen.districts[profile]

    def _read_at(self, stamp: int | None, profile: Profile) -> District | None:
        seen = self._seen
        return seen.districts.get(profile) if seen is not None and seen.stamp == stamp else None

    def _up_to_date(self) -> _Seen:
        # The stamp is taken before reading: what is committed meanwhile shows the next time.
        stamp = self._watch.stamp()
        seen = self._seen
        if seen is None or seen.stamp != stamp:
            seen = self._seen = self._read(stamp, seen)
        return seen

    def _open(self, profile: Profile, seen: _Seen) -> District:
        return District.of(
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
            for district in before.districts.values():
                self._tables.drop(district.sites)
            return found
        districts = {
            profile: self._carried_over(district, changed, found)
            for profile, district in before.districts.items()
        }
        return found._replace(districts=districts)

    def _carried_over(
        self, district: District, changed: Mapping[str, Facility | None], now: _Seen
    ) -> District:
        """Return a district after changes, its facilities placed anew only if need be."""
        if not changed:
            return district
        same_places = district.with_changes(changed)
        if same_places is not None:
            return same_places
        self._tables.drop(district.sites)
        return District.of(
            list(now.facilities.values()),
            district.streets,
            now.calendar,
            district.settings,
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
