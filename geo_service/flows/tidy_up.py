"""What processes left behind that were killed, or whose machine was: removed at the next start."""

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from geo_service.errors import NotReady
from geo_service.flows.wiring import Workspace
from geo_service.store import photos as stored_photos

LOG = logging.getLogger("geo_service.workspace")
WRITTEN_WITHIN = timedelta(hours=1)
"""A photo's file that is older than this, and that no row names, never will be named."""


class TidiedUp(NamedTuple):
    """How much was removed; nothing of it was ever visible, or is any more."""

    trace_files: int
    photo_files: int
    street_drafts: int

    def in_words(self) -> str:
        """Say it as a sentence; empty, if there was nothing to remove."""
        counted = (
            (self.trace_files, "files of traces"),
            (self.photo_files, "files of photos"),
            (self.street_drafts, "drafts of streets"),
        )
        told = ", ".join(f"{what}: {count}" for count, what in counted if count)
        return (
            f"Removed what an interrupted command left ({told}); nothing is lost." if told else ""
        )


def tidy_up(workspace: Workspace, now: datetime | None) -> TidiedUp:
    """Remove files that no row names and nobody is writing, and write to the log what it was.

    Parameters
    ----------
    workspace : Workspace
        Others may be writing to it.
    now : datetime or None
        With a zone; by it photos that were left are told from those being written. None leaves
        all of them.

    Raises
    ------
    NotReady
        If there is something to remove and the database or the disk can't be written.
    """
    traces = _leftover_traces(workspace)
    photos = 0
    if now is not None:
        with workspace.database.reading() as connection:
            known = stored_photos.all_ids(connection)
        photos = workspace.photos.remove_leftovers(known, now - WRITTEN_WITHIN)
    done = TidiedUp(traces, photos, workspace.networks.remove_leftovers())
    if any(done):
        LOG.warning("%s: %s", workspace.settings.workspace, done.in_words())
    return done


def _leftover_traces(workspace: Workspace) -> int:
    """Remove files of traces; a store elsewhere that fails keeps nothing else from starting."""
    try:
        return workspace.lake.remove_leftovers()
    except NotReady as problem:
        if not workspace.lake.place.far:
            raise
        LOG.warning("%s", problem)
        return 0
