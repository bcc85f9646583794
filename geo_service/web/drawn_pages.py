"""Public maps, kept as drawn until the workspace changes or the minute is over."""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from geo_service.domain.visibility import Viewer
from geo_service.flows.draw_map import draw_map
from geo_service.flows.wiring import Workspace
from geo_service.maps.assets import Assets
from geo_service.store import city

LAYERS = tuple[str, ...]


class DrawnPages:
    """The public's maps of one process; one is drawn at a time, and others wait for it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = Lock()
        self._drawn: dict[LAYERS | None, tuple[tuple[int, datetime], str]] = {}

    def page(self, layers: Sequence[str] | None, now: datetime) -> str:
        """Return a map that everybody may see.

        Parameters
        ----------
        layers : sequence of str, optional
            Which; None: all that are public.
        now : datetime
            With a zone; a map tells of its minute.

        Raises
        ------
        WrongUsage
            If a layer does not exist or is not public.
        """
        name = None if layers is None else tuple(layers)
        with self._workspace.database.reading() as connection:
            changes = city.changes(connection)
        state = (changes, now.replace(second=0, microsecond=0))
        with self._lock:
            kept = self._drawn.get(name)
            if kept is not None and kept[0] == state:
                return kept[1]
            page = draw_map(
                self._workspace, Viewer.PUBLIC, now, layers=layers, assets=Assets(embedded=False)
            )
            self._drawn[name] = (state, page)
        return page
