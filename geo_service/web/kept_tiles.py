"""Vector tiles kept as they go out: layers as long as they hold, of tiles the last ones."""

from collections import OrderedDict
from threading import Lock
from typing import TypeAlias
from weakref import ref

from geo_service.domain.visibility import Viewer
from geo_service.flows.collections.catalogue import COLLECTIONS
from geo_service.flows.collections.kept import KeptCollections
from geo_service.flows.made_tiles import Made, Source, make_layer, parts_of
from geo_service.flows.tile_layers import TileSet
from geo_service.flows.wiring import Workspace
from geo_service.geometry.tile_address import Tile
from geo_service.maps.tiles.encode import encode

MOST_BYTES = 32_000_000

Held: TypeAlias = tuple[ref[Made], bytes]
"""A tile and of which layer it was cut; it keeps none that was made anew since in memory."""


class _Shelf:
    """One layer for one sort of viewer."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.made: Made | None = None


class KeptTiles:
    """The tiles of one process; a layer is made by one who asks, and others wait for it.

    Parameters
    ----------
    workspace : Workspace
        Open as long as this is used.
    collections : KeptCollections
        Of this workspace; tiles are as new as these.
    most_bytes : int
        How much is kept of tiles.
    """

    def __init__(
        self, workspace: Workspace, collections: KeptCollections, most_bytes: int = MOST_BYTES
    ) -> None:
        self._workspace = workspace
        self._collections = collections
        self._lock = Lock()
        self._shelves: dict[tuple[str, Viewer], _Shelf] = {}
        self._tiles: OrderedDict[tuple[str, Viewer, Tile], Held] = OrderedDict()
        self._most_bytes = most_bytes
        self._bytes = 0

    def tile(self, asked: TileSet, viewer: Viewer, tile: Tile) -> bytes:
        """Return a tile as it goes out; empty if nothing lies in it.

        Parameters, and what is raised, are those of `made`.
        """
        made = self.made(asked, viewer)
        name = asked.name, asked.seen_as(viewer), tile
        with self._lock:
            held = self._tiles.get(name)
            if held is not None and held[0]() is made:
                self._tiles.move_to_end(name)
                return held[1]
        text = encode(asked.name, made.layer.cut(tile))
        with self._lock:
            self._keep(name, made, text)
        return text

    def made(self, asked: TileSet, viewer: Viewer) -> Made:
        """Return a layer as the workspace stands now.

        Parameters
        ----------
        asked : TileSet
            Which.
        viewer : Viewer
            Who may see it; whoever asks has made sure of that.

        Raises
        ------
        NotReady
            If it is made of streets and none have been loaded.
        """
        viewer = asked.seen_as(viewer)
        with self._lock:
            shelf = self._shelves.setdefault((asked.name, viewer), _Shelf())
        made = shelf.made
        if made is not None and made.is_of(parts_of(asked, viewer, self._source(asked, viewer))):
            return made
        with shelf.lock:
            # Looked at once more: others may have made it meanwhile.
            source, made = self._source(asked, viewer), shelf.made
            if made is None or not made.is_of(parts_of(asked, viewer, source)):
                made = shelf.made = make_layer(self._workspace, asked, viewer, source, made)
            return made

    def _source(self, asked: TileSet, viewer: Viewer) -> Source:
        if asked.name in COLLECTIONS:
            return self._collections.current(asked.name, viewer).asked.features
        return self._collections.streets_version()

    def _keep(self, name: tuple[str, Viewer, Tile], made: Made, text: bytes) -> None:
        before = self._tiles.pop(name, None)
        if before is not None:
            self._bytes -= _weight(before[1])
        self._tiles[name] = ref(made), text
        self._bytes += _weight(text)
        while self._bytes > self._most_bytes:
            _, (_, oldest) = self._tiles.popitem(last=False)
            self._bytes -= _weight(oldest)


def _weight(text: bytes) -> int:
    """Return about how much keeping a tile takes; an empty one takes something too."""
    return len(text) + 500
