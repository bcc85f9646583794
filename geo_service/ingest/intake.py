"""Turning rows into records one by one: each becomes a record or a refusal, none is lost."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from geo_service.domain.refusal import Batch, Refusal
from geo_service.errors import RefusedData
from geo_service.ingest.files.rows import Rows
from geo_service.ingest.values import id_reason

Record = TypeVar("Record")
_SHOWN = 5


def take_records(
    rows: Rows,
    told_ids: Sequence[str],
    make: Callable[[int], tuple[str, Record]],
    *,
    only: Sequence[int] | None = None,
    warnings: tuple[str, ...] = (),
) -> Batch[Record]:
    """Make a record of each row.

    Parameters
    ----------
    rows : Rows
        The file; its faults are refused.
    told_ids : sequence of str
        Each row's id as the file says it, blank where it says none.
    make : callable
        Makes a row's id and record, or raises RefusedData with what is wrong.
    only : sequence of int, optional
        The rows to take; all if not given.
    warnings : tuple of str
        What is to be said besides what the file gave cause for.

    Returns
    -------
    Batch
        Of two rows with one id the first is taken. Raises nothing of its own.
    """
    records, refusals, taken = list[Record](), list[Refusal](), dict[str, int]()
    numbers = range(len(rows)) if only is None else only
    for row in numbers:
        told = told_ids[row]
        reason = rows.faults.get(row) or id_reason(told)
        if not reason:
            try:
                record_id, record = make(row)
            except RefusedData as problem:
                reason = str(problem)
            else:
                reason = _repeated(record_id, told, taken)
                told = told or record_id
        if reason:
            refusals.append(Refusal(rows.file, row + 1, told, reason))
            continue
        taken[record_id] = row + 1
        records.append(record)
    return Batch(records, tuple(refusals), (*rows.warnings, *warnings), len(numbers))


def _repeated(record_id: str, told: str, taken: dict[str, int]) -> str:
    if record_id not in taken:
        return ""
    if told:
        return f"Its id {record_id!r} is already that of record {taken[record_id]} in this file."
    return f"It says the same as record {taken[record_id]}, and neither has an id."


def repeated_names(file: str, names: Sequence[str]) -> tuple[str, ...]:
    """Warn of names that several records bear; blank ones are no names."""
    twice = [name for name, count in Counter(filter(None, names)).items() if count > 1]
    if not twice:
        return ()
    shown = ", ".join(twice[:_SHOWN]) + (", ..." if len(twice) > _SHOWN else "")
    said = f"{len(twice)} names are borne by more than one record, and all are kept: {shown}."
    return (f"{file}: {said}",)
