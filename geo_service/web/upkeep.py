"""While the app is served, what time alone brings about is done now and then."""

import logging
from datetime import datetime
from threading import Event, Thread
from typing import Protocol

from geo_service.errors import GeoServiceError
from geo_service.flows.keep_up import keep_up
from geo_service.flows.wiring import Workspace
from geo_service.store.acting import UPKEEP, Act, Deed, acting

LOG = logging.getLogger("geo_service.web")


class _Clock(Protocol):
    def __call__(self) -> datetime: ...


class Upkeep:
    """A thread that does it every so many seconds.

    Parameters
    ----------
    workspace : Workspace
        Opened; its setting ``upkeep_s`` says how often, 0: never.
    clock : callable
        Tells the present moment, with a zone.
    """

    def __init__(self, workspace: Workspace, clock: _Clock) -> None:
        self._workspace, self._clock = workspace, clock
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
