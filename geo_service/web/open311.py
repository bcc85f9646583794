"""``/open311``: what can be reported, what was, and how it stands, as GeoReport v2 has it."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from geo_service.export.open311 import (
    ServiceRequest,
    describe_definition,
    describe_discovery,
    describe_requests,
    describe_services,
    describe_token,
)
from geo_service.flows.find_category import find_category, list_categories
from geo_service.flows.find_requests import find_request, find_requests
from geo_service.flows.track_report import issue_of_token
from geo_service.store import city
from geo_service.web.auth import SHOWS_KEY, key_of_any
from geo_service.web.descriptions import KEY_OPTIONAL, describe_rules
from geo_service.web.open311_answers import BASE, ROOT, Format, document_answer, format_named
from geo_service.web.open311_descriptions import (
    describe_both,
    describe_errors,
)
from geo_service.web.open311_parameters import (
    MOST_ON_A_PAGE,
    OneParameters,
    RequestParameters,
    RequestsParameters,
    WrittenAs,
    case_filter,
    read_known,
)
from geo_service.web.parameters import describe_parameters
from geo_service.web.path_parts import ReportToken, RequestId, ServiceCode
from geo_service.web.schemas import open311
from geo_service.web.service import Service, service_of

CONTACT = "请联系本服务的运行方。 Ask whoever runs this service"
KEY_SERVICE = (
    "反映问题无需密钥；密钥由运行方发放。 "
    "Reports need no key; others are handed out by whoever runs this service."
)

REQUESTS_SAY = (
    "`status` is `open` or `closed`; of what is closed `updated_datetime` is when it was. Times "
    "are the city's, with their offset."
)

router = APIRouter(tags=["open311"])


@router.get(
    f"{ROOT}discovery.{{format}}",
    summary="Open311: where the service is, and what it speaks",
    response_class=Response,
    responses={
        200: describe_both(open311.DISCOVERY, "Endpoints and their formats."),
        **describe_errors(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
    },
)
def read_open311_discovery(written: WrittenAs, request: Request) -> Response:
    """Service discovery as Open311 has it; `changeset` is another whenever services are."""
    fmt = format_named(written)
    with service_of(request).workspace.database.reading() as connection:
        title = city.read_title(connection)
        changes = city.changes(connection)
    contact = f"{CONTACT}: {title}" if title else f"{CONTACT}."
    address = f"{str(request.base_url).rstrip('/')}{BASE}"
    document = describe_discovery(address, f"{changes:012d}", contact, KEY_SERVICE)
    return document_answer(document, fmt)


@router.get(
    f"{BASE}/services.{{format}}",
    summary="Open311: what can be reported",
    response_class=Response,
    responses={
        200: describe_both(open311.SERVICES, "Services, in order of code."),
        **describe_errors(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
    },
    openapi_extra=describe_parameters(OneParameters, blank_is_none=True),
)
def list_open311_services(written: WrittenAs, request: Request) -> Response:
    """All services in order of code; `metadata` says whether anything is asked about one."""
    fmt = format_named(written)
    known = list_categories(service_of(request).workspace)
    return document_answer(describe_services(known), fmt)


@router.get(
    f"{BASE}/services/{{service_code:path}}.{{format}}",
    summary="Open311: what is asked about a service",
    response_class=Response,
    responses={
        200: describe_both(open311.DEFINITION, "What is asked about a service."),
        **describe_errors(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
    },
    openapi_extra=describe_parameters(OneParameters, blank_is_none=True),
)
def read_open311_service(
    service_code: ServiceCode, written: WrittenAs, request: Request
) -> Response:
    """List the attributes of a service in the order in which they are asked, if there are any."""
    fmt = format_named(written)
    found = find_category(service_of(request).workspace, service_code)
    return document_answer(describe_definition(found), fmt)


@router.get(
    f"{BASE}/requests.{{format}}",
    summary="Open311: what was reported",
    response_class=Response,
    responses={
        200: describe_both(open311.REQUESTS, f"Service requests, newest first. {REQUESTS_SAY}"),
        **describe_errors(
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.TOO_MANY_REQUESTS,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    },
    dependencies=[SHOWS_KEY],
    openapi_extra={
        **KEY_OPTIONAL,
        **describe_rules(
            service_request_id=f"At most {MOST_ON_A_PAGE} ids.",
            start_date="A time of the years 1970 to 2200.",
            end_date="After `start_date`, by at most 90 days.",
            updated_after="A time of the years 1970 to 2200.",
            updated_before="A time of the years 1970 to 2200.",
            status="`open`, `closed`, or both with a comma.",
            lat="Together with `long` and `radius`.",
            long="Together with `lat` and `radius`.",
            radius="Together with `lat` and `long`.",
        ),
        **describe_parameters(RequestsParameters, blank_is_none=True),
    },
)
def list_open311_requests(written: WrittenAs, request: Request) -> Response:
    """Newest first; of the last 90 days, unless times, changes or ids are asked for.

    Everybody sees what staff have approved, a rider's key the rider's own reports too, a key of
    staff all. Parameters that are not known are ignored, as the standard's clients expect.
    """
    fmt = format_named(written)
    asked = read_known(RequestsParameters, request)
    service = service_of(request)
    key = key_of_any(service, request, asked.api_key)
    wanted = case_filter(asked, service.clock())
    if wanted.issue_ids is not None:
        page, page_size = 1, MOST_ON_A_PAGE
    else:
        page, page_size = asked.page, asked.page_size
    found = find_requests(service.workspace, key, wanted, page=page, page_size=page_size)
    return _told(service, request, found, fmt)


@router.get(
    f"{BASE}/requests/{{service_request_id:path}}.{{format}}",
    summary="Open311: one report and how it stands",
    response_class=Response,
    responses={
        200: describe_both(open311.REQUESTS, f"A list of one. {REQUESTS_SAY}"),
        **describe_errors(
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.TOO_MANY_REQUESTS,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    },
    dependencies=[SHOWS_KEY],
    openapi_extra={**KEY_OPTIONAL, **describe_parameters(RequestParameters, blank_is_none=True)},
)
def read_open311_request(
    service_request_id: RequestId, written: WrittenAs, request: Request
) -> Response:
    """Show a list of one; what is not approved yet to its rider, or with its token."""
    fmt = format_named(written)
    asked = read_known(RequestParameters, request)
    service = service_of(request)
    key = key_of_any(service, request, asked.api_key)
    found = find_request(service.workspace, key, service_request_id, asked.token)
    return _told(service, request, [found], fmt)


@router.get(
    f"{BASE}/tokens/{{token:path}}.{{format}}",
    summary="Open311: which report a token is of",
    response_class=Response,
    responses={
        200: describe_both(open311.TOKENS, "The id of the report."),
        **describe_errors(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
    },
    openapi_extra=describe_parameters(OneParameters, blank_is_none=True),
)
def read_open311_token(token: ReportToken, written: WrittenAs, request: Request) -> Response:
    """Tell whether a token is one: reports have their id at once, so nobody waits for it."""
    fmt = format_named(written)
    issue_id = issue_of_token(service_of(request).workspace, token)
    return document_answer(describe_token(issue_id, token), fmt)


def _told(
    service: Service, request: Request, found: list[ServiceRequest], written: Format
) -> Response:
    zone = ZoneInfo(service.workspace.calendar().time_zone)
    document = describe_requests(found, zone, f"{request.base_url}photos/")
    return document_answer(document, written)
