"""Issues from another Open311 server: its service requests, checked as issues from files are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import pandas as pd

from geo_service.domain.issue import Issue
from geo_service.domain.refusal import Batch
from geo_service.domain.report import NOT_LOOKED_AT
from geo_service.geometry.datum import Datum
from geo_service.geometry.extent import Extent
from geo_service.ingest.columns import text_of
from geo_service.ingest.files.rows import Rows
from geo_service.ingest.issues import parse_issues

KEPT = (
    "service_code",
    "service_name",
    "status_notes",
    "agency_responsible",
    "service_notice",
    "address",
    "address_id",
    "zipcode",
    "media_url",
)
"""What is kept beside the issue, under the names that the standard gives it."""
_NAMES = (
    *("id", "category", "description", "reported_at", "closed_at", "approved", "lon", "lat"),
    *KEPT,
)
CLOSING_TIMES = ("closed_datetime", "updated_datetime")
"""When a closed request was closed; the standard has only the second."""


def parse_open311(
    records: Sequence[Any],
    *,
    file: str,
    now: datetime,
    known: Mapping[str, str] = MappingProxyType({}),
    datum: Datum = Datum.WGS84,
    time_zone: str | None = None,
    future_slack_s: float = 300.0,
    near: Extent | None = None,
) -> Batch[Issue]:
    """Make issues of service requests.

    Parameters
    ----------
    records : sequence
        As `read_records` gives them.
    file : str
        How refusals name where they come from.
    now : datetime
        With a zone; requests made or closed later are refused.
    known : mapping of str to str
        Codes and names of categories, in small letters, to the categories here. A request whose
        code or name is among them is of that category. All others are of what their
        ``service_name`` says, for codes are often numbers that mean something there only; without
        a name of their ``service_code``.
    datum : Datum
        How the positions are meant; the standard says WGS-84.
    time_zone : str, optional
        Where times without a zone are meant; the standard has none without.
    future_slack_s : float
        How much later than ``now`` a time may be, in seconds.
    near : Extent, optional
        Around the streets; requests too far from it are refused.

    Returns
    -------
    Batch of Issue
        Everybody may see them, as where they come from, unless a server like this one says that
        nobody has looked at a report. A closed one was closed when it was last changed, unless it
        says more.

    Raises
    ------
    WrongUsage
        If there is no such time zone.
    """
    told = [record if isinstance(record, dict) else {} for record in records]
    faults = {
        row: "It is no service request: its fields have no names."
        for row, record in enumerate(records)
        if not isinstance(record, dict)
    }
    rows = []
    for row, record in enumerate(told):
        closed_at = _closed_at(record)
        fault = _status_fault(record, closed_at)
        if fault:
            faults.setdefault(row, fault)
        rows.append(_columns(record, known, closed_at))
    frame = pd.DataFrame(rows, columns=_NAMES, index=range(len(rows)), dtype=object)
    return parse_issues(
        Rows(frame, file=file, faults=faults),
        now=now,
        datum=datum,
        time_zone=time_zone,
        future_slack_s=future_slack_s,
        near=near,
    )


def _columns(
    record: Mapping[str, Any], known: Mapping[str, str], closed_at: object
) -> dict[str, object]:
    return {
        "id": record.get("service_request_id"),
        "category": _category(record, known),
        "description": record.get("description"),
        "reported_at": record.get("requested_datetime"),
        "closed_at": closed_at,
        # With a key, a server like this one shows also what not everybody may see.
        "approved": text_of(record.get("service_notice")) != NOT_LOOKED_AT,
        "lon": record.get("long"),
        "lat": record.get("lat"),
        **{name: record.get(name) for name in KEPT},
    }


def _category(record: Mapping[str, Any], known: Mapping[str, str]) -> str:
    code, name = text_of(record.get("service_code")), text_of(record.get("service_name"))
    for word in (code, name):
        if word.casefold() in known:
            return known[word.casefold()]
    return name or code


def _closed_at(record: Mapping[str, Any]) -> object:
    if text_of(record.get("status")).casefold() != "closed":
        return None
    return next((record[name] for name in CLOSING_TIMES if text_of(record.get(name))), None)


def _status_fault(record: Mapping[str, Any], closed_at: object) -> str:
    status = text_of(record.get("status")).casefold()
    if status not in ("", "open", "closed"):
        return "Its status is neither open nor closed."
    if status == "closed" and closed_at is None:
        return "It is closed, but says no time at which it was (updated_datetime)."
    return ""
