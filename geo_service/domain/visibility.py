"""Who may see what about traces: everybody sees releases only, analysts see all."""

from enum import StrEnum

from geo_service.domain.role import Role


class Viewer(StrEnum):
    """By whose rights something is drawn."""

    PUBLIC = "public"
    """Facilities, approved issues, releases; nothing else that comes of traces."""
    ANALYST = "analyst"
    """Everything."""


def viewer_with(role: Role | None) -> Viewer:
    """Say by whose rights to draw for the holder of a key; None: no key at all."""
    return Viewer.ANALYST if role in (Role.ANALYST, Role.ADMIN) else Viewer.PUBLIC
