"""Vector tiles kept as they go out: layers until the workspace changes, of tiles the last ones."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic

from geo_service.domain.visibility import Viewer
from geo_service.flows.tile_layers import Gathered, TileSet
from geo_service.flows.wiring import Workspace
from geo_service.geometry.tile_address import Tile
from geo_service.maps.tiles.cut import Cutter
from geo_service.maps.tiles.encode import encode
from geo_service.store.change_watch import ChangeWatch

MOST_BYTES = 32_000_000
PATIENCE_S = 2.0
"""A layer for analysts that takes longer than this to gather is gathered anew,"""
STALE = timedelta(minutes=15)
"""whatever changes, no sooner than after so long. What the public sees is always of this moment."""


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """A layer, and of which state of the workspace it is."""

    gathered: Gathered
    stamp: int
    openings: int
    made_at: datetime
    took_s: float


class _Shelf:
    """One layer for one sort of viewer."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.kept: _Layer | None = None


class KeptTiles:
    """The tiles of one process; one layer is gathered at a time, and others wait for it.

    Parameters
    ----------
    workspace : Workspace
        Open as long as this is used.
    most_bytes : int
        How much is kept of tiles.
    """

    def __init__(self, workspace: Workspace, most_bytes: int = MOST_BYTES) -> None:
        self._workspace = workspace
        self._watch = ChangeWatch(workspace.database)
        self._lock = Lock()
        self._shelves: dict[tuple[str, Viewer], _Shelf] = {}
        self._tiles: OrderedDict[tuple[str, Viewer, Tile], tuple[Gathered, bytes]] = OrderedDict()
        self._most_bytes = most_bytes
        self._bytes = 0

    def layer(self, asked: TileSet, viewer: Viewer, now: datetime) -> Cutter:
        """Return a layer as it is at a moment.

        Parameters
        ----------
        asked : TileSet
            Which.
        viewer : Viewer
            Who may see it; whoever asks has made sure of that.
        now : datetime
            With a zone.

        Raises
        ------
        NotReady
            If it is made of streets and none have been loaded.
        """
        return self.gathered(asked, viewer, now).layer

    def tile(self, asked: TileSet, viewer: Viewer, tile: Tile, now: datetime) -> bytes:
        """Return a tile as it goes out; empty if nothing lies in it.

        Parameters, and what is raised, are those of `layer`.
        """
        gathered = self.gathered(asked, viewer, now)
        name = asked.name, _kind_of(asked, viewer), tile
        with self._lock:
            held = self._tiles.get(name)
            if held is not None and held[0] is gathered:
                self._tiles.move_to_end(name)
                return held[1]
        text = encode(asked.name, gathered.layer.cut(tile))
        with self._lock:
            self._keep(name, gathered, text)
        return text

    def gathered(self, asked: TileSet, viewer: Viewer, now: datetime) -> Gathered:
        """Return a layer with what it was gathered from, as `layer` does."""
        with self._lock:
            shelf = self._shelves.setdefault((asked.name, _kind_of(asked, viewer)), _Shelf())
        # Taken before reading: what is committed meanwhile shows the next time.
        stamp, openings = self._watch.stamp(), self._watch.openings
        kept = shelf.kept
        if (
            kept is not None
            and (kept.stamp, kept.openings) == (stamp, openings)
            and (asked.public or now - kept.made_at < STALE)
        ):
            return kept.gathered
        with shelf.lock:
            shelf.kept = self._up_to_date(asked, viewer, shelf.kept, stamp, openings, now)
            return shelf.kept.gathered

    def _up_to_date(
        self,
        asked: TileSet,
        viewer: Viewer,
        kept: _Layer | None,
        stamp: int,
        openings: int,
        now: datetime,
    ) -> _Layer:
        if kept is not None and kept.openings == openings:
            young = now - kept.made_at < STALE
            if kept.stamp >= stamp and (asked.public or young):
                return kept
            if not asked.public and young and kept.took_s > PATIENCE_S:
                return kept
            if kept.gathered.holds():
                return replace(kept, stamp=stamp, made_at=now)
        begun = monotonic()
        gathered = asked.gather(self._workspace, viewer)
        return _Layer(gathered, stamp, openings, now, monotonic() - begun)

    def _keep(self, name: tuple[str, Viewer, Tile], gathered: Gathered, text: bytes) -> None:
        before = self._tiles.pop(name, None)
        if before is not None:
            self._bytes -= _weight(before[1])
        self._tiles[name] = gathered, text
        self._bytes += _weight(text)
        while self._bytes > self._most_bytes:
            _, (_, oldest) = self._tiles.popitem(last=False)
            self._bytes -= _weight(oldest)


def _weight(text: bytes) -> int:
    """Return about how much keeping a tile takes; an empty one takes something too."""
    return len(text) + 500


def _kind_of(asked: TileSet, viewer: Viewer) -> Viewer:
    """Say for which sort of viewer a layer is kept: one for all, if all see the same of it."""
    return viewer if asked.by_viewer else Viewer.PUBLIC
