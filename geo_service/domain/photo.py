"""Photos of issues: as a stranger's picture was read, as it lies on the disk, and whose it is."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture drawn anew, and what the one it was drawn from said of itself."""

    data: bytes
    """A JPEG file that holds pixels and nothing else."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    position: tuple[float, float] | None = None
    """Where it says it was taken: longitude and latitude, WGS-84, decimal degrees. A hint: the
    sender's device wrote it."""
    taken_at: datetime | None = None
    """When it says it was taken, UTC; a hint too."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A picture's file in the workspace."""

    photo_id: str
    """32 hexadecimal digits."""
    width: int
    height: int
    size: int
    """Bytes."""
    digest: bytes
    """SHA-256 of the bytes."""


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A picture that is kept with an issue."""

    photo_id: str
    issue_id: str
    added_at: datetime
    """UTC."""
    width: int
    height: int
    size: int
    """Bytes of its file,"""
    digest: bytes
    """and their SHA-256."""
    approved: bool
    """Whether staff have looked at it and let everybody see it, once the issue is approved too."""
    rider: str = ""
    """The pseudonym of who sent it; blank: somebody without a rider's key."""
