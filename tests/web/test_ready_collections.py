from collections.abc import Callable
from threading import Event

import pytest

from geo_service.domain.visibility import Viewer
from geo_service.errors import NotReady
from geo_service.flows.collections.catalogue import COLLECTIONS
from geo_service.flows.collections.kept import KeptCollections
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.web.ready_collections import ReadyCollections

PUBLIC = [one.name for one in COLLECTIONS.values() if one.viewer is Viewer.PUBLIC]
PATIENCE_S = 30


class Asked:
    """Collections that are not read, but write down which were asked for."""

    def __init__(self, then: Callable[[str], None]) -> None:
        self.names: list[str] = []
        self._then = then

    def current(self, name: str, viewer: Viewer) -> None:
        assert viewer is Viewer.PUBLIC
        self.names.append(name)
        self._then(name)


def test_what_everybody_may_see_is_read_and_nothing_else(settings: Settings) -> None:
    with open_workspace(settings) as workspace:
        kept = KeptCollections(workspace)
        ready = ReadyCollections(kept)
        assert kept.current_if_read("facilities", Viewer.PUBLIC) is None
        ready.start()
        ready._thread.join(PATIENCE_S)
        assert all(kept.current_if_read(name, Viewer.PUBLIC) for name in PUBLIC)
        assert kept.current_if_read("issues", Viewer.ANALYST) is None
        ready.stop()


def test_it_ends_with_the_one_that_is_being_read() -> None:
    reading, on = Event(), Event()

    def then(_: str) -> None:
        reading.set()
        assert on.wait(PATIENCE_S)

    asked = Asked(then)
    ready = ReadyCollections(asked)  # type: ignore[arg-type]
    ready.start()
    assert reading.wait(PATIENCE_S)
    ready._ended.set()
    on.set()
    ready.stop()
    assert asked.names == PUBLIC[:1]


def test_what_cannot_be_read_keeps_nothing_else_from_being_read() -> None:
    def then(name: str) -> None:
        if name == PUBLIC[0]:
            raise NotReady("There are no streets.")

    asked = Asked(then)
    ready = ReadyCollections(asked)  # type: ignore[arg-type]
    ready.start()
    ready._thread.join(PATIENCE_S)
    assert asked.names == PUBLIC


def test_it_can_be_stopped_before_it_began() -> None:
    asked = Asked(lambda _: pytest.fail("it was read"))
    ReadyCollections(asked).stop()  # type: ignore[arg-type]
    assert asked.names == []
