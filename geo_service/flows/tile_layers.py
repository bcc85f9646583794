"""Layers of vector tiles: which there are, for whom, and what each tells of its collection."""

from collections.abc import Mapping
from dataclasses import dataclass

from geo_service.domain.visibility import Viewer
from geo_service.errors import NotFound
from geo_service.features.columns import Field, Kind
from geo_service.flows.collections.catalogue import COLLECTIONS, find_collection
from geo_service.flows.collections.exposures import CELL_FIELDS, STREET_FIELDS


@dataclass(frozen=True, slots=True)
class TileSet:
    """A layer of tiles that can be asked for."""

    name: str
    """That of its collection too, if it is of one."""
    title: str
    tells: tuple[str, ...] = ()
    """Which fields of the collection, besides the ids."""
    tells_analysts: tuple[str, ...] = ()
    """Which ones besides, to those who see more features too; none: all see the same."""
    still: Field | None = None
    """A flag that says whether a feature has not ended yet."""
    newest: str = ""
    """Only the features are shown that have the greatest value in this field; blank: all."""
    rank: str = ""
    """The field by which lines are the foremost."""
    of_streets: bool = False
    """Whether its shapes are streets, whose maker is to be named."""

    @property
    def public(self) -> bool:
        """Whether everybody may see it."""
        return self.name not in COLLECTIONS or COLLECTIONS[self.name].is_seen_by(Viewer.PUBLIC)

    def fields(self, viewer: Viewer) -> tuple[Field, ...]:
        """List the fields of the collection that somebody is told of. Raises nothing."""
        more = self.tells_analysts if viewer is Viewer.ANALYST else ()
        named = {*self.tells, *more}
        return tuple(one for one in COLLECTIONS[self.name].fields if one.name in named)

    def seen_as(self, viewer: Viewer) -> Viewer:
        """Say as whom somebody sees it: one for all, if all see the same. Raises nothing."""
        if self.tells_analysts:
            return viewer
        return Viewer.PUBLIC if self.public else Viewer.ANALYST


def tile_set(name: str, viewer: Viewer) -> TileSet:
    """Return a layer by name.

    Raises
    ------
    NotFound
        If there is none.
    NotAllowed
        If its collection is for analysts, and who asks is none.
    """
    if name not in TILE_SETS:
        raise NotFound("There is no such layer.", remedy=f"There are: {', '.join(TILE_SETS)}.")
    if name in COLLECTIONS:
        find_collection(name, viewer)
    return TILE_SETS[name]


TILE_SETS: Mapping[str, TileSet] = {
    one.name: one
    for one in (
        TileSet(
            "facilities",
            "Places that serve riders.",
            # No live states: tiles are kept longer than these hold.
            ("kind", "name", "name_en", "operator", "address", "opening_hours", "amenities",
             "services"),
        ),
        TileSet(
            "issues",
            "Reported problems: the approved ones; with an analyst's key, all.",
            ("category", "stage", "reported_at", "closed_at", "unit"),
            ("body_id", "due_at", "approved"),
            still=Field("open", Kind.FLAG, "Whether it is not closed: it has no `closed_at`."),
        ),
        TileSet(
            "releases",
            "Where trips were in the newest released month.",
            ("period", "cell", "trips", "riders"),
            newest="period",
        ),
        TileSet("streets", "The streets that can be ridden or walked.", of_streets=True),
        TileSet(
            "street_exposure",
            "What each stretch of street sees of trips, riders, issues and passes.",
            tuple(one.name for one in STREET_FIELDS),
            rank="trips",
            of_streets=True,
        ),
        TileSet(
            "cell_exposure",
            "What each cell sees of trips, riders, issues and passes.",
            tuple(one.name for one in CELL_FIELDS),
        ),
    )
}  # fmt: skip
