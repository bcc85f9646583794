"""Issues from other Open311 servers, or from what was saved of one, into the workspace."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from geo_service.domain.issue import Issue
from geo_service.domain.refusal import Batch
from geo_service.errors import WrongUsage
from geo_service.flows.load_issues import keep_issues
from geo_service.flows.loading import LoadOptions, LoadReport, read_each, streets_extent
from geo_service.flows.wiring import Workspace
from geo_service.ingest.open311 import parse_open311
from geo_service.ingest.open311_records import saved_records
from geo_service.ingest.open311_server import Fetched, fetch_requests
from geo_service.store import categories as stored_categories

USUAL_SPAN = timedelta(days=90)
"""What a server shows that is asked for no time."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How another server is asked; of no meaning for files."""

    api_key: str = ""
    since: datetime | None = None
    """None: 90 days before ``until``."""
    until: datetime | None = None
    """None: now."""


def load_open311(
    workspace: Workspace,
    sources: Sequence[str],
    options: LoadOptions,
    now: datetime,
    *,
    server: ServerOptions | None = None,
) -> LoadReport:
    """Load service requests as issues, by id; all or nothing.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    sources : sequence of str
        Addresses of GeoReport endpoints, or files with what one answered, JSON or XML.
    options : LoadOptions
        Datum, time zone, and whether refused records may be left out.
    now : datetime
        With a zone; times later than it are refused.
    server : ServerOptions, optional
        The key and the span of time that servers are asked for.

    Raises
    ------
    WrongUsage
        If columns are named, or a server's answer is to replace all that is known.
    RefusedData
        If an answer can't be read, or records are refused and not to be skipped.
    NotReady, NotAllowed, NotFound
        If a server can't be asked, see `fetch_requests`.
    """
    if options.columns:
        raise WrongUsage("Open311 names its fields itself.", where="--columns")
    if options.replace and any(map(is_address, sources)):
        raise WrongUsage(
            "A server shows a span of time, which is never the whole truth.", where="--replace"
        )
    known, extent = _known_words(workspace), streets_extent(workspace)
    asked = server or ServerOptions()

    def read(source: str) -> Batch[Issue]:
        fetched = _fetched(source, asked, now)
        batch = parse_open311(
            fetched.records,
            file=source if is_address(source) else Path(source).name,
            now=now,
            known=known,
            datum=options.datum,
            time_zone=options.time_zone,
            future_slack_s=workspace.settings.future_slack_s,
            near=extent,
        )
        return replace(batch, warnings=(*batch.warnings, *fetched.warnings))

    return keep_issues(workspace, read_each(sources, read), options, now)


def is_address(source: str) -> bool:
    """Tell the address of a server from the name of a file. Raises nothing."""
    return "://" in source


def _fetched(source: str, asked: ServerOptions, now: datetime) -> Fetched:
    if not is_address(source):
        return Fetched(saved_records(Path(source)))
    until = asked.until or now
    since = asked.since or until - USUAL_SPAN
    return fetch_requests(source, since=since, until=until, api_key=asked.api_key)


def _known_words(workspace: Workspace) -> dict[str, str]:
    """Return what categories are called, in small letters; a code goes before others' names."""
    with workspace.database.reading() as connection:
        known = stored_categories.read_all(connection)
    names = {
        name.casefold(): one.category for one in known for name in (one.name, one.name_en) if name
    }
    return {**names, **{one.category.casefold(): one.category for one in known}}
