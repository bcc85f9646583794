"""The collections of a long-running process, brought up to date whenever the workspace changes."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from threading import Lock, Thread
from time import monotonic
from typing import NamedTuple

from geo_service.domain.visibility import Viewer
from geo_service.export.feature_json import FeatureJson
from geo_service.features.columns import Row
from geo_service.features.selection import Asked, Box, Times
from geo_service.flows.collections.catalogue import find_collection
from geo_service.flows.collections.collection import Collection, Sight
from geo_service.flows.loading import streets_extent
from geo_service.flows.wiring import Workspace
from geo_service.geometry.extent import Extent
from geo_service.store import city
from geo_service.store.change_journal import changed_since
from geo_service.store.change_watch import ChangeWatch
from geo_service.store.database import Connection

PATIENCE_S = 2.0
"""Who asks for figures that took longer than this to count is given those counted before, while
they are counted anew;"""
STALE_S = 900.0
"""but none that are older than this."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A collection as it was last read."""

    collection: Collection
    asked: Asked
    json: FeatureJson
    stamp: int
    openings: int
    changes: int
    version: Hashable
    """Of a collection without a journal."""
    read_at_s: float
    """By the process's own clock."""
    took_s: float


class Around(NamedTuple):
    """Where the city is, and when that was looked up."""

    stamp: int
    version: str | None
    box: Box | None


class _Shelf:
    """One collection, as one sort of viewer is told of it."""

    def __init__(self) -> None:
        self.reading = Lock()
        self.kept: Kept | None = None


class KeptCollections:
    """Gives out collections as the workspace stands at this very moment.

    Any number of threads may ask; what one was given stays as it is. Figures that take long to
    count may be some minutes old, see ``PATIENCE_S``.

    Parameters
    ----------
    workspace : Workspace
        Open as long as this is used.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._watch = ChangeWatch(workspace.database)
        self._lock = Lock()
        self._shelves: dict[tuple[str, Viewer], _Shelf] = {}
        self._around = Around(-1, None, None)

    def around(self) -> Box | None:
        """Return the box of the city's streets, WGS-84; None while there are none.

        Where west is east of east, it crosses the 180th meridian.
        """
        known, stamp = self._around, self._watch.stamp()
        if known.stamp != stamp:
            version, around = self._workspace.streets_version_if_any(), known
            if version != known.version:
                around = Around(stamp, version, _box(streets_extent(self._workspace)))
            self._around = around._replace(stamp=stamp)
        return self._around.box

    def around_if_read(self) -> Around | None:
        """Return where the city is; None if anything has to be asked first."""
        known = self._around
        return known if known.stamp == self._watch.stamp_at_once() else None

    def streets_version(self) -> str | None:
        """Name the streets in use, by one and the same object as long as they are the same."""
        self.around()
        return self._around.version

    def current_if_read(self, name: str, viewer: Viewer) -> Kept | None:
        """Return a collection as the workspace stands now; None if anything has to be asked first.

        For those who may not wait.

        Raises
        ------
        NotFound
            If there is no such collection.
        NotAllowed
            If it is for analysts, and who asks is none.
        """
        find_collection(name, viewer)
        return self._read_at(self._watch.stamp_at_once(), name, viewer)

    def current(self, name: str, viewer: Viewer) -> Kept:
        """Return a collection as the workspace stands now.

        Raises
        ------
        NotFound
            If there is no such collection.
        NotAllowed
            If it is for analysts, and who asks is none.
        NotReady
            If it needs streets, and none have been loaded.
        """
        collection = find_collection(name, viewer)
        kept = self._read_at(self._watch.stamp(), name, viewer)
        if kept is not None:
            return kept
        with self._lock:
            shelf = self._shelves.setdefault((name, viewer), _Shelf())
        kept = shelf.kept
        if kept is not None and kept.took_s > PATIENCE_S and _age_s(kept) < STALE_S:
            behind = Thread(target=self._if_idle, args=(shelf, collection, viewer), daemon=True)
            behind.start()
            return kept
        with shelf.reading:
            return self._up_to_date(shelf, collection, viewer)

    def _read_at(self, stamp: int | None, name: str, viewer: Viewer) -> Kept | None:
        shelf = self._shelves.get((name, viewer))
        kept = None if shelf is None else shelf.kept
        return kept if kept is not None and kept.stamp == stamp else None

    def _if_idle(self, shelf: _Shelf, collection: Collection, viewer: Viewer) -> None:
        if shelf.reading.acquire(blocking=False):
            try:
                self._up_to_date(shelf, collection, viewer)
            finally:
                shelf.reading.release()

    def _up_to_date(self, shelf: _Shelf, collection: Collection, viewer: Viewer) -> Kept:
        # The stamp is taken before reading: what is committed meanwhile shows the next time.
        stamp, openings = self._watch.stamp(), self._watch.openings
        kept = shelf.kept
        if kept is None or kept.openings != openings:
            kept = self._read(collection, Sight(viewer))
        elif kept.stamp != stamp:
            kept = self._followed(kept, Sight(viewer))
        shelf.kept = replace(kept, stamp=stamp, openings=openings)
        return shelf.kept

    def _followed(self, kept: Kept, sight: Sight) -> Kept:
        """Bring a collection up to date; only what changed is read, if it can be told."""
        with self._workspace.database.reading() as connection:
            changes = city.changes(connection)
            rows = _changed_rows(connection, kept, sight)
        if rows is None:
            return self._read(kept.collection, sight)
        if not rows:
            return replace(kept, changes=changes)
        changed = kept.asked.features.with_changes(rows)
        asked = Asked(changed.features, kept.asked.times, before=kept.asked)
        written = FeatureJson(changed.features)
        written.take_over(kept.json, changed.rows, changed.rows_before)
        return replace(kept, asked=asked, json=written, changes=changes)

    def _read(self, collection: Collection, sight: Sight) -> Kept:
        begun = monotonic()
        with self._workspace.database.reading() as connection:
            changes, version = city.changes(connection), collection.version(connection)
        features = collection.read(self._workspace, sight)
        times = Times(collection.begins, collection.ends) if collection.begins else None
        took_s = monotonic() - begun if collection.counted else 0.0
        asked, written = Asked(features, times), FeatureJson(features)
        return Kept(collection, asked, written, 0, 0, changes, version, begun, took_s)


def _changed_rows(connection: Connection, kept: Kept, sight: Sight) -> dict[str, Row | None] | None:
    """Read what changed; None: all has to be read anew."""
    collection = kept.collection
    if collection.journal is None or collection.read_some is None:
        return {} if collection.version(connection) == kept.version else None
    touched = changed_since(connection, collection.journal, kept.changes)
    return None if touched is None else collection.read_some(connection, touched, sight)


def _box(extent: Extent | None) -> Box | None:
    return None if extent is None else (extent.west, extent.south, extent.east, extent.north)


def _age_s(kept: Kept) -> float:
    return monotonic() - kept.read_at_s
