"""What open maps ask for later, kept for as long as the newest drawings last."""

from collections import deque
from threading import Lock
from typing import Final

from geo_service.domain.visibility import Viewer
from geo_service.maps.page_parts import Parts
from geo_service.web.commons import Commons

KEPT: Final = 12
"""The parts of so many drawings are kept, for pages that are open still."""
_FIND: Final = "SELECT viewer, content FROM parts WHERE drawing = ? AND name = ?"
_FORGET_PARTS: Final = (
    "DELETE FROM parts WHERE drawing IN "
    "(SELECT drawing FROM drawings WHERE number <= (SELECT max(number) FROM drawings) - ?)"
)
_FORGET: Final = "DELETE FROM drawings WHERE number <= (SELECT max(number) FROM drawings) - ?"


class KeptParts:
    """The parts of the newest drawings, of this process and of those that share its commons.

    Parameters
    ----------
    commons : Commons
        Where the others find them. A process that is alone makes a part when it is asked for.
    """

    def __init__(self, commons: Commons) -> None:
        self._commons = commons
        self._lock = Lock()
        self._own: deque[tuple[str, Viewer, Parts]] = deque(maxlen=KEPT)

    def keep(self, drawing: str, viewer: Viewer, parts: Parts) -> None:
        """Keep the parts of a drawing, which such a viewer may see.

        Raises
        ------
        NotReady
            If there is no room for them.
        """
        with self._lock:
            self._own.append((drawing, viewer, parts))
        if not self._commons.shared:
            return
        rows = [(drawing, viewer.value, name, parts.text(name)) for name in parts.names]
        with self._commons.open() as file:
            file.execute("INSERT INTO drawings (drawing) VALUES (?)", (drawing,))
            file.executemany("INSERT INTO parts VALUES (?, ?, ?, ?)", rows)
            file.execute(_FORGET_PARTS, (KEPT,))
            file.execute(_FORGET, (KEPT,))

    def find(self, viewer: Viewer, drawing: str, name: str) -> str | None:
        """Return a part, as JSON; None if it is not kept, or not for such a viewer.

        Raises
        ------
        NotFound
            If the drawing has none of that name.
        """
        for known, owner, parts in tuple(self._own):
            if known == drawing:
                return parts.text(name) if owner in (viewer, Viewer.PUBLIC) else None
        if not self._commons.shared:
            return None
        with self._commons.open() as file:
            found = file.execute(_FIND, (drawing, name)).fetchone()
        return found[1] if found and found[0] in (viewer.value, Viewer.PUBLIC.value) else None
