"""Parts of the trace lake, read and looked at by whoever works, here or elsewhere."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeAlias, TypeVar, cast

from geo_service.errors import NotReady
from geo_service.flows.wiring import Workspace, traces_address
from geo_service.store import trace_folder, trace_rows
from geo_service.store.lake_place import LakePlace, place_of
from geo_service.store.trace_packing import PackedTrips
from geo_service.store.trace_rows import LyingTrips

FIXES_IN_A_TASK = 1 << 19
"""Parts of small days go to workers elsewhere together until they have so many: to hand over a
task takes as long as to count some hundred thousand fixes."""

Common = TypeVar("Common")
Made = TypeVar("Made")
_Task: TypeAlias = tuple[Common | None, Sequence[tuple[Common | None, LyingTrips]]]


def look_at_parts(
    workspace: Workspace,
    look: Callable[[Common, PackedTrips], Made],
    parts: Iterable[tuple[Common, LyingTrips]],
) -> Iterator[Made]:
    """Read parts of the lake and look at them.

    Parameters
    ----------
    workspace : Workspace
        Has the lake, and says who works.
    look : callable
        Takes what a part has in common with others, and its trips; several do so at once. Where
        workers are not here it goes to them as bytes, and so does what it makes to us.
    parts : iterable of (common, LyingTrips)
        As ``TraceLake.look`` gives them.

    Yields
    ------
    object
        What the look makes of each part, in order. Trips that were moved meanwhile are looked for
        again, and those that were removed are left out.

    Raises
    ------
    NotReady
        If a file is missing or damaged, or workers can't see it, or can't go on.
    """
    if workspace.workers.are_here:
        lake = workspace.lake
        return workspace.workers.each(
            lambda common, part: look(common, lake.read_packed(part)), parts
        )
    return _look_from_afar(workspace, look, parts)


@dataclass(frozen=True, slots=True)
class _Missing:
    """A file was not there for a worker."""

    path: str


@dataclass(frozen=True, slots=True)
class _ReadAndLook(Generic[Common, Made]):
    """What a worker elsewhere does with parts: it has the lake's files, and no database."""

    address: str
    """Of the place where the files lie, as ``place_of`` takes it."""
    look: Callable[[Common, PackedTrips], Made]

    def __call__(
        self, shared: Common | None, parts: Sequence[tuple[Common | None, LyingTrips]]
    ) -> list[Made | _Missing]:
        """Look at parts, those that have nothing of their own in common by what all share."""
        return [self.look_at(shared if own is None else own, part) for own, part in parts]

    def look_at(self, common: Common | None, part: LyingTrips) -> Made | _Missing:
        """Read a part and look at it."""
        try:
            packed = trace_folder.gather(_place(self.address), part)
        except FileNotFoundError as problem:
            return _Missing(str(problem.filename))
        return self.look(cast("Common", common), packed)


@lru_cache(maxsize=4)
def _place(address: str) -> LakePlace:
    """Keep what a worker opened, connections too, for the parts to come."""
    return place_of(address)


def _look_from_afar(
    workspace: Workspace,
    look: Callable[[Common, PackedTrips], Made],
    parts: Iterable[tuple[Common, LyingTrips]],
) -> Iterator[Made]:
    each, waiting = workspace.workers.each, deque[tuple[Common, LyingTrips]]()
    work = _ReadAndLook(traces_address(workspace.settings), look)

    def tasks() -> Iterator[_Task[Common]]:
        for several in _together(parts):
            waiting.extend(several)
            yield _task(several)

    for answers in each(work, tasks()):
        for answer in answers:
            common, part = waiting.popleft()
            made = answer
            while isinstance(made, _Missing):
                part = _find_again(workspace, part, made)
                ((made,),) = each(work, [_task([(common, part)])])
            yield made


def _together(
    parts: Iterable[tuple[Common, LyingTrips]],
) -> Iterator[list[tuple[Common, LyingTrips]]]:
    """Put parts together until they are worth a task."""
    several: list[tuple[Common, LyingTrips]] = []
    fixes = 0
    for common, part in parts:
        several.append((common, part))
        fixes += int(part.fixes.sum())
        if fixes >= FIXES_IN_A_TASK:
            yield several
            several, fixes = [], 0
    if several:
        yield several


def _task(parts: Sequence[tuple[Common, LyingTrips]]) -> _Task[Common]:
    """Return parts as workers take them: one by itself shares what it has with the next ones."""
    if len(parts) > 1:
        return None, parts
    ((common, part),) = parts
    return common, [(None, part)]


def _find_again(workspace: Workspace, part: LyingTrips, missing: _Missing) -> LyingTrips:
    """Say where the trips of a part lie now."""
    with workspace.database.reading() as connection:
        now = trace_rows.trips_named(connection, part.trip_ids)
    if missing.path.rpartition("/")[2] in now.files:
        # If it is missing here too, this says so.
        workspace.lake.read_packed(now)
        raise NotReady(
            "A worker does not see the folder of traces.",
            where=missing.path,
            remedy="Give all machines the workspace under the same path, or count with "
            "--dask local.",
        )
    return now
