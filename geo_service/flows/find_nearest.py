"""The rider's question, answered: what is nearest, open, and usable now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from geo_service.domain.facility import Facility
from geo_service.domain.near import NearFacility
from geo_service.domain.opening import Calendar, opening_at
from geo_service.domain.usable import Usable, usable_at
from geo_service.errors import UnknownKind, WrongUsage
from geo_service.flows.wiring import Streets, Workspace
from geo_service.geometry.metric import geodesic_m
from geo_service.settings import Settings
from geo_service.store import city
from geo_service.store import facilities as stored_facilities
from geo_service.streets.nearest import Measure, Reached, Sites, place_sites
from geo_service.streets.nearest_or_straight import nearest_or_straight
from geo_service.streets.network import Flags
from geo_service.streets.profile import Profile


@dataclass(frozen=True, slots=True)
class NearestQuestion:
    """A position (WGS-84, decimal degrees) and what is looked for there."""

    lat: float
    lon: float
    kinds: frozenset[str] = frozenset()
    """Empty: any kind."""
    k: int = 3
    by: Measure = Measure.TIME
    profile: Profile = Profile.EBIKE
    amenities: frozenset[str] = frozenset()
    """All of these must be there."""
    open_at: datetime | None = None
    """Only what is open then."""
    usable: bool = False
    """Only what is certainly usable."""
    max_distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class NearestAnswer:
    """The facilities, nearest first, how they were compared, and what the rider should know."""

    found: tuple[NearFacility, ...]
    by: Measure
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class District:
    """The facilities of a workspace placed on the streets of one profile, ready for questions."""

    facilities: Sequence[Facility]
    streets: Streets
    sites: Sites
    calendar: Calendar
    settings: Settings

    def ask(self, question: NearestQuestion, now: datetime) -> NearestAnswer:
        """Answer one question.

        Parameters
        ----------
        question : NearestQuestion
            What is looked for, and where.
        now : datetime
            With a zone.

        Raises
        ------
        UnknownKind
            If no facility has a kind asked for.
        WrongUsage
            If k is less than one, or the position is nowhere on earth.
        """
        self._check(question)
        moment = question.open_at or now
        wanted = np.array([self._fits(one, question, moment) for one in self.facilities], np.bool_)
        found, straight = self._search(question, wanted, moment)
        by, notes = question.by, []
        if straight and by is not Measure.STRAIGHT:
            by = Measure.STRAIGHT
            notes.append(
                f"No street within {self.settings.max_snap_m:.0f} m of this position: "
                "distances are in a straight line."
            )
        if len(found) < question.k:
            notes.append(self._why_fewer(len(found), question, int(wanted.sum())))
        return NearestAnswer(found, by, tuple(notes))

    def _check(self, question: NearestQuestion) -> None:
        if question.k < 1:
            raise WrongUsage(f"k is {question.k}; it must be 1 or more.", where="k")
        # Written so that NaN, which is in no order with anything, is caught too.
        if not abs(question.lat) <= 90.0:
            raise WrongUsage(f"The latitude {question.lat} is not within -90 to 90.", where="lat")
        if not abs(question.lon) <= 180.0:
            raise WrongUsage(
                f"The longitude {question.lon} is not within -180 to 180.", where="lon"
            )
        if question.max_distance_m is not None and not question.max_distance_m >= 0.0:
            raise WrongUsage("The greatest distance must be 0 m or more.", where="max_distance_m")
        present = {facility.kind for facility in self.facilities}
        unknown = sorted(question.kinds - present)
        if unknown:
            raise UnknownKind(
                f"No facility is of the kind {', '.join(unknown)}.",
                where="kind",
                remedy=f"There are: {', '.join(sorted(present)) or 'none at all'}.",
            )

    def _fits(self, facility: Facility, question: NearestQuestion, moment: datetime) -> bool:
        if question.kinds and facility.kind not in question.kinds:
            return False
        if not question.amenities <= facility.amenities:
            return False
        if question.open_at is None and not question.usable:
            return True
        is_open = opening_at(facility.opening_hours, moment, self.calendar).open
        if question.open_at is not None and not is_open:
            return False
        return not question.usable or self._usable(facility, moment, is_open) is Usable.YES

    def _usable(self, facility: Facility, moment: datetime, is_open: bool) -> Usable:  # noqa: FBT001 - private, and plain at both calls
        return usable_at(
            facility, moment, is_open=is_open, stale_after_s=self.settings.stale_after_s
        )

    def _search(
        self, question: NearestQuestion, wanted: Flags, moment: datetime
    ) -> tuple[tuple[NearFacility, ...], bool]:
        # A limit in metres does not follow the order by seconds: then all are looked at.
        limit = question.max_distance_m
        k = question.k if limit is None else max(question.k, int(wanted.sum()))
        answered = nearest_or_straight(
            *self.streets,
            self.sites,
            wanted,
            np.array([question.lon]),
            np.array([question.lat]),
            k=k,
            measure=question.by,
            max_snap_m=self.settings.max_snap_m,
        )
        reached = answered.reached
        near = np.ones(len(reached.site), np.bool_)
        if limit is not None:
            near = reached.distance_mm <= limit * 1000
        rows = np.flatnonzero(near)[: question.k]
        found = tuple(
            self._describe(rank, int(row), reached, question, moment)
            for rank, row in enumerate(rows, start=1)
        )
        return found, bool(answered.straight[0])

    def _describe(
        self,
        rank: int,
        row: int,
        reached: Reached,
        question: NearestQuestion,
        moment: datetime,
    ) -> NearFacility:
        facility = self.facilities[int(reached.site[row])]
        opening = opening_at(facility.opening_hours, moment, self.calendar)
        straight = geodesic_m(question.lon, question.lat, facility.lon, facility.lat)
        age = None
        if facility.state is not None:
            age = max(0.0, (moment - facility.state.observed_at).total_seconds())
        return NearFacility(
            facility=facility,
            rank=rank,
            distance_m=float(reached.distance_mm[row]) / 1000,
            duration_s=float(reached.duration_ms[row]) / 1000,
            straight_m=float(straight),
            snapped_m=None if reached.off_mm[row] < 0 else float(reached.off_mm[row]) / 1000,
            opening=opening,
            usable=self._usable(facility, moment, opening.open),
            state_age_s=age,
        )

    def _why_fewer(self, found: int, question: NearestQuestion, fitting: int) -> str:
        limit = question.max_distance_m
        if not self.facilities:
            return "There are no facilities here yet."
        if fitting == 0:
            return "No facility fits the filters at this time."
        if limit is not None:
            return f"Within {limit:.0f} m, {found} of {fitting} that fit the filters."
        if fitting > found:
            return (
                f"{fitting} fit the filters, but only {found} can be reached by street; "
                "in a straight line all can be found."
            )
        return f"No more than {found} fit the filters."


def open_district(workspace: Workspace, profile: Profile) -> District:
    """Read a workspace's facilities and place them on the streets of a profile.

    Raises
    ------
    NotReady
        If no streets have been loaded.
    """
    with workspace.database.reading() as connection:
        facilities = sorted(stored_facilities.read_all(connection), key=_by_id)
    streets = workspace.streets(profile)
    lon = np.array([facility.lon for facility in facilities], dtype=np.float64)
    lat = np.array([facility.lat for facility in facilities], dtype=np.float64)
    sites = place_sites(
        *streets,
        [facility.facility_id for facility in facilities],
        lon,
        lat,
        max_snap_m=workspace.settings.max_snap_m,
    )
    return District(facilities, streets, sites, workspace.calendar, workspace.settings)


def _by_id(facility: Facility) -> str:
    return facility.facility_id


class Districts:
    """The districts of a long-running process, opened anew whenever the workspace has changed."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._opened: dict[Profile, tuple[int, District]] = {}

    def current(self, profile: Profile) -> District:
        """Return the district as the workspace stands now.

        Raises
        ------
        NotReady
            If no streets have been loaded.
        """
        with self._workspace.database.reading() as connection:
            changes = city.changes(connection)
        opened = self._opened.get(profile)
        if opened is None or opened[0] != changes:
            opened = (changes, open_district(self._workspace, profile))
            self._opened[profile] = opened
        return opened[1]
