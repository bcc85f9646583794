"""What some trips saw: the places they were in, and the issues they passed."""

from typing import NamedTuple

from geo_service.domain.pass_rule import PassRule
from geo_service.domain.trace import Fixes, TripRiders
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.cell_visits import cell_visits
from geo_service.overlay.issue_grid import IssuePoints
from geo_service.overlay.passes import Passes, find_passes
from geo_service.overlay.visits import Visits


class Seen(NamedTuple):
    """Whole trips, each of which comes only once."""

    trips: Fixes | TripRiders
    """Only their riders are read."""
    visits: Visits
    """Of cells, or of street edges."""
    passes: Passes


def seen_in_cells(fixes: Fixes, points: IssuePoints, rule: PassRule, finder: CellFinder) -> Seen:
    """Look which cells trips were in and which issues they passed; several threads may do so.

    Parameters
    ----------
    fixes : Fixes
        Whole trips.
    points : IssuePoints
        The issues.
    rule : PassRule
        How close is a pass, and which fixes are joined.
    finder : CellFinder
        Of the cells.

    Returns
    -------
    Seen
        Raises nothing.
    """
    return Seen(
        fixes.only_riders(), cell_visits(fixes, rule, finder), find_passes(fixes, points, rule)
    )
