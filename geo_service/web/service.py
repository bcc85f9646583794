"""What one process holds to answer: the workspace, its facilities, pages drawn, the clock."""

from asyncio import get_running_loop
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

from starlette.requests import Request

from geo_service.errors import NotReady
from geo_service.export.near_json import NearWriter
from geo_service.flows.collections.kept import KeptCollections
from geo_service.flows.kept_facilities import KeptFacilities
from geo_service.flows.wiring import Workspace
from geo_service.maps.base_tiles import base_tiles
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.web.commons import Commons
from geo_service.web.drawn_pages import DrawnPages
from geo_service.web.held_photos import HeldPhotos
from geo_service.web.kept_catchments import MOST_MAKING, KeptCatchments
from geo_service.web.kept_gbfs import KeptGbfs
from geo_service.web.kept_street_ground import KeptStreetGround
from geo_service.web.kept_tiles import KeptTiles
from geo_service.web.made_files import MadeFiles
from geo_service.web.rate_limits import Limits
from geo_service.web.request_counts import RequestCounts
from geo_service.web.told_counts import ToldCounts
from geo_service.web.waiting_rooms import LengthyWork, WaitingRoom

Clock = Callable[[], datetime]
Taken = ParamSpec("Taken")
Done = TypeVar("Done")


def look_at_clock() -> datetime:
    """Return the present moment; only doors do."""
    return datetime.now(tz=UTC)


@dataclass(frozen=True, slots=True)
class Service:
    """Kept with the app; every door takes what it needs from it."""

    workspace: Workspace
    kept_facilities: KeptFacilities
    drawn_pages: DrawnPages
    collections: KeptCollections
    clock: Clock
    near_writers: Mapping[Profile, NearWriter]
    basemap: KeptStreetGround
    gbfs: KeptGbfs
    tiles: KeptTiles
    limits: Limits
    held_photos: HeldPhotos
    requests: RequestCounts
    told_counts: ToldCounts
    commons: Commons
    tile_hosts: Sequence[str]
    """Hosts that maps take the base map of the settings from; empty: none but ours."""
    files: MadeFiles = field(default_factory=MadeFiles)
    catchments: KeptCatchments = field(default_factory=KeptCatchments)
    photos: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "photos"))
    """Where photos are drawn: only others with photos wait for it, and as it is always the same
    thread, the memory that a large picture takes is used again."""
    photo_room: WaitingRoom = field(default_factory=lambda: WaitingRoom("photos", 8, 4))
    """Those whose photos are drawn, one after the other: a form may hold five, of half a second
    each, and 32 MiB."""
    maps: LengthyWork = field(default_factory=lambda: LengthyWork(2, WaitingRoom("maps", 24, 12)))
    """Anybody may ask for one."""
    tables: LengthyWork = field(
        default_factory=lambda: LengthyWork(2, WaitingRoom("tables", 12, 6))
    )
    """Of analysts, who wait for nobody's map."""
    routes: LengthyWork = field(
        default_factory=lambda: LengthyWork(2, WaitingRoom("routes", 24, 12))
    )
    """Planned routes of thousands of positions, which anybody may send."""
    catchment_room: WaitingRoom = field(
        default_factory=lambda: WaitingRoom("catchments", 24, MOST_MAKING - 1)
    )
    """One address alone can't ask for all that are made."""

    def streets_if_any(self) -> Network | None:
        """Return the streets riders ride, for small maps; None before any have been loaded."""
        try:
            return self.kept_facilities.current(Profile.EBIKE).streets.network
        except NotReady:
            return None

    async def draw_photos(
        self,
        request: Request,
        doing: Callable[Taken, Done],
        *args: Taken.args,
        **named: Taken.kwargs,
    ) -> Done:
        """Do something where photos are drawn, still in the name of who asked for it.

        Raises
        ------
        Overloaded
            If too many wait there already.
        """
        here = copy_context()
        with self.photo_room.wait(request):
            return await get_running_loop().run_in_executor(
                self.photos, lambda: here.run(doing, *args, **named)
            )


def open_service(workspace: Workspace, clock: Clock) -> Service:
    """Put the parts of a process together.

    Raises
    ------
    NotReady
        If what it has in common with others can't be opened.
    """
    folder = workspace.settings.common_folder
    commons, requests = Commons(Path(folder) if folder else None), RequestCounts()
    writers = {profile: NearWriter(riding=profile is Profile.EBIKE) for profile in Profile}
    tiles, collections = base_tiles(workspace.settings), KeptCollections(workspace)
    return Service(
        workspace,
        KeptFacilities(workspace),
        DrawnPages(workspace, commons),
        collections,
        clock,
        writers,
        KeptStreetGround(tiles),
        KeptGbfs(workspace),
        KeptTiles(workspace, collections),
        Limits(workspace.settings, commons),
        HeldPhotos(commons),
        requests,
        ToldCounts(requests, commons),
        commons,
        tiles.hosts if tiles else (),
    )


def service_of(request: Request) -> Service:
    """Return the service of the app that a request came to."""
    return cast("Service", request.app.state.service)
