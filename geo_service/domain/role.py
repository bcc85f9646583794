"""What the holder of a key is to the service."""

from enum import StrEnum


class Role(StrEnum):
    """The roles a key can bear."""

    RIDER = "rider"
    """Sends traces, reports issues and has tasks."""
    OPERATOR = "operator"
    """Reports the live state of its facilities."""
    STAFF = "staff"
    """Works on issues and facilities."""
    ANALYST = "analyst"
    """Sees streets', issues' and riders' figures."""
    ADMIN = "admin"
    """May do all of this, and hands out keys."""
