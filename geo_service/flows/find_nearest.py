"""The rider's question, answered: what is nearest, open, and usable now."""

from bisect import bisect_left
from datetime import datetime
from typing import NamedTuple

import numpy as np

from geo_service.domain.facility_filter import FacilityFilter
from geo_service.domain.near_facility import NearFacility
from geo_service.domain.opening import check_year
from geo_service.errors import WrongUsage
from geo_service.flows.placed_facilities import Fitting, PlacedFacilities
from geo_service.geometry.extent import metres_outside
from geo_service.geometry.metric import geodesic_of_two_m
from geo_service.geometry.position import is_on_earth
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import ReadyTable, find_nearest_of_one, find_straight
from geo_service.streets.profile import Profile
from geo_service.streets.snap import snap
from geo_service.streets.tables import WIDTH
from geo_service.streets.way import Way, find_way

MOST_OPEN_FOR_MIN = 7 * 24 * 60


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
    """For each its row among the placed facilities, millimetres, milliseconds."""
    off_mm: int
    """Straight from the position to the street; -1 where none is near enough."""
    by: Measure
    """How they were compared: straight, where no street is near."""


def answer_nearest(
    placed: PlacedFacilities, question: NearestQuestion, now: datetime
) -> NearestAnswer:
    """Answer one question.

    Parameters
    ----------
    placed : PlacedFacilities
        Of the question's profile.
    question : NearestQuestion
        What is looked for, and where.
    now : datetime
        With a zone. What is told of each facility is told of this moment.

    Raises
    ------
    UnknownKind
        If no facility has a kind asked for.
    WrongUsage
        If a number makes no sense, or the position is nowhere on earth.
    """
    return _told(placed, question, locate_nearest(placed, question, now), now)


def answer_at_once(
    placed: PlacedFacilities, question: NearestQuestion, now: datetime
) -> NearestAnswer | None:
    """Answer a question for which nobody has to wait; None for any other.

    Takes and raises what ``answer_nearest`` does. Whoever asks waits if all facilities have to be
    looked at, if a table is to be made, or if a search is needed beside it.
    """
    if question.by is Measure.STRAIGHT or question.k > WIDTH:
        return None
    if question.max_distance_m is not None and question.by is Measure.TIME:
        return None
    _check(placed, question)
    fitting = placed.recall(question.filter, now, question.open_at)
    table = fitting and placed.ready_table_if_made(fitting, question.by)
    located = table and _locate_by_street(placed, table, question)
    return _told(placed, question, located, now) if located else None


def locate_nearest(placed: PlacedFacilities, question: NearestQuestion, now: datetime) -> Located:
    """Find which facilities are nearest, by the streets if there are any near.

    Takes and raises what ``answer_nearest`` does.
    """
    _check(placed, question)
    fitting = placed.fitting(question.filter, now, question.open_at)
    located = None
    if question.by is not Measure.STRAIGHT:
        table = placed.ready_table(fitting, question.by)
        located = _locate_by_street(placed, table, question)
    return located or _locate_straight(placed, fitting, question)


def find_ways(
    placed: PlacedFacilities, question: NearestQuestion, answer: NearestAnswer, now: datetime
) -> list[Way | None]:
    """Find the way to each facility of an answer; None for those compared in a straight line.

    Parameters
    ----------
    placed, question, now : PlacedFacilities, NearestQuestion, datetime
        As ``answer_nearest`` took them.
    answer : NearestAnswer
        What it returned. Raises nothing.
    """
    if answer.by is Measure.STRAIGHT:
        return [None] * len(answer.found)
    fitting = placed.fitting(question.filter, now, question.open_at)
    table = placed.ready_table(fitting, answer.by).table
    return [
        find_way(
            placed.streets,
            placed.sites,
            table,
            question.lon,
            question.lat,
            bisect_left(placed.sites.ids, near.facility.facility_id),
            max_snap_m=placed.settings.max_snap_m,
        )
        for near in answer.found
    ]


def _check(placed: PlacedFacilities, question: NearestQuestion) -> None:
    # Written so that NaN, which is in no order with anything, is caught too.
    lat, lon, kinds, k, _, _, _, open_at, open_for, _, limit = question
    if k < 1:
        raise WrongUsage(f"k is {k}; it must be 1 or more.", where="k")
    if not -90.0 <= lat <= 90.0:
        raise WrongUsage(
            f"The latitude {lat} is not within -90 to 90.",
            where="lat",
            remedy="Latitude comes first: they look swapped." if is_on_earth(lat, lon) else "",
        )
    if not -180.0 <= lon <= 180.0:
        raise WrongUsage(f"The longitude {lon} is not within -180 to 180.", where="lon")
    if limit is not None and not limit >= 0.0:
        raise WrongUsage("The greatest distance must be 0 m or more.", where="max_distance_m")
    if open_at is not None:
        check_year(open_at)
    if not 0.0 <= open_for <= MOST_OPEN_FOR_MIN:
        raise WrongUsage(
            f"Open for {open_for} minutes more can't be asked; up to {MOST_OPEN_FOR_MIN} can.",
            where="open_for",
        )
    placed.check_kinds(kinds)


