"""Layers of vector tiles: which there are, for whom, and what each is gathered from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from geo_service.domain.visibility import Viewer
from geo_service.errors import NotFound
from geo_service.export.dictionary import RELEASED, STREETS, Table
from geo_service.flows.look_at_trips import OverlayQuestion
from geo_service.flows.overlay_issues import overlay_frame
from geo_service.flows.point_tiles import FacilityTiles, IssueTiles, unless_issues_changed
from geo_service.flows.wiring import Workspace
from geo_service.geometry.web_mercator import to_square
from geo_service.maps.tiles.cells import CellLayer
from geo_service.maps.tiles.coded import coded
from geo_service.maps.tiles.cut import Cutter
from geo_service.maps.tiles.lines import LineLayer, line_points
from geo_service.maps.tiles.street_lines import street_lines
from geo_service.overlay.cells import cell_boundary
from geo_service.store import city, releases, trace_days
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile

OSM = "© OpenStreetMap contributors"
"""As its licence asks to be written beside what is made of it."""


class Gathered(Protocol):
    """A layer as the workspace stood when it was gathered."""

    @property
    def layer(self) -> Cutter:
        """What tiles are cut from."""

    @property
    def attribution(self) -> str:
        """Who is to be named as the maker of what it shows; blank: nobody."""

    def holds(self) -> bool:
        """Say whether it would be just the same if it were gathered now."""


@dataclass(frozen=True, slots=True)
class TileSet:
    """A layer of tiles that can be asked for."""

    name: str
    title: str
    gather: Callable[[Workspace, Viewer], Gathered]
    public: bool = True
    """Whether everybody may see it."""
    by_viewer: bool = False
    """Whether analysts see more of it."""


def tile_set(name: str) -> TileSet:
    """Return a layer by name.

    Raises
    ------
    NotFound
        If there is none.
    """
    if name not in TILE_SETS:
        raise NotFound("There is no such layer.", remedy=f"There are: {', '.join(TILE_SETS)}.")
    return TILE_SETS[name]


class StreetTiles:
    """The streets as everybody may see them."""

    def __init__(self, workspace: Workspace, viewer: Viewer) -> None:
        del viewer
        self._workspace = workspace
        self._version = workspace.streets_version()
        network = workspace.streets(Profile.WALK).network
        self.attribution = _attribution(network)
        self.layer = street_lines(network)

    def holds(self) -> bool:
        """Say whether the streets are still the same."""
        return self._workspace.streets_version_if_any() == self._version


class ReleaseTiles:
    """The cells of the newest release."""

    attribution = ""

    def __init__(self, workspace: Workspace, viewer: Viewer) -> None:
        del viewer
        self._workspace = workspace
        with workspace.database.reading() as connection:
            self._periods = releases.periods(connection)
            newest = releases.read(connection, self._periods[-1]) if self._periods else None
        rows, period = (newest.rows, newest.period) if newest else ((), "")
        rings = cell_boundary([row.cell for row in rows])
        points = np.array([place for ring in rings for place in ring]).reshape(-1, 2)
        offsets = np.cumsum([0, *map(len, rings)])
        meaning = _meanings(RELEASED)
        fields = (
            coded("cell", meaning["cell"], (row.cell for row in rows)),
            coded("trips", meaning["trips"], (row.trips for row in rows)),
            coded("riders", meaning["riders"], (row.riders for row in rows)),
            coded("period", "The month in which that was, as 2026-10.", (period for _ in rows)),
        )
        self.layer = CellLayer(*to_square(*points.T), offsets, fields)

    def holds(self) -> bool:
        """Say whether nothing has been released since."""
        with self._workspace.database.reading() as connection:
            return releases.periods(connection) == self._periods


class ExposureTiles:
    """What each stretch of street that saw a trip or has an issue sees, for analysts."""

    def __init__(self, workspace: Workspace, viewer: Viewer) -> None:
        del viewer
        self._workspace = workspace
        with workspace.database.reading() as connection:
            self._changes = city.changes(connection)
        self._seen = self._look()
        self.attribution = _attribution(workspace.streets(Profile.EBIKE).network)
        frame = overlay_frame(workspace, "street", OverlayQuestion())
        lon, lat, offsets = line_points(frame.geometry.to_numpy())
        meaning = _meanings(STREETS)
        fields = tuple(
            coded(name, meaning[name], frame[name].tolist())
            for name in frame.columns
            if name != "geometry"
        )
        self.layer = LineLayer(
            *to_square(lon, lat),
            offsets,
            fields,
            rank=frame["trips"].to_numpy(),
            first_zoom=np.zeros(len(frame), dtype=np.int64),
        )

    def holds(self) -> bool:
        """Say whether streets, trips and issues are still the same."""
        changes = unless_issues_changed(self._workspace, self._changes)
        if changes is None or self._look() != self._seen:
            return False
        self._changes = changes
        return True

    def _look(self) -> tuple[str | None, list[trace_days.LakeDay]]:
        with self._workspace.database.reading() as connection:
            return city.read_streets_version(connection), trace_days.read_days(connection)


def _attribution(network: Network) -> str:
    return OSM if (network.edge_from_id >= 0).any() else ""


def _meanings(table: Table) -> Mapping[str, str]:
    return {column.name: column.meaning for column in table.columns}


TILE_SETS: Mapping[str, TileSet] = {
    one.name: one
    for one in (
        TileSet("facilities", "Places that serve riders.", FacilityTiles),
        TileSet(
            "issues",
            "Reported problems: the approved ones; with an analyst's key, all.",
            IssueTiles,
            by_viewer=True,
        ),
        TileSet("releases", "Where trips were in the newest released month.", ReleaseTiles),
        TileSet("streets", "The streets that can be ridden or walked.", StreetTiles),
        TileSet(
            "street_exposure",
            "What each stretch of street sees of trips, riders, issues and passes.",
            ExposureTiles,
            public=False,
        ),
    )
}
