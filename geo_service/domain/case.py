"""A case: how an issue is dealt with; by whom, until when, and every move made so far."""

from dataclasses import dataclass
from datetime import datetime

from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Mover, Stage, is_over


@dataclass(frozen=True, slots=True)
class Case:
    """An issue and how it stands; every issue has one."""

    issue: Issue
    stage: Stage
    unit: str
    """The 100 m grid square it lies in, see ``geometry/unit.py``."""
    updated_at: datetime
    """When anything about it last changed, UTC."""
    area_id: str = ""
    """The area that decided who answers; blank: it lies in none."""
    body_id: str = ""
    """Who answers for it now; blank: nobody does."""
    due_at: datetime | None = None
    """When the present stage should be over, UTC; None: whenever."""
    escalations: int = 0
    """How many times it has gone to a parent body because it was overdue."""
    merged_into: str = ""
    """The issue that goes on in its place."""
    reporter: str = ""
    """The pseudonym of the rider who reported it; blank: somebody without a key."""
    address: str = ""
    """The place in words, as the reporter gave it."""
    rating: int | None = None
    """How content its reporter is with what was done, from 1 to 5."""
    told: str = ""
    """What the last file said of it, see ``domain/life_from_file.py``; blank: none ever did."""

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return not is_over(self.stage)

    def overdue(self, now: datetime) -> bool:
        """Say whether the present stage should have been over."""
        return self.is_open and self.due_at is not None and self.due_at < now


@dataclass(frozen=True, slots=True)
class Move:
    """One step in the life of an issue, or a note on it; never changed once written."""

    issue_id: str
    number: int
    """From 1, in order."""
    moved_at: datetime
    """UTC."""
    stage: Stage
    """Where it stood before,"""
    to: Stage
    """and after; the same for a note."""
    by: Mover
    who: str = ""
    """A key's id for staff, a pseudonym for a reporter; blank for riders together and the
    service itself."""
    why: str = ""
    body_id: str = ""
    """Who answers for it from then on."""
    photo_id: str = ""
    other_issue_id: str = ""
    """The issue it was merged into, or that was merged into it."""

    @property
    def is_note(self) -> bool:
        """Whether something was only written down; going to another body enters a stage anew."""
        stays = self.number > 1 and self.stage is self.to
        return stays and (self.to is not Stage.DISPATCHED or bool(self.other_issue_id))
