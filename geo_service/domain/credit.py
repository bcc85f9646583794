"""Credits: points that riders are given for what they do, and take something for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    """What points were given or taken for."""

    REPORT_CONFIRMED = "report_confirmed"
    """A report of the rider's was found to be true."""
    CHECK_ANSWERED = "check_answered"
    """The rider said how an issue stands."""
    CHECKED_IN = "checked_in"
    """The rider visited a station."""
    REDEEMED = "redeemed"
    """The rider took an offer."""
    CORRECTED = "corrected"
    """An entry before was wrong."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger; what it says is never changed."""

    entry_id: int
    rider: str
    """A pseudonym; blank once the rider is forgotten."""
    entered_at: datetime
    """UTC."""
    points: int
    """Below 0: taken."""
    reason: Reason
    source: str
    """What it was for, as ``report:ISSUE``, ``check:TASK`` or ``visit:FACILITY:DAY:CODE``; nothing
    is entered for twice."""
    offer_id: str = ""
    """Of an offer that was taken."""

    @property
    def subject(self) -> str:
        """The id of the issue, question, facility or offer that it was for."""
        if self.reason is Reason.REDEEMED:
            return self.offer_id
        told = self.source.partition(":")[2]
        # A facility's id may hold colons, what follows it does not.
        return told.rsplit(":", 2)[0] if self.reason is Reason.CHECKED_IN else told
