"""Who is acting in this thread or request: what the audit log says of writes made meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

COMMAND_LINE, UPKEEP = "command line", "upkeep"
"""Who acts where no key does; ids of keys look otherwise."""
A_RIDER = "a rider"
"""Who sends or removes own trips: beside the rows of trips a key would tell whose they are."""


class Deed(NamedTuple):
    """What is being done, and to what."""

    what: str
    """An operation of the web by the name that OpenAPI gives it, a part of one that is told apart,
    or a command's words."""
    about: str = ""
    """Which kind of thing: ``issue``, ``facility``, ``task``, ``team``, ``key``; blank: several,
    or one that is somebody's own."""
    about_id: str = ""


@dataclass(slots=True)
class Act:
    """One request, command or round of upkeep; each write that it makes is written down."""

    clock: Callable[[], datetime]
    """Tells the present moment, with a zone."""
    tell: Callable[[], Deed]
    """Says what is being done, once something is written."""
    who: str = ""
    """A key's id, or one of the names above; blank: somebody without a key."""
    made: tuple[str, str] | None = None
    """What has been made: of which kind, with which id."""
    part: str = ""
    """Which part of it is being done, where that is to be told apart."""
    may_be_kept: bool = False
    """Whether the database was told to keep something, so that it must not be done once more."""

    def deed(self) -> Deed:
        """Say what is being done; raises nothing of its own."""
        if self.part:
            return Deed(self.part)
        told = self.tell()
        return told if self.made is None else Deed(told.what, *self.made)


_CURRENT: ContextVar[Act | None] = ContextVar("geo_service_act", default=None)


@contextmanager
def acting(act: Act | None) -> Iterator[None]:
    """Let an act last as long as the block; None: what is written meanwhile is nobody's.

    Threads that are started with a copy of the context, as those of doors are, belong to it too.
    """
    before = _CURRENT.set(act)
    try:
        yield
    finally:
        _CURRENT.reset(before)


def current_act() -> Act | None:
    """Return the act that lasts; None: nobody acts."""
    return _CURRENT.get()


def act_as(key_id: str) -> None:
    """Say whose key was shown; blank: a key that is shown does not count here. Raises nothing."""
    act = _CURRENT.get()
    if act is not None:
        act.who = key_id


def act_on_own_trips(what: str) -> None:
    """Say what a rider does to own trips from now on in the act, and name no key beside it.

    Whatever door it came by: one that does several things has one name for all. Raises nothing.
    """
    act = _CURRENT.get()
    if act is not None:
        act.who, act.part = A_RIDER, what


def nothing_kept() -> bool:
    """Say whether nothing of what is being done can be in the database yet."""
    act = _CURRENT.get()
    return act is None or not act.may_be_kept


def act_makes(kind: str, made_id: str) -> None:
    """Say what the act makes, which no path names. Raises nothing."""
    act = _CURRENT.get()
    if act is not None:
        act.made = (kind, made_id)
