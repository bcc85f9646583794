"""The facilities of a workspace placed on the streets of one profile, ready for questions.

A district never changes: what changes in the workspace makes a new one, which takes over what
still holds. So whoever asks sees one state of things, from the filter to the answer.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple, Self

import numpy as np

from geo_service.domain.facility import Facility
from geo_service.domain.facility_filter import FacilityFilter
from geo_service.domain.opening import Calendar, Openings
from geo_service.domain.standing import ALWAYS, Standing, standing_at
from geo_service.flows.kept_tables import KeptTables
from geo_service.settings import Settings
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import Choice
from geo_service.streets.network import Flags
from geo_service.streets.prepared import Streets
from geo_service.streets.sites import Sites, place_sites
from geo_service.streets.tables import Table, make_table

NEVER_BEFORE = datetime.min.replace(tzinfo=UTC)
MOST_FILTERS = 1000
"""So many filters are remembered before all are forgotten; riders use a few dozen."""
MOMENTS_KEPT = 4
"""Of each filter: the present, and the later hours that riders plan for."""


class Chosen(NamedTuple):
    """The facilities that a filter lets through, from one moment on and before another."""

    wanted: Flags
    """Shape (f,): a flag for each facility of the district."""
    key: bytes
    """The flags as bytes: the same for the same set."""
    since: datetime
    until: datetime


@dataclass(frozen=True, eq=False)
class District:
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
    chosen: dict[FacilityFilter, tuple[Chosen, ...]]
    """What was last found of each filter; filled in as questions come."""

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
            Shared by the districts of a process.
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
            chosen={},
        )

    def with_changes(self, changed: Mapping[str, Facility | None]) -> Self | None:
        """Return the district after some facilities changed in something but their places.

        Parameters
        ----------
        changed : mapping of str to Facility or None
            By id, as they are now; None: there is none any more.

        Returns
        -------
        District or None
            Tables that are kept serve it too. None if a facility appeared, moved or went: then
            all are to be placed anew.
        """
        facilities, standings = list(self.facilities), list(self.standings)
        for facility_id, now in changed.items():
            row = bisect_left(self.sites.ids, facility_id)
            if now is None or self.sites.ids[row : row + 1] != (facility_id,):
                return None
            if (facilities[row].lon, facilities[row].lat) != (now.lon, now.lat):
                return None
            facilities[row], standings[row] = now, None
        kinds = frozenset(facility.kind for facility in facilities)
        return replace(self, facilities=facilities, standings=standings, kinds=kinds, chosen={})

    def standing(self, row: int, moment: datetime) -> Standing:
        """Return how a facility stands at a moment."""
        held = self.standings[row]
        if held is not None and held.since <= moment < held.until:
            return held
        facility = self.facilities[row]
        found = standing_at(facility, moment, self.openings, self.settings.stale_after_s)
        self.standings[row] = found
        return found

    def choose(self, wanted: FacilityFilter, moment: datetime) -> Chosen:
        """Return the facilities that a filter lets through at a moment."""
        known = self.chosen.get(wanted, ())
        for held in known:
            if held.since <= moment < held.until:
                return held
        flags = np.zeros(len(self.facilities), dtype=np.bool_)
        since, until = (moment, ALWAYS) if wanted.asks_for_moment else (NEVER_BEFORE, ALWAYS)
        for row, facility in enumerate(self.facilities):
            flags[row] = wanted.admits(facility)
            if flags[row] and wanted.asks_for_moment:
                flags[row], ends = wanted.holds(self.standing(row, moment), moment)
                until = min(until, ends)
        flags.setflags(write=False)
        found = Chosen(flags, flags.tobytes(), since, until)
        if len(self.chosen) >= MOST_FILTERS:
            self.chosen.clear()
        self.chosen[wanted] = (found, *known[: MOMENTS_KEPT - 1])
        return found

    def choice(self, chosen: Chosen, measure: Measure) -> Choice:
        """Return a set of facilities ready for single questions; its table is made if need be.

        Parameters
        ----------
        chosen : Chosen
            As ``choose`` returned it.
        measure : Measure
            ``TIME`` or ``DISTANCE``.
        """
        key = self.sites, measure, chosen.key
        ready = self.tables.get(key)
        return ready or self.tables.get_or_make(key, lambda: self._make(chosen, measure))

    def has_choice(self, chosen: Chosen, measure: Measure) -> bool:
        """Say whether the table of a set is ready, so that nobody has to wait for it."""
        return self.tables.get((self.sites, measure, chosen.key)) is not None

    def table(self, wanted: Flags, measure: Measure) -> Table:
        """Return the table of a set of facilities, shape (f,), made if need be."""
        flags = np.ascontiguousarray(wanted, dtype=np.bool_)
        chosen = Chosen(flags, flags.tobytes(), NEVER_BEFORE, ALWAYS)
        return self.choice(chosen, measure).table

    def _make(self, chosen: Chosen, measure: Measure) -> Choice:
        table = make_table(self.streets, self.sites, chosen.wanted, measure)
        return Choice.of(self.streets, self.sites, table)
