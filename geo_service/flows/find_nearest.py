"""The rider's question, answered: what is nearest, open, and usable now."""

from bisect import bisect_left
from datetime import datetime
from typing import NamedTuple

import numpy as np

from geo_service.domain.facility_filter import FacilityFilter
from geo_service.domain.near import NearFacility
from geo_service.errors import UnknownKind, WrongUsage
from geo_service.flows.district import Chosen, District
from geo_service.flows.kept_tables import KeptTables
from geo_service.flows.wiring import Workspace
from geo_service.geometry.metric import geodesic_of_two_m
from geo_service.store import city
from geo_service.store import facilities as stored_facilities
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import find_nearest_of_one, find_straight
from geo_service.streets.profile import Profile
from geo_service.streets.snap import snap
from geo_service.streets.tables import WIDTH
from geo_service.streets.way import Way, find_way

MOST_OPEN_FOR_MIN = 7 * 24 * 60
YEARS = range(1970, 2201)
"""Those for which opening hours mean something, and far from where calendars end."""


class NearestQuestion(NamedTuple):
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
    open_for_min: float = 0.0
    """Only what stays open for so many minutes more, from ``open_at`` or from now."""
    usable: bool = False
    """Only what is certainly usable."""
    max_distance_m: float | None = None

    @property
    def filter(self) -> FacilityFilter:
        """What is wanted besides nearness."""
        return FacilityFilter(
            self.kinds,
            self.amenities,
            self.open_at is not None or self.open_for_min > 0.0,
            self.open_for_min * 60.0,
            self.usable,
        )


class NearestAnswer(NamedTuple):
    """The facilities, nearest first, how they were compared, and what the rider should know."""

    found: tuple[NearFacility, ...]
    by: Measure
    notes: tuple[str, ...] = ()


class Located(NamedTuple):
    """Which facilities are nearest, and how far they are; not yet what they are like."""

    rows: list[list[int]]
    """For each its row among the district's facilities, millimetres, milliseconds."""
    off_mm: int
    """Straight from the position to the street; -1 where none is near enough."""
    by: Measure
    """How they were compared: straight, where no street is near."""


def answer_nearest(district: District, question: NearestQuestion, now: datetime) -> NearestAnswer:
    """Answer one question.

    Parameters
    ----------
    district : District
        Of the question's profile.
    question : NearestQuestion
        What is looked for, and where.
    now : datetime
        With a zone.

    Raises
    ------
    UnknownKind
        If no facility has a kind asked for.
    WrongUsage
        If a number makes no sense, or the position is nowhere on earth.
    """
    located = locate_nearest(district, question, now)
    notes: tuple[str, ...] = ()
    if located.by is not question.by:
        notes = (_no_street_near(district),)
    if len(located.rows) < question.k:
        notes = (*notes, _why_fewer(district, question, len(located.rows), now))
    return NearestAnswer(_describe(district, question, located, now), located.by, notes)


def locate_nearest(district: District, question: NearestQuestion, now: datetime) -> Located:
    """Find which facilities are nearest, by the streets if there are any near.

    Takes and raises what ``answer_nearest`` does.
    """
    _check(district, question)
    chosen = district.choose(question.filter, question.open_at or now)
    if question.by is not Measure.STRAIGHT:
        off_mm, rows = find_nearest_of_one(
            district.choice(chosen, question.by),
            question.lon,
            question.lat,
            question.k,
            district.settings.max_snap_m,
            question.max_distance_m,
        )
        if off_mm >= 0:
            return Located(rows, off_mm, question.by)
    return _locate_straight(district, chosen, question)


def find_ways(
    district: District, question: NearestQuestion, answer: NearestAnswer, now: datetime
) -> list[Way | None]:
    """Find the way to each facility of an answer; None for those compared in a straight line.

    Parameters
    ----------
    district, question, now : District, NearestQuestion, datetime
        As ``answer_nearest`` took them.
    answer : NearestAnswer
        What it returned. Raises nothing.
    """
    if answer.by is Measure.STRAIGHT:
        return [None] * len(answer.found)
    chosen = district.choose(question.filter, question.open_at or now)
    table = district.choice(chosen, answer.by).table
    return [
        find_way(
            district.streets,
            district.sites,
            table,
            question.lon,
            question.lat,
            bisect_left(district.sites.ids, near.facility.facility_id),
            max_snap_m=district.settings.max_snap_m,
        )
        for near in answer.found
    ]


