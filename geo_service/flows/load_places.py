"""What loading facilities and loading issues have in common: records that lie at a place."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.refusal import Batch
from geo_service.flows.doubt_datum import doubt_datum
from geo_service.flows.loading import LoadOptions, LoadReport, keep_batch
from geo_service.flows.wiring import Workspace
from geo_service.geometry.datum import Datum
from geo_service.store.upsert import Written

Place = TypeVar("Place", Facility, Issue)


def load_places(
    workspace: Workspace,
    what: str,
    batch: Batch[Place],
    write: Callable[..., Written],
    options: LoadOptions,
    now: datetime,
    *,
    datum: Datum | None,
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
        Says what to do with refused ones and with those known before.
    now : datetime
        With a zone.
    datum : Datum or None
        In which the user said that positions are, for a warning if it looks otherwise; None if
        that is beyond doubt.

    Raises
    ------
    RefusedRecords
        If records are refused and not to be skipped, or all are and nothing would be left; then
        nothing is written.
    """
    doubts = doubt_datum(workspace, batch.records, datum) if datum else ()
    doubted = replace(batch, warnings=batch.warnings + doubts)
    return keep_batch(workspace, what, doubted, write, options, now)
