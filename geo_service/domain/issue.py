"""An issue: a reported problem at a place, with a category and a life."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Issue:
    """A reported problem at a WGS-84 position in decimal degrees; times are UTC."""

    issue_id: str
    category: str
    lon: float
    lat: float
    reported_at: datetime
    closed_at: datetime | None = None
    description: str = ""
    approved: bool = True
    """Whether everybody may see it; a report that staff have not approved counts but is private."""
    reopened: tuple[tuple[datetime, datetime | None], ...] = ()
    """Later open intervals, in order, each from its reopening to its closing."""
    more: dict[str, str] = field(default_factory=dict)
    """What else the source said, kept as text."""
    confirmed_at: datetime | None = None
    """When somebody last saw that the problem is still there; None: nobody since the report."""

    @property
    def open_intervals(self) -> tuple[tuple[datetime, datetime | None], ...]:
        """When the issue was open, each ``[from, to)``; no ``to``: still open."""
        return ((self.reported_at, self.closed_at), *self.reopened)

    @property
    def last_confirmed_at(self) -> datetime:
        """When somebody last said that the problem is there: reported, reopened, or confirmed."""
        said = [start for start, _ in self.open_intervals]
        return max(said if self.confirmed_at is None else [*said, self.confirmed_at])

    @property
    def still_open(self) -> bool:
        """Whether nobody has closed it, or closed it again after it was last reopened."""
        return self.open_intervals[-1][1] is None

    def is_open(self, moment: datetime) -> bool:
        """Say whether the issue is open at a moment."""
        return any(
            start <= moment and (end is None or moment < end) for start, end in self.open_intervals
        )