def answer_takes_long(district: District, question: NearestQuestion, now: datetime) -> bool:
    """Say whether an answer has to wait for a table, or for a search beside it.

    Parameters
    ----------
    district, question, now : District, NearestQuestion, datetime
        As for ``answer_nearest``. Raises nothing.
    """
    if question.by is Measure.STRAIGHT or question.k > WIDTH:
        return True
    if question.max_distance_m is not None and question.by is Measure.TIME:
        return True
    chosen = district.choose(question.filter, question.open_at or now)
    return not district.has_choice(chosen, question.by)


def open_district(workspace: Workspace, profile: Profile) -> District:
    """Read a workspace's facilities and place them on the streets of a profile, for once.

    Raises
    ------
    NotReady
        If no streets have been loaded.
    """
    with workspace.database.reading() as connection:
        facilities = stored_facilities.read_all(connection)
        calendar = city.read_calendar(connection)
    return District.of(
        facilities,
        workspace.streets(profile),
        calendar,
        workspace.settings,
        KeptTables(),
    )


def _check(district: District, question: NearestQuestion) -> None:
    # Written so that NaN, which is in no order with anything, is caught too.
    limit, open_for = question.max_distance_m, question.open_for_min
    open_at = question.open_at
    if question.k < 1:
        raise WrongUsage(f"k is {question.k}; it must be 1 or more.", where="k")
    if not abs(question.lat) <= 90.0:
        raise WrongUsage(f"The latitude {question.lat} is not within -90 to 90.", where="lat")
    if not abs(question.lon) <= 180.0:
        raise WrongUsage(f"The longitude {question.lon} is not within -180 to 180.", where="lon")
    if limit is not None and not limit >= 0.0:
        raise WrongUsage("The greatest distance must be 0 m or more.", where="max_distance_m")
    if open_at is not None and open_at.year not in YEARS:
        raise WrongUsage(
            f"What is open in the year {open_at.year} can't be known.",
            where="open_at",
            remedy=f"Ask about a time from {YEARS[0]} to {YEARS[-1]}.",
        )
    if not 0.0 <= open_for <= MOST_OPEN_FOR_MIN:
        raise WrongUsage(
            f"Open for {open_for} minutes more can't be asked; up to {MOST_OPEN_FOR_MIN} can.",
            where="open_for",
        )
    if not question.kinds <= district.kinds:
        unknown = sorted(question.kinds - district.kinds)
        raise UnknownKind(
            f"No facility is of the kind {', '.join(unknown)}.",
            where="kind",
            remedy=f"There are: {', '.join(sorted(district.kinds)) or 'none at all'}.",
        )


def _locate_straight(district: District, chosen: Chosen, question: NearestQuestion) -> Located:
    """Rank by the geodesic; tell, as searches by street do, how far the street is."""
    streets, limit = district.streets, question.max_distance_m
    here = np.array([question.lon]), np.array([question.lat])
    off_mm = snap(streets.network, streets.grid, *here, district.settings.max_snap_m).off_mm
    reached = find_straight(district.sites, chosen.wanted, *here, off_mm, question.k)
    columns = reached.site, reached.distance_mm, reached.duration_ms
    rows: list[list[int]] = np.column_stack(columns).tolist()
    if limit is not None:
        rows = [row for row in rows if row[1] <= limit * 1000]
    return Located(rows, int(off_mm[0]), Measure.STRAIGHT)


def _describe(
    district: District, question: NearestQuestion, located: Located, now: datetime
) -> tuple[NearFacility, ...]:
    moment, lon, lat = question.open_at or now, question.lon, question.lat
    snapped_m = None if located.off_mm < 0 else located.off_mm / 1000
    found = []
    for rank, (site, distance_mm, duration_ms) in enumerate(located.rows, start=1):
        facility, standing = district.facilities[site], district.standing(site, moment)
        state = facility.state
        age_s = None if state is None else (moment - state.observed_at).total_seconds()
        found.append(
            NearFacility(
                facility,
                rank,
                distance_mm / 1000,
                duration_ms / 1000,
                geodesic_of_two_m(lon, lat, facility.lon, facility.lat),
                snapped_m,
                standing.opening,
                standing.usable,
                None if age_s is None else max(0.0, age_s),
            )
        )
    return tuple(found)


def _no_street_near(district: District) -> str:
    return (
        f"No street within {district.settings.max_snap_m:.0f} m of this position: "
        "distances are in a straight line."
    )


def _why_fewer(district: District, question: NearestQuestion, found: int, now: datetime) -> str:
    chosen = district.choose(question.filter, question.open_at or now)
    limit, fitting = question.max_distance_m, int(chosen.wanted.sum())
    if not district.facilities:
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
