"""Once the app is served, what everybody may see is read, so that nobody's first request waits."""

import logging
from threading import Event, Thread

from geo_service.domain.visibility import Viewer
from geo_service.flows.collections.catalogue import collections_for
from geo_service.flows.collections.kept import KeptCollections

LOG = logging.getLogger("geo_service.web")


class ReadyCollections:
    """A thread that reads collections, one after another, and ends.

    What is counted of all trips is left until it is asked for.

    Parameters
    ----------
    collections : KeptCollections
        Where they are kept.
    """

    def __init__(self, collections: KeptCollections) -> None:
        self._collections = collections
        self._ended = Event()
        self._thread = Thread(target=self._read, name="ready collections", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End, once the one that is being read is read."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _read(self) -> None:
        for collection in collections_for(Viewer.PUBLIC):
            if self._ended.is_set():
                return
            if collection.counted:
                continue
            try:
                self._collections.current(collection.name, Viewer.PUBLIC)
            except Exception as problem:  # noqa: BLE001 - who asks for it is told what is wrong
                LOG.info("%s: read when it is asked for: %s", collection.name, problem)
