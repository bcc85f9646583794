"""While the app is served, what time alone brings about is done now and then."""

import logging
from datetime import datetime
from threading import Event, Thread
from time import monotonic
from typing import Final, Protocol

from geo_service.errors import GeoServiceError
from geo_service.flows.keep_up import keep_up
from geo_service.flows.wiring import Workspace
from geo_service.store.acting import UPKEEP, Act, Deed, acting
from geo_service.web.commons import Commons

LOG = logging.getLogger("geo_service.web")
NEARLY: Final = 0.9
"""Of the time between two rounds: processes that were started one after the other don't each begin
a round of their own, and one that comes a little early does not leave it out."""


class _Clock(Protocol):
    def __call__(self) -> datetime: ...


class Upkeep:
    """A thread that does it every so many seconds, unless another of the processes has just done.

    Parameters
    ----------
    workspace : Workspace
        Opened; its setting ``upkeep_s`` says how often, 0: never.
    commons : Commons
        By which this process knows of the others'.
    clock : callable
        Tells the present moment, with a zone.
    """

    def __init__(self, workspace: Workspace, commons: Commons, clock: _Clock) -> None:
        self._workspace, self._commons, self._clock = workspace, commons, clock
        self._ended = Event()
        self._thread = Thread(target=self._go_on, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin, the first time after one pause."""
        if self._workspace.settings.upkeep_s > 0:
            self._thread.start()

    def stop(self) -> None:
        """End, once what is being done is done."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _go_on(self) -> None:
        while not self._ended.wait(self._workspace.settings.upkeep_s):
            try:
                if not self._begins_round():
                    continue
                with acting(Act(self._clock, lambda: Deed("upkeep"), who=UPKEEP)):
                    done = keep_up(self._workspace, self._clock())
            except GeoServiceError as problem:
                # The next time it may succeed: another process holds the database, say.
                LOG.warning("upkeep: %s", problem)
            except Exception:
                # A thread that ends by one fault would never do it again, and nobody would know.
                LOG.exception("upkeep failed; it is tried again")
            else:
                if any(done):
                    LOG.info("upkeep: %d issues passed on, %d riders asked", *done[:2])

    def _begins_round(self) -> bool:
        between_s = NEARLY * self._workspace.settings.upkeep_s
        with self._commons.open() as file:
            # Looked at only now: while it waited for the file another may have begun one.
            now_s = monotonic()
            begun = file.execute("SELECT at FROM rounds").fetchone()
            # The clock begins anew with the machine; what lies ahead was before that.
            if begun is not None and 0 <= now_s - begun[0] < between_s:
                return False
            file.execute("INSERT OR REPLACE INTO rounds (number, at) VALUES (1, ?)", (now_s,))
        return True
