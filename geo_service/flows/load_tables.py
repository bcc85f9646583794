"""The tables a person edits, from files into the workspace: categories, questions, and the like."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from geo_service.domain.category import ANY_CATEGORY
from geo_service.flows.loading import LoadOptions, LoadReport, keep_batch, read_each
from geo_service.flows.wiring import Workspace
from geo_service.ingest.categories import read_categories, read_questions
from geo_service.ingest.deadlines import read_deadlines
from geo_service.ingest.offers import read_offers
from geo_service.store import categories as stored_categories
from geo_service.store import deadlines as stored_deadlines
from geo_service.store import facilities as stored_facilities
from geo_service.store import offers as stored_offers

SHOWN = 5


def load_categories(
    workspace: Workspace, files: Sequence[Path], options: LoadOptions, now: datetime
) -> LoadReport:
    """Load categories by code, whose questions stay as they are; all or nothing.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    files : sequence of Path
        Tables, see `read_categories`.
    options : LoadOptions
        Column names, whether refused records may be left out, and whether categories that are
        not in the files are removed; those that issues name stay.
    now : datetime
        With a zone.

    Raises
    ------
    RefusedData
        If a file can't be read, or records are refused and not to be skipped.
    """
    return keep_batch(
        workspace,
        "categories",
        read_each(files, lambda path: read_categories(path, columns=options.columns)),
        lambda connection, records, replace: stored_categories.write(
            connection,
            stored_categories.with_known_questions(connection, records),
            replace=replace,
        ),
        options,
        now,
    )


def load_questions(
    workspace: Workspace, files: Sequence[Path], options: LoadOptions, now: datetime
) -> LoadReport:
    """Load questions by category and code; all or nothing.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing; its categories are those that can be asked about.
    files : sequence of Path
        Tables, see `read_questions`.
    options : LoadOptions
        Column names, whether refused records may be left out, and whether questions that are not
        in the files are removed, those of other categories too.
    now : datetime
        With a zone.

    Raises
    ------
    RefusedData
        If a file can't be read, or records are refused and not to be skipped.
    """
    known = _categories(workspace)
    return keep_batch(
        workspace,
        "questions",
        read_each(files, lambda path: read_questions(path, known=known, columns=options.columns)),
        stored_categories.write_questions,
        options,
        now,
    )


def load_deadlines(
    workspace: Workspace, files: Sequence[Path], options: LoadOptions, now: datetime
) -> LoadReport:
    """Load deadlines by category and stage; all or nothing.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    files : sequence of Path
        Tables, see `read_deadlines`.
    options : LoadOptions
        Column names, whether refused records may be left out, and whether deadlines that are not
        in the files are removed.
    now : datetime
        With a zone.

    Returns
    -------
    LoadReport
        Warns of categories that are not known.

    Raises
    ------
    RefusedData
        If a file can't be read, or records are refused and not to be skipped.
    """
    batch = read_each(files, lambda path: read_deadlines(path, columns=options.columns))
    strange = {of for (of, _), _ in batch.records} - _categories(workspace) - {ANY_CATEGORY}
    warnings = _warned("Deadlines name categories that are not known", strange)
    return keep_batch(
        workspace,
        "deadlines",
        replace(batch, warnings=batch.warnings + warnings),
        lambda connection, records, replace: stored_deadlines.write(
            connection, dict(records), replace=replace
        ),
        options,
        now,
    )


def load_offers(
    workspace: Workspace, files: Sequence[Path], options: LoadOptions, now: datetime
) -> LoadReport:
    """Load what riders can take for their points, by id; all or nothing.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    files : sequence of Path
        Tables, see `read_offers`.
    options : LoadOptions
        Column names, time zone, whether refused records may be left out, and whether offers that
        are not in the files are removed.
    now : datetime
        With a zone.

    Returns
    -------
    LoadReport
        Warns of facilities that are not known.

    Raises
    ------
    RefusedData
        If a file can't be read, or records are refused and not to be skipped.
    """
    batch = read_each(
        files,
        lambda path: read_offers(path, columns=options.columns, time_zone=options.time_zone),
    )
    places = {offer.facility_id for offer in batch.records} - {""}
    with workspace.database.reading() as connection:
        found = stored_facilities.find_many(connection, places)
    strange = places - {facility.facility_id for facility in found}
    warnings = _warned("Offers name facilities that are not known", strange)
    return keep_batch(
        workspace,
        "offers",
        replace(batch, warnings=batch.warnings + warnings),
        stored_offers.write,
        options,
        now,
    )


def _categories(workspace: Workspace) -> set[str]:
    with workspace.database.reading() as connection:
        return {record.category for record in stored_categories.read_all(connection)}


def _warned(what: str, names: Iterable[str]) -> tuple[str, ...]:
    """Warn of what the tables name and the workspace does not hold; it may be loaded later."""
    listed = sorted(names)
    if not listed:
        return ()
    shown = ", ".join(listed[:SHOWN]) + (" and others" if len(listed) > SHOWN else "")
    return (f"{what}: {shown}.",)
