"""The facilities of a workspace placed on the streets of one profile, ready for questions.

They never change: what changes in the workspace makes new ones, which take over what still
holds. So whoever asks sees one state of things, from the filter to the answer.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np

from geo_service.arrays import Flags
from geo_service.domain.facility import Facility
from geo_service.domain.facility_filter import FacilityFilter
from geo_service.domain.opening import Calendar, Openings
from geo_service.domain.standing import ALWAYS, Standing, standing_at
from geo_service.domain.usable import Usable
from geo_service.errors import UnknownKind
from geo_service.flows.kept_tables import KeptTables
from geo_service.flows.wiring import Workspace
from geo_service.geometry.extent import Extent
from geo_service.settings import Settings
from geo_service.store import city
from geo_service.store import facilities as stored_facilities
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import ReadyTable
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Sites, place_sites
from geo_service.streets.tables import make_table

NEVER_BEFORE = datetime.min.replace(tzinfo=UTC)
MOST_FILTERS = 1000
"""So many filters are remembered before all are forgotten; riders use a few dozen."""
MOMENTS_KEPT = 4
"""Of each filter, besides what holds at present: the hours that riders plan for."""
MOST_MENDED = 32
"""If more facilities than that have changed, a filter looks at all of them again."""


class Fitting(NamedTuple):
    """The facilities that fit a filter, as long as both moments asked for stay within spans."""

    wanted: Flags
    """Shape (f,): a flag for each of the placed facilities."""
    key: bytes
    """The flags as bytes: the same for the same set."""
    open_since: datetime
    open_until: datetime
    """The span of the moment at which they are to be open."""
    usable_since: datetime
    usable_until: datetime
    """The span of the present, in which they are to be usable."""
    changed: frozenset[int] = frozenset()
    """Rows of facilities that have changed since, which are to be looked at again."""


@dataclass(frozen=True, eq=False)
class PlacedFacilities:
    """f facilities, in the order of their ids, where they meet the streets."""

    facilities: Sequence[Facility]
    streets: Streets
    sites: Sites
    settings: Settings
    openings: Openings
    tables: KeptTables
    kinds: frozenset[str]
    """Those that some facility has."""
    standings: list[Standing | None]
    """What was last found of each facility; filled in as questions come."""
    known: dict[tuple[FacilityFilter, bool], tuple[Fitting, ...]]
    """What was last found of each filter, for the present and (true) for other moments; filled in
    as questions come. So nobody who plans makes those wait who ask for now."""

    @classmethod
    def of(
        cls,
        facilities: Sequence[Facility],
        streets: Streets,
        calendar: Calendar,
        settings: Settings,
        tables: KeptTables,
    ) -> Self:
        """Place facilities on streets.

        Parameters
        ----------
        facilities : sequence of Facility
            In the order of their ids as text.
        streets : Streets
            Of one profile.
        calendar : Calendar
            For opening hours.
        settings : Settings
            How far from a street is too far, and how old a state may be.
        tables : KeptTables
            Shared by all that a process places.
        """
        sites = place_sites(
            streets.network,
            streets.grid,
            [facility.facility_id for facility in facilities],
            np.array([facility.lon for facility in facilities], dtype=np.float64),
            np.array([facility.lat for facility in facilities], dtype=np.float64),
            settings.max_snap_m,
        )
        return cls(
            facilities=facilities,
            streets=streets,
            sites=sites,
            settings=settings,
            openings=Openings(calendar),
            tables=tables,
            kinds=frozenset(facility.kind for facility in facilities),
            standings=[None] * len(facilities),
            known={},
        )

    @cached_property
    def extent(self) -> Extent:
        """Where positions are expected: around the streets."""
        return Extent(*self.streets.network.extent, margin_m=self.settings.extent_margin_m)

    def with_changes(self, changed: Mapping[str, Facility | None]) -> Self | None:
        """Return the facilities after some changed in something but their places.

        Parameters
        ----------
        changed : mapping of str to Facility or None
            By id, as they are now; None: there is none any more.

        Returns
        -------
        PlacedFacilities or None
            Tables that are kept serve it too. None if a facility appeared, moved or went: then
            all are to be placed anew.
        """
        facilities, standings, rows = list(self.facilities), list(self.standings), set[int]()
        for facility_id, now in changed.items():
            row = bisect_left(self.sites.ids, facility_id)
            if now is None or self.sites.ids[row : row + 1] != (facility_id,):
                return None
            if (facilities[row].lon, facilities[row].lat) != (now.lon, now.lat):
                return None
            facilities[row], standings[row] = now, None
            rows.add(row)
        known = {
            asked: tuple(one._replace(changed=one.changed | rows) for one in several)
            for asked, several in list(self.known.items())
        }
        kinds = frozenset(facility.kind for facility in facilities)
        return replace(self, facilities=facilities, standings=standings, kinds=kinds, known=known)

    def standing(self, row: int, moment: datetime) -> Standing:
        """Return how a facility stands at a moment."""
        held = self.standings[row]
        if held is not None and held.since <= moment < held.until:
            return held
        facility = self.facilities[row]
        found = standing_at(facility, moment, self.openings, self.settings.stale_after_s)
        self.standings[row] = found
        return found

    def fitting(
        self, wanted: FacilityFilter, now: datetime, open_at: datetime | None = None
    ) -> Fitting:
        """Return the facilities that fit a filter.

        Parameters
        ----------
        wanted : FacilityFilter
            What a rider wants besides nearness.
        now : datetime
            When they are to be usable; with a zone.
        open_at : datetime, optional
            When they are to be open; None: now. Raises nothing.
        """
        held = self.recall(wanted, now, open_at)
        if held is None:
            flags = np.zeros(len(self.facilities), dtype=np.bool_)
            rows = range(len(self.facilities))
            held = self._look_at(rows, flags, wanted, now, open_at or now)
            if len(self.known) >= MOST_FILTERS:
                self.known.clear()
            asked = wanted, (open_at or now) != now
            self.known[asked] = (held, *self.known.get(asked, ())[: MOMENTS_KEPT - 1])
        return held

    def recall(
        self, wanted: FacilityFilter, now: datetime, open_at: datetime | None = None
    ) -> Fitting | None:
        """Return what ``fitting`` would, if few facilities have to be looked at for that."""
        moment = open_at or now
        asked = wanted, moment != now
        several = self.known.get(asked, ())
        for held in several:
            if (
                held.open_since <= moment < held.open_until
                and held.usable_since <= now < held.usable_until
            ):
                if not held.changed:
                    return held
                if len(held.changed) > MOST_MENDED:
                    return None
                found = self._look_at(held.changed, held.wanted.copy(), wanted, now, moment)
                mended = found._replace(
                    open_until=min(found.open_until, held.open_until),
                    usable_until=min(found.usable_until, held.usable_until),
                )
                self.known[asked] = (mended, *(one for one in several if one is not held))
                return mended
        return None

    def _look_at(
        self,
        rows: Iterable[int],
        flags: Flags,
        wanted: FacilityFilter,
        now: datetime,
        moment: datetime,
    ) -> Fitting:
        """Set the flags of some facilities, and say how long they hold."""
        open_until = usable_until = ALWAYS
        for row in rows:
            facility = self.facilities[row]
            fits = wanted.admits(facility)
            if fits and wanted.open:
                span = self.openings.at(facility.opening_hours, moment)
                fits, ends = wanted.holds(span, moment)
                open_until = min(open_until, ends)
            if fits and wanted.usable:
                standing = self.standing(row, now)
                fits = standing.usable is Usable.YES
                usable_until = min(usable_until, standing.until)
            flags[row] = fits
        flags.setflags(write=False)
        return Fitting(
            flags,
            flags.tobytes(),
            moment if wanted.open else NEVER_BEFORE,
            open_until,
            now if wanted.usable else NEVER_BEFORE,
            usable_until,
        )

    def ready_table(self, fitting: Fitting, measure: Measure) -> ReadyTable:
        """Return the table of a set of facilities; it is made if need be.

        Parameters
        ----------
        fitting : Fitting
            The set.
        measure : Measure
            ``TIME`` or ``DISTANCE``. Raises nothing.
        """
        key = self.sites, measure, fitting.key
        return self.tables.get(key) or self.tables.get_or_make(
            key, lambda: self._make(fitting, measure)
        )

    def ready_table_if_made(self, fitting: Fitting, measure: Measure) -> ReadyTable | None:
        """Return the table of a set of facilities, if nobody has to wait for it."""
        return self.tables.get((self.sites, measure, fitting.key))

    def check_kinds(self, kinds: Collection[str]) -> None:
        """Refuse kinds that no facility has.

        Raises
        ------
        UnknownKind
            Naming those that there are.
        """
        if self.kinds.issuperset(kinds):
            return
        raise UnknownKind(
            f"No facility is of the kind {', '.join(sorted(set(kinds) - self.kinds))}.",
            where="kind",
            remedy=f"There are: {', '.join(sorted(self.kinds)) or 'none at all'}.",
        )

    def _make(self, fitting: Fitting, measure: Measure) -> ReadyTable:
        table = make_table(self.streets, self.sites, fitting.wanted, measure)
        return ReadyTable.of(self.streets, self.sites, table)


def place_facilities(workspace: Workspace, profile: Profile) -> PlacedFacilities:
    """Read a workspace's facilities and place them on the streets of a profile, for once.

    Raises
    ------
    NotReady
        If no streets have been loaded.
    """
    with workspace.database.reading() as connection:
        facilities = stored_facilities.read_all(connection)
        calendar = city.read_calendar(connection)
    streets = workspace.streets(profile)
    return PlacedFacilities.of(facilities, streets, calendar, workspace.settings, KeptTables())
