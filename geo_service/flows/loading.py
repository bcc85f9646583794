"""What all loads share: all or nothing, the report, and the list of refused records."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from geo_service.domain.refusal import Batch, Refusal
from geo_service.errors import RefusedRecords
from geo_service.export.refused_records import write_refused
from geo_service.flows.wiring import Workspace
from geo_service.geometry.datum import Datum
from geo_service.geometry.extent import Extent
from geo_service.store.upsert import Written
from geo_service.streets.profile import Profile

Record = TypeVar("Record")
Source = TypeVar("Source")
SHOWN = 5


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How the user says their files are to be read."""

    datum: Datum = Datum.WGS84
    columns: dict[str, str] = field(default_factory=dict)
    """Our name of a column to theirs."""
    kind: str | None = None
    rider: str | None = None
    time_zone: str | None = None
    skip_refused: bool = False
    replace: bool = False


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did."""

    what: str
    read: int
    loaded: int
    refused: int
    replaced: int = 0
    removed: int = 0
    warnings: tuple[str, ...] = ()
    refused_list: Path | None = None


def streets_extent(workspace: Workspace) -> Extent | None:
    """Return where records may lie: around the streets; None while there are no streets."""
    version = workspace.streets_version_if_any()
    if version is None:
        return None
    network = workspace.networks.open(version, Profile.WALK)
    return Extent(*network.extent, margin_m=workspace.settings.extent_margin_m)


def read_each(files: Sequence[Source], read: Callable[[Source], Batch[Record]]) -> Batch[Record]:
    """Read several files, or whatever else records come from, as one batch.

    Raises
    ------
    RefusedData
        If a file as a whole can't be read.
    """
    batches = [read(file) for file in files]
    return Batch(
        records=[record for batch in batches for record in batch.records],
        refusals=tuple(refusal for batch in batches for refusal in batch.refusals),
        warnings=tuple(warning for batch in batches for warning in batch.warnings),
        read=sum(batch.read for batch in batches),
    )


def keep_batch(
    workspace: Workspace,
    what: str,
    batch: Batch[Any],
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
        Says what to do with refused ones and with those known before.
    now : datetime
        With a zone.

    Raises
    ------
    RefusedRecords
        If records are refused and not to be skipped, or all are and nothing would be left; then
        nothing is written.
    """
    listed = settle_refusals(
        workspace, what, batch.refusals, skip_refused=options.skip_refused, now=now
    )
    if options.replace and batch.refusals and not batch.records:
        raise RefusedRecords(
            f"All {len(batch.refusals)} of the {what} are refused, and --replace would leave none "
            "of those known; nothing was changed.",
            remedy=f"They are listed in {listed}. Mend them, or leave out --replace.",
        )
    with workspace.database.writing() as connection:
        written = write(connection, batch.records, replace=options.replace)
    return LoadReport(
        what=what,
        read=batch.read,
        loaded=len(batch.records),
        refused=len(batch.refusals),
        replaced=written.replaced,
        removed=written.removed,
        warnings=batch.warnings,
        refused_list=listed,
    )


def settle_refusals(
    workspace: Workspace,
    what: str,
    refusals: Sequence[Refusal],
    *,
    skip_refused: bool,
    now: datetime,
) -> Path | None:
    """Write down the refused records and decide whether the load may go on.

    Returns
    -------
    Path or None
        The list of refused records; None if there are none.

    Raises
    ------
    RefusedRecords
        If there are refused records and the user has not said to skip them.
    """
    if not refusals:
        return None
    folder = workspace.settings.workspace / "refused"
    path = folder / f"{what}-{now:%Y%m%dT%H%M%S%f}.refused.csv"
    write_refused(path, refusals)
    if skip_refused:
        return path
    first = "\n".join(f"  {_where(entry)}: {entry.reason}" for entry in refusals[:SHOWN])
    rest = f"\n  ... and {len(refusals) - SHOWN} more" if len(refusals) > SHOWN else ""
    raise RefusedRecords(
        f"{len(refusals)} of the {what} can't be accepted, so nothing was loaded:\n{first}{rest}\n",
        remedy=f"All are listed in {path}. Mend them, or leave them out with --skip-refused.",
    )


def _where(refusal: Refusal) -> str:
    named = f" ({refusal.record_id})" if refusal.record_id else ""
    return f"{refusal.file}, record {refusal.row}{named}"
