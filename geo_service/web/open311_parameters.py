"""What is asked of the Open311 paths: parameters, and which cases they mean."""

from datetime import datetime, timedelta
from typing import Annotated, TypeVar

from fastapi import Path
from pydantic import Field
from starlette.requests import Request

from geo_service.store.case_search import CaseFilter
from geo_service.web.open311_answers import Format
from geo_service.web.parameters import Moment, Number, Parameters, WholeNumber, read_parameters
from geo_service.web.problems import Fault, WrongParameters

LONGEST_SPAN = timedelta(days=90)
MOST_ON_A_PAGE = 1000
FARTHEST_M = 10_000
LISTS = frozenset({"service_request_id", "service_code", "status"})
"""Parameters that may be repeated, or hold several words with commas between them."""
STATES = {"open": True, "closed": False}

WrittenAs = Annotated[
    str,
    Path(
        alias="format",
        description="`json` or `xml`.",
        examples=list(Format),
        json_schema_extra={"enum": list(Format)},
    ),
]


class OneParameters(Parameters):
    """Of what is asked for by its id."""

    jurisdiction_id: Annotated[str, Field(description="Of no meaning: there is one city.")] = ""
    api_key: Annotated[str, Field(description="A key; a Bearer header does as well.")] = ""


class RequestParameters(OneParameters):
    """Of one service request."""

    token: Annotated[
        str, Field(description="From the `Location` of the answer to a report: shows it at once.")
    ] = ""


class RequestsParameters(OneParameters):
    """Of service requests."""

    service_request_id: Annotated[
        str, Field(description="Ids, with commas between them; nothing else counts then.")
    ] = ""
    service_code: Annotated[str, Field(description="Codes, with commas between them.")] = ""
    start_date: Annotated[
        Moment | None,
        Field(description="Reported then or later; alone it means the 90 days from then on."),
    ] = None
    end_date: Annotated[
        Moment | None,
        Field(description="Reported then or earlier; alone it means the 90 days before."),
    ] = None
    status: Annotated[str, Field(description="`open`, `closed`, or both with a comma.")] = ""
    updated_after: Annotated[Moment | None, Field(description="Changed then or later.")] = None
    updated_before: Annotated[Moment | None, Field(description="Changed then or earlier.")] = None
    lat: Annotated[
        Number | None,
        Field(ge=-90, le=90, description="WGS-84; with `long` and `radius`.", examples=[32.04]),
    ] = None
    long: Annotated[
        Number | None, Field(ge=-180, le=180, description="WGS-84.", examples=[112.14])
    ] = None
    radius: Annotated[
        Number | None,
        Field(gt=0, le=FARTHEST_M, description="Metres around `lat`, `long`.", examples=[500]),
    ] = None
    page: Annotated[WholeNumber, Field(ge=1, description="From 1.")] = 1
    page_size: Annotated[
        WholeNumber, Field(ge=1, le=MOST_ON_A_PAGE, description="How many on a page.")
    ] = MOST_ON_A_PAGE


Model = TypeVar("Model", bound=Parameters)


def read_known(model: type[Model], request: Request) -> Model:
    """Read the parameters that are known; blank is the same as not said, and others don't count.

    Parameters
    ----------
    model : type
        Which there are; lists among them may also be repeated.
    request : Request

    Raises
    ------
    WrongParameters
        Naming each that is repeated or wrong; what was sent is not repeated.
    """
    lists: dict[str, list[str]] = {}
    pairs = list[tuple[str, str]]()
    for name, text in request.query_params.multi_items():
        if name not in model.model_fields or not text:
            continue
        if name in LISTS:
            lists.setdefault(name, []).append(text)
        else:
            pairs.append((name, text))
    joined = [(name, ",".join(texts)) for name, texts in lists.items()]
    return read_parameters(model, [*pairs, *joined])


def case_filter(asked: RequestsParameters, now: datetime) -> CaseFilter:
    """Say which cases are asked for.

    Parameters
    ----------
    asked : RequestsParameters
    now : datetime
        With a zone; without other times those of the last 90 days are meant.

    Raises
    ------
    WrongParameters
        If times span more than 90 days or end before they begin, a status is none, there are too
        many ids, or a place lacks a part.
    """
    ids = _words(asked.service_request_id)
    if ids:
        if len(ids) > MOST_ON_A_PAGE:
            raise _wrong("service_request_id", f"Ask for at most {MOST_ON_A_PAGE} at once.")
        return CaseFilter(issue_ids=frozenset(ids))
    since, until = _span(asked, now)
    return CaseFilter(
        categories=frozenset(_words(asked.service_code)),
        is_open=_is_open(asked.status),
        since=since,
        until=until,
        updated_since=asked.updated_after,
        updated_until=asked.updated_before,
        near=_place(asked),
    )


def _span(asked: RequestsParameters, now: datetime) -> tuple[datetime | None, datetime | None]:
    start, end = asked.start_date, asked.end_date
    if start is not None and end is not None:
        if end < start:
            raise _wrong("end_date", "It lies before start_date.")
        if end - start > LONGEST_SPAN:
            raise _wrong(
                "end_date", f"It lies more than {LONGEST_SPAN.days} days after start_date."
            )
        return start, end
    if start is not None:
        return start, start + LONGEST_SPAN
    if end is not None:
        return end - LONGEST_SPAN, end
    if asked.updated_after is not None or asked.updated_before is not None:
        return None, None
    return now - LONGEST_SPAN, None


def _is_open(status: str) -> bool | None:
    words = set(_words(status))
    if not words <= STATES.keys():
        raise _wrong("status", "It must be open or closed.")
    return STATES[words.pop()] if len(words) == 1 else None


def _place(asked: RequestsParameters) -> tuple[float, float, float] | None:
    parts = asked.long, asked.lat, asked.radius
    lon, lat, radius = parts
    if lon is not None and lat is not None and radius is not None:
        return lon, lat, radius
    if parts != (None, None, None):
        raise _wrong("radius", "lat, long and radius (metres) belong together.")
    return None


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _wrong(field: str, detail: str) -> WrongParameters:
    return WrongParameters([Fault(field, detail)])
