"""Maps kept as drawn: the public's and the planners', with the parts that pages ask for later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from threading import Lock, Thread
from time import monotonic

from geo_service.domain.visibility import Viewer
from geo_service.errors import NotFound
from geo_service.flows.draw_map import draw_map
from geo_service.flows.wiring import Workspace
from geo_service.maps.assets import Assets
from geo_service.maps.page_parts import Parts
from geo_service.store import city
from geo_service.store import issues as stored_issues
from geo_service.store.change_journal import ISSUES, changed_since
from geo_service.store.database import Connection
from geo_service.web.commons import Commons
from geo_service.web.kept_parts import KeptParts

PARTS_PATH = "/maps/parts"
PATIENCE_S = 2.0
"""Who asks for a map that takes longer than this to draw gets the one drawn before, if there is
one, while a newer is drawn; each tells of which moment it is. The public gets it only while nothing
has changed."""
STALE = timedelta(minutes=15)
"""But none that is older than this."""
LATE = timedelta(seconds=10)
"""So long a map may be behind where cabinets report all the time, and no issue on it changed."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A map, and of which state of the workspace it tells."""

    state: tuple[int, datetime]
    """The count of changes before it was drawn, and its minute."""
    at: datetime
    page: str
    issue_ids: frozenset[str]
    """Issues that everybody may see on it."""
    begun_s: float
    took_s: float


class Shelf:
    """One map of one sort of viewer: the newest drawing of it."""

    def __init__(self) -> None:
        self.drawing = Lock()
        self.drawn: Drawn | None = None


class DrawnPages:
    """The maps of one process; one of each sort is drawn at a time, and others wait for it.

    Parameters
    ----------
    workspace : Workspace
        Open as long as this is used.
    commons : Commons
        Where other processes find the parts of what is drawn here.
    """

    def __init__(self, workspace: Workspace, commons: Commons) -> None:
        self._workspace = workspace
        self._lock = Lock()
        self._shelves: dict[tuple[Viewer, tuple[str, ...] | None], Shelf] = {}
        self._parts = KeptParts(commons)

    def page(self, viewer: Viewer, layers: Sequence[str] | None, now: datetime) -> str:
        """Return a map that a viewer may see.

        Parameters
        ----------
        viewer : Viewer
            Of this sort.
        layers : sequence of str, optional
            Which; None: all that such a viewer may see.
        now : datetime
            With a zone; a map tells of its minute.

        Raises
        ------
        WrongUsage
            If a layer does not exist or is not for such a viewer.
        """
        name = None if layers is None else tuple(layers)
        with self._lock:
            shelf = self._shelves.setdefault((viewer, name), Shelf())
        asked_s, kept = monotonic(), shelf.drawn
        with self._workspace.database.reading() as connection:
            changes = city.changes(connection)
            state = (changes, now.replace(second=0, microsecond=0))
            if kept is not None and (kept.state == state or _may_be_late(connection, kept, now)):
                return kept.page
        # What has been taken back must not be shown to everybody a while longer.
        still_true = viewer is Viewer.ANALYST or (kept is not None and kept.state[0] == changes)
        slow = kept is not None and kept.took_s > PATIENCE_S and now - kept.state[1] < STALE
        if kept is not None and slow and still_true:
            Thread(
                target=self._draw_if_idle, args=(shelf, viewer, name, state, now), daemon=True
            ).start()
            return kept.page
        with shelf.drawing:
            # Whoever waited takes what was begun meanwhile: it has all that they asked for.
            drawn = shelf.drawn
            if drawn is None or (drawn.state != state and not _begun_since(drawn, asked_s, state)):
                drawn = shelf.drawn = self._draw(viewer, name, state, now)
            return drawn.page

    def part(self, viewer: Viewer, drawing: str, name: str) -> str:
        """Return what a page asks for, as JSON.

        Raises
        ------
        NotFound
            If the drawing is no longer kept, is not for such a viewer, or has no such part.
        """
        part = self._parts.find(viewer, drawing, name)
        if part is None:
            raise NotFound("This map is no longer kept.", where="drawing", remedy="Load it again.")
        return part

    def _draw_if_idle(
        self,
        shelf: Shelf,
        viewer: Viewer,
        layers: Sequence[str] | None,
        state: tuple[int, datetime],
        now: datetime,
    ) -> None:
        if shelf.drawing.acquire(blocking=False):
            try:
                shelf.drawn = self._draw(viewer, layers, state, now)
            finally:
                shelf.drawing.release()

    def _draw(
        self,
        viewer: Viewer,
        layers: Sequence[str] | None,
        state: tuple[int, datetime],
        now: datetime,
    ) -> Drawn:
        begun = monotonic()
        drawing = token_hex(8)
        parts = Parts(f"{PARTS_PATH}/{drawing}/")
        shown = self._approved()
        page = draw_map(
            self._workspace, viewer, now, layers=layers, assets=Assets(embedded=False), parts=parts
        )
        self._parts.keep(drawing, viewer, parts)
        return Drawn(state, now, page, shown | self._approved(), begun, monotonic() - begun)

    def _approved(self) -> frozenset[str]:
        with self._workspace.database.reading() as connection:
            return stored_issues.all_ids(connection, approved_only=True)


def _may_be_late(connection: Connection, kept: Drawn, now: datetime) -> bool:
    """Say whether nothing that people have seen on a map has been changed or taken back."""
    changes, minute = kept.state
    if now - kept.at >= LATE or now.replace(second=0, microsecond=0) != minute:
        return False
    touched = changed_since(connection, ISSUES, changes)
    return touched is not None and kept.issue_ids.isdisjoint(touched)


def _begun_since(drawn: Drawn, asked_s: float, state: tuple[int, datetime]) -> bool:
    return drawn.begun_s >= asked_s and drawn.state[1] == state[1]