def _locate_by_street(
    placed: PlacedFacilities, table: ReadyTable, question: NearestQuestion
) -> Located | None:
    """Rank by a table; None if no street is near."""
    off_mm, rows = find_nearest_of_one(
        table,
        question.lon,
        question.lat,
        question.k,
        placed.settings.max_snap_m,
        question.max_distance_m,
    )
    return Located(rows, off_mm, question.by) if off_mm >= 0 else None


def _locate_straight(
    placed: PlacedFacilities, fitting: Fitting, question: NearestQuestion
) -> Located:
    """Rank by the geodesic; tell, as searches by street do, how far the street is."""
    streets, limit = placed.streets, question.max_distance_m
    here = np.array([question.lon]), np.array([question.lat])
    off_mm = snap(streets.network, streets.grid, *here, placed.settings.max_snap_m).off_mm
    reached = find_straight(placed.sites, fitting.wanted, *here, off_mm, question.k)
    columns = reached.site, reached.distance_mm, reached.duration_ms
    rows: list[list[int]] = np.column_stack(columns).tolist()
    if limit is not None:
        rows = [row for row in rows if row[1] <= limit * 1000]
    return Located(rows, int(off_mm[0]), Measure.STRAIGHT)


def _told(
    placed: PlacedFacilities, question: NearestQuestion, located: Located, now: datetime
) -> NearestAnswer:
    """Say what those found are like, and what the rider should know."""
    notes: tuple[str, ...] = ()
    if located.by is not question.by:
        notes = (_no_street_near(placed, question),)
    if len(located.rows) < question.k:
        notes = (*notes, _why_fewer(placed, question, len(located.rows), now))
    return NearestAnswer(_describe(placed, question, located, now), located.by, notes)


def _describe(
    placed: PlacedFacilities, question: NearestQuestion, located: Located, now: datetime
) -> tuple[NearFacility, ...]:
    lon, lat = question.lon, question.lat
    snapped_m = None if located.off_mm < 0 else located.off_mm / 1000
    found = []
    for rank, (site, distance_mm, duration_ms) in enumerate(located.rows, start=1):
        facility, standing = placed.facilities[site], placed.standing(site, now)
        state = facility.state
        age_s = None if state is None else (now - state.observed_at).total_seconds()
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


def _why_none(placed: PlacedFacilities, question: NearestQuestion) -> str:
    amenities = {name for facility in placed.facilities for name in facility.amenities}
    unknown = sorted(question.amenities - amenities)
    if unknown:
        known = ", ".join(sorted(amenities)) or "none"
        return f"No facility has the amenity {', '.join(unknown)}. Amenities here: {known}."
    asked = question.filter
    at_this_time = " at this time" if asked.open or asked.usable else ""
    return f"No facility fits the filters{at_this_time}."


def _no_street_near(placed: PlacedFacilities, question: NearestQuestion) -> str:
    said = (
        f"No street within {placed.settings.max_snap_m:.0f} m of this position: "
        "distances are in a straight line."
    )
    extent, lon, lat = placed.extent, np.array([question.lon]), np.array([question.lat])
    outside_m = float(metres_outside(lon, lat, extent)[0])
    if outside_m <= extent.margin_m:
        return said
    said += f" It is {outside_m / 1000:,.0f} km away from the streets of this city."
    if abs(question.lon) <= 90.0 and metres_outside(lat, lon, extent)[0] == 0.0:
        said += " Latitude and longitude look swapped."
    return said


def _why_fewer(
    placed: PlacedFacilities, question: NearestQuestion, found: int, now: datetime
) -> str:
    found_fitting = placed.fitting(question.filter, now, question.open_at)
    limit, fitting = question.max_distance_m, int(found_fitting.wanted.sum())
    if not placed.facilities:
        return "There are no facilities here yet."
    if fitting == 0:
        return _why_none(placed, question)
    if limit is not None:
        return f"Within {limit:.0f} m, {found} of {fitting} that fit the filters."
    if fitting > found:
        return (
            f"{fitting} fit the filters, but only {found} can be reached by street; "
            "in a straight line all can be found."
        )
    return f"No more than {found} fit the filters."
