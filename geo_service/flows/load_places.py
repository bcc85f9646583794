"""What loading facilities and loading issues have in common: records that lie at a place."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.refusal import Batch
from geo_service.flows.doubt_datum import doubt_datum
from geo_service.flows.loading import LoadOptions, LoadReport, settle_refusals
from geo_service.flows.wiring import Workspace
from geo_service.store.upsert import Written

Place = TypeVar("Place", Facility, Issue)


def load_places(
    workspace: Workspace,
    what: str,
    batch: Batch[Place],
    write: Callable[..., Written],
    options: LoadOptions,
    now: datetime,
) -> LoadReport:
    """Write a batch, all or nothing, and say what came of it.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    what : str
        The records' name in the plural.
    batch : Batch
        As read from the user's files.
    write : callable
        Keeps records by id: takes a connection, the records, and ``replace``.
    options : LoadOptions
        Says the datum they were read in, and what to do with refused ones.
    now : datetime
        With a zone.

    Raises
    ------
    RefusedRecords
        If records are refused and not to be skipped; then nothing is written.
    """
    listed = settle_refusals(
        workspace, what, batch.refusals, skip_refused=options.skip_refused, now=now
    )
    doubts = doubt_datum(workspace, batch.records, options.datum)
    with workspace.database.writing() as connection:
        written = write(connection, batch.records, replace=options.replace)
    return LoadReport(
        what=what,
        read=batch.read,
        loaded=len(batch.records),
        refused=len(batch.refusals),
        replaced=written.replaced,
        removed=written.removed,
        warnings=batch.warnings + doubts,
        refused_list=listed,
    )
