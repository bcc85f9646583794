"""Parts of the trace lake, read and looked at by whoever works, here or elsewhere."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from geo_service.errors import NotReady
from geo_service.flows.wiring import Workspace, traces_address
from geo_service.store import trace_folder, trace_rows
from geo_service.store.lake_place import LakePlace, place_of
from geo_service.store.trace_packing import PackedTrips
from geo_service.store.trace_rows import LyingTrips

Common = TypeVar("Common")
Made = TypeVar("Made")


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
    """What a worker elsewhere does with a part: it has the lake's files, and no database."""

    address: str
    """Of the place where the files lie, as ``place_of`` takes it."""
    look: Callable[[Common, PackedTrips], Made]

    def __call__(self, common: Common, part: LyingTrips) -> Made | _Missing:
        try:
            packed = trace_folder.gather(_place(self.address), part)
        except FileNotFoundError as problem:
            return _Missing(str(problem.filename))
        return self.look(common, packed)


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

    def given() -> Iterator[tuple[Common, LyingTrips]]:
        for part in parts:
            waiting.append(part)
            yield part

    for made in each(work, given()):
        common, part = waiting.popleft()
        while isinstance(made, _Missing):
            part = _find_again(workspace, part, made)
            (made,) = each(work, [(common, part)])  # noqa: PLW2901 - until the part is found
        yield made


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
