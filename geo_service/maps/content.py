"""What a map shows: the answers of other floors, gathered for one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from geo_service.arrays import Integers
from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.opening import Opening
from geo_service.domain.release import Release
from geo_service.domain.station_use import StationUse
from geo_service.domain.usable import Usable
from geo_service.overlay.blind_spots import BlindSpots
from geo_service.overlay.exposure import Exposure
from geo_service.overlay.hotspots import HotSpots
from geo_service.overlay.pass_counts import PassCounts
from geo_service.overlay.slot_exposure import SlotExposure
from geo_service.streets.catchments import Catchments
from geo_service.streets.network import Network


@dataclass(frozen=True, slots=True)
class FacilityOnMap:
    """A facility and what can be said of it at the moment of the map."""

    facility: Facility
    opening: Opening
    usable: Usable
    use: StationUse | None = None
    """How much it is used, for planners; None: not told, or no station."""


@dataclass(frozen=True, slots=True)
class CaseOnMap:
    """How an issue stands; what is blank or None isn't known, or not for the reader."""

    stage: Stage
    unit: str
    """The 100 m grid square it lies in."""
    body: str = ""
    """Who answers for it, by name."""
    due_at: datetime | None = None
    """When the present stage should be over, UTC."""
    overdue: bool = False
    supporters: int | None = None
    """How many riders see it too."""


@dataclass(frozen=True, slots=True, eq=False)
class CatchmentsOnMap:
    """The streets by their nearest facility of one kind, by time."""

    kind: str
    facilities: Sequence[Facility]
    """A site's number in ``catchments`` is its place here."""
    network: Network
    """The streets of who rides or walks there."""
    catchments: Catchments


@dataclass(frozen=True, slots=True, eq=False)
class HoursOnMap:
    """Trips through cells by hour and weekday."""

    week: SlotExposure
    """By H3 cell, all of one resolution, and by slots as ``week_slots`` gives them."""
    since: datetime
    """When the first trip starts, with a zone."""
    until: datetime
    """When the last one ends."""


@dataclass(frozen=True, slots=True, eq=False)
class MapContent:
    """Everything a page may draw; who may see it was decided by whoever gathered it."""

    title: str
    now: datetime
    """The moment the map tells of, with a zone."""
    time_zone: str = "Asia/Shanghai"
    """The city's; all times on the page are in it."""
    note: str = ""
    """A remark under the title: that the data are illustrative, say."""
    facilities: Sequence[FacilityOnMap] = ()
    issues: Sequence[Issue] = ()
    cases: Mapping[str, CaseOnMap] = field(default_factory=dict)
    """How issues stand, by their ids; of one that isn't here only its life is told."""
    network: Network | None = None
    """The workspace's own streets, for the quiet background."""
    issue_passes: PassCounts | None = None
    """A row for each of ``issues``, in their order."""
    cells: Exposure | None = None
    """Exposure of H3 cells, fine ones: they are added up to heat."""
    rate_cells: Exposure | None = None
    """The same of cells that are few enough to be drawn one by one."""
    rate_hot: HotSpots | None = None
    """What is to be thought of the issues of each of ``rate_cells``; None: not judged."""
    hours: HoursOnMap | None = None
    street_exposure: Exposure | None = None
    """Exposure of street edges; needs ``network`` and ``street_edge``."""
    street_edge: Integers | None = None
    """Shape (rows of ``street_exposure``,): each row's edge of ``network``."""
    blind: BlindSpots | None = None
    """Edges of ``network`` that no trip rode; None: not asked, or there are no trips at all."""
    release: Release | None = None
    catchments: Sequence[CatchmentsOnMap] = ()
    """One for each kind that can be chosen on the page."""
    hole_minutes: int = 10
    """Farther from all facilities of a kind is a hole, as the page opens."""
    crowded: bool = False
    """Whether figures of traces share the page: catchments then have less room."""
    radius_m: float = 25.0
    """How near a pass is."""
    since: datetime | None = None
    until: datetime | None = None
    """The period the traces are from; None: no bound."""

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.time_zone)
