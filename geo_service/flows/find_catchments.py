"""The planner's question: which streets each facility serves, and which are too far from all."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from geo_service.arrays import Flags
from geo_service.domain.facility_filter import FacilityFilter
from geo_service.domain.opening import check_year
from geo_service.errors import WrongUsage
from geo_service.export.catchment_frames import Frame, catchments_frame, facility_names, summary
from geo_service.flows.placed_facilities import PlacedFacilities
from geo_service.streets import catchments as by_street
from geo_service.streets.catchment_totals import Coverage, sum_up
from geo_service.streets.catchments import Catchments
from geo_service.streets.measure import Measure
from geo_service.streets.profile import Profile

USUAL_MINUTES, USUAL_METRES = 10.0, 1000.0
MOST_MINUTES, MOST_METRES = 24 * 60.0, 200_000.0


class CatchmentQuestion(NamedTuple):
    """Which facilities count, and how far is too far."""

    kinds: frozenset[str] = frozenset()
    """Empty: any kind."""
    amenities: frozenset[str] = frozenset()
    """All of these must be there."""
    open_at: datetime | None = None
    """Only what is open then."""
    usable: bool = False
    """Only what is certainly usable."""
    by: Measure = Measure.TIME
    profile: Profile = Profile.EBIKE
    minutes: float | None = None
    """By time: farther is a hole; None: the usual."""
    metres: float | None = None
    """By distance, likewise."""

    @property
    def limit(self) -> int:
        """How far is too far, in milliseconds or millimetres.

        Raises
        ------
        WrongUsage
            As ``limit_of`` does.
        """
        return limit_of(self.by, self.minutes, self.metres)


@dataclass(frozen=True, eq=False)
class FoundCatchments:
    """The streets by the nearest facility."""

    placed: PlacedFacilities
    wanted: Flags
    """Shape (f,): the facilities that counted."""
    catchments: Catchments
    """A site's number is its facility's place among those placed."""
    limit: int
    """Milliseconds or millimetres, as the catchments count."""

    @property
    def facilities(self) -> int:
        """How many counted."""
        return int(self.wanted.sum())

    def frame(self) -> Frame:
        """Return a row a facility and a last one of the holes, as ``catchments_frame`` does."""
        placed = self.placed
        names = facility_names(placed.facilities)
        return catchments_frame(names, self.wanted, placed.streets.network, self.catchments)

    def summary(self) -> dict[str, Any]:
        """Return what they come to, in plain words and numbers, as ``summary`` does."""
        placed = self.placed
        return summary(
            self.coverage,
            placed.streets.network,
            placed.sites.ids,
            by_time=self.catchments.by_time,
            limit=self.limit,
        )

    @cached_property
    def coverage(self) -> Coverage:
        """What they come to."""
        return sum_up(self.catchments, len(self.wanted))


def find_catchments(
    placed: PlacedFacilities, question: CatchmentQuestion, now: datetime
) -> FoundCatchments:
    """Find the streets nearer to each facility than to any other, and the holes.

    Parameters
    ----------
    placed : PlacedFacilities
        Of the question's profile.
    question : CatchmentQuestion
        Which facilities count, and how far is too far.
    now : datetime
        With a zone; facilities are to be usable then, and open if no other time is asked for.

    Raises
    ------
    UnknownKind
        If no facility has a kind asked for.
    WrongUsage
        If the limit makes no sense.
    """
    limit = question.limit
    placed.check_kinds(question.kinds)
    if question.open_at is not None:
        check_year(question.open_at)
    wanted = FacilityFilter(
        kinds=question.kinds,
        amenities=question.amenities,
        open=question.open_at is not None,
        usable=question.usable,
    )
    fitting = placed.fitting(wanted, now, question.open_at)
    table = placed.ready_table(fitting, question.by).table
    found = by_street.find_catchments(placed.streets, placed.sites, table, limit=limit)
    return FoundCatchments(placed, fitting.wanted, found, limit)


def find_by_kind(
    placed: PlacedFacilities, question: CatchmentQuestion, now: datetime
) -> dict[str, FoundCatchments]:
    """Find the catchments of each kind by itself, in the order of the kinds as text.

    Parameters and errors are those of ``find_catchments``; no kind in the question is all kinds.
    """
    placed.check_kinds(question.kinds)
    return {
        kind: find_catchments(placed, question._replace(kinds=frozenset({kind})), now)
        for kind in sorted(question.kinds or placed.kinds)
    }


def limit_of(by: Measure, minutes: float | None, metres: float | None) -> int:
    """Say how far is too far, in milliseconds or millimetres.

    Parameters
    ----------
    by : Measure
        By time it is said in minutes, by distance in metres.
    minutes, metres : float, optional
        None: 10 minutes, or 1,000 metres.

    Raises
    ------
    WrongUsage
        If it is said in the other unit, is out of range, or the measure is the straight line.
    """
    if by is Measure.STRAIGHT:
        raise WrongUsage("Catchments are by street, not in a straight line.", where="by")
    name, other = ("minutes", metres) if by is Measure.TIME else ("metres", minutes)
    if other is not None:
        raise WrongUsage(f"By {by}, too far is said in {name}.", where=name)
    if by is Measure.TIME:
        said, most, thousandths = USUAL_MINUTES if minutes is None else minutes, MOST_MINUTES, 60
    else:
        said, most, thousandths = USUAL_METRES if metres is None else metres, MOST_METRES, 1
    # Written so that NaN, which is in no order with anything, is caught too.
    if not 0.0 < said <= most:
        raise WrongUsage(
            f"Too far is {said:g} {name}; it must be more than 0 and at most {most:,.0f}.",
            where=name,
        )
    return round(said * thousandths * 1000)
