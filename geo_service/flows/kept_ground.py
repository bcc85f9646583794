"""The map of areas and the streets around it, kept between questions as long as they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from geo_service.arrays import Floats
from geo_service.domain.area import Area, Body
from geo_service.domain.area_nest import AreaNest
from geo_service.domain.body_tree import top_body
from geo_service.domain.responsibility import AreaMap, Responsible
from geo_service.store import areas as stored_areas
from geo_service.store import city
from geo_service.store.database import Connection
from geo_service.store.networks import NetworkStore
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap_grid import SnapGrid


@dataclass(frozen=True, eq=False)
class AreaGround:
    """The areas and bodies of one moment."""

    rows: Sequence[object]
    """As they were read; as long as they are equal, so is the rest."""
    areas: Sequence[Area]
    area_map: AreaMap
    bodies: Mapping[str, Body]
    """By id."""
    elsewhere: Responsible
    """Who answers where no area decides: the top body, if there is one."""

    @cached_property
    def nest(self) -> AreaNest:
        """Which areas lie in which; made ready when first asked, for few keys need it."""
        return AreaNest(self.areas)

    def responsible_for_all(
        self, lon: Floats, lat: Floats, categories: Sequence[str]
    ) -> list[Responsible]:
        """Say who answers for places, however far from the streets they are.

        Parameters
        ----------
        lon, lat : ndarray of float, shape (q,)
            WGS-84, decimal degrees.
        categories : sequence of str
            Of what there is at each place. Raises nothing.
        """
        found = self.area_map.responsible_for_all(lon, lat, categories)
        return [who or self.elsewhere for who in found]


class StreetGround(NamedTuple):
    """The streets that places are measured against: those one may walk on."""

    version: str
    network: Network
    grid: SnapGrid


class KeptGround:
    """Gives out areas and streets as a transaction sees them, made ready once.

    Areas are read and compared each time, for writes of all kinds come between two reports: a
    millisecond or two for hundreds of areas, when making them ready takes some hundred. Any
    number of threads may ask.

    Parameters
    ----------
    networks : NetworkStore
        The workspace's streets.
    """

    def __init__(self, networks: NetworkStore) -> None:
        self._networks = networks
        self._areas: AreaGround | None = None
        self._streets: StreetGround | None = None

    def areas(self, connection: Connection) -> AreaGround:
        """Return the areas and bodies as they are in a transaction, its own writes too."""
        rows = stored_areas.read_rows(connection)
        kept = self._areas
        if kept is None or kept.rows != rows:
            kept = self._areas = _ready(connection, rows)
        return kept

    def streets(self, connection: Connection) -> StreetGround | None:
        """Return the streets in use.

        Returns
        -------
        StreetGround or None
            None: no streets have been loaded.

        Raises
        ------
        NotReady
            If their files are not there or damaged.
        """
        version = city.read_streets_version(connection)
        if not version:
            return None
        kept = self._streets
        if kept is None or kept.version != version:
            kept = self._streets = StreetGround(
                version,
                self._networks.open(version, Profile.WALK),
                self._networks.open_grid(version, Profile.WALK),
            )
        return kept


def _ready(connection: Connection, rows: Sequence[object]) -> AreaGround:
    areas, bodies = stored_areas.read_areas(connection), stored_areas.read_bodies(connection)
    top = top_body(bodies)
    return AreaGround(
        rows=rows,
        areas=areas,
        area_map=AreaMap(areas, bodies),
        bodies={body.body_id: body for body in bodies},
        elsewhere=Responsible(body_id="" if top is None else top.body_id),
    )
