"""Teams of volunteers: who belongs to one, and what its members did in a month."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Team:
    """Riders who look after their city together."""

    team_id: str
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """A rider belongs to a team during ``[since, until)``."""

    team_id: str
    rider: str
    """A pseudonym."""
    since: datetime
    """UTC."""
    until: datetime | None = None
    """UTC; None: still."""

    def holds(self, moment: datetime) -> bool:
        """Say whether the rider belongs to the team at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class TeamFigures:
    """What a team's members did in a month, each only while a member."""

    team: Team
    members: int
    """Riders who belonged to it at any moment of the month."""
    reports: int
    """Issues they reported in the month."""
    checks: int
    """Questions about issues they answered in the month."""
    closures: int
    """Issues checked and closed in the month that they had reported as members, whenever."""
