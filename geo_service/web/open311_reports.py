"""``POST /open311/v2/requests``: a report comes in as a form, with photos or without."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from geo_service.errors import RefusedFields
from geo_service.export.open311 import describe_posted, notice_of_report
from geo_service.flows.answer_once import HEADER
from geo_service.flows.find_category import find_category
from geo_service.flows.find_duplicates import find_duplicates
from geo_service.flows.keep_photo import hinted_position
from geo_service.flows.report_issue import MOST_PHOTOS, report_issue
from geo_service.flows.track_report import token_of
from geo_service.geometry.datum import Datum
from geo_service.store.keys import Key
from geo_service.web.answers import NOT_KEPT
from geo_service.web.auth import SHOWS_KEY, key_of_any, shows_key
from geo_service.web.descriptions import KEPT_KEY, KEY_OPTIONAL, describe_rules, schema_of
from geo_service.web.forms import Form, read_form
from geo_service.web.open311_answers import BASE, Format, document_answer, format_named
from geo_service.web.open311_descriptions import describe_both, describe_errors
from geo_service.web.open311_parameters import WrittenAs
from geo_service.web.parameters import TIME_SCHEMA, read_parameters
from geo_service.web.problems import Fault, WrongParameters
from geo_service.web.report_descriptions import describe_report_form
from geo_service.web.schemas import open311
from geo_service.web.sent_report import ReportFields, SentReport
from geo_service.web.service import Service, service_of

ATTRIBUTE = re.compile(r"attribute\[(?P<code>[^\[\]]+)\](?P<many>\[\])?")
PHOTO_FIELDS = frozenset({"media", "media[]"})
POSITION = ("lat", "long")
ADDRESSES = ("address_string", "address_id")
NEEDED = "lat and long are needed: where it is, in decimal degrees."
NO_ADDRESS = f"An address alone is not looked up: {NEEDED}"
NOT_KEPT_FIELDS = ("email", "device_id", "account_id", "first_name", "last_name", "phone")
"""The standard's fields that say who reports: taken, and neither kept nor logged."""
FORM_SCHEMA = schema_of(ReportFields)
FORM_SCHEMA |= {
    "title": "Open311Report",
    "additionalProperties": {"type": "string"},
    "patternProperties": {
        r"^attribute\[[^\[\]]+\]\[\]$": {"type": "array", "items": {"type": "string"}}
    },
}
FORM_SCHEMA["properties"].update(
    {
        # Both would be called the same in generated clients, so the second is a pattern above.
        "attribute[CODE]": {
            "type": "string",
            "description": "The answer to a question; of a list of several, each as "
            "`attribute[CODE][]`.",
        },
        "requested_datetime": {
            "anyOf": [TIME_SCHEMA, {"type": "string", "const": ""}],
            "description": ReportFields.model_fields["requested_datetime"].description,
        },
        **{
            name: {"type": "string", "description": "Taken, and neither kept nor logged."}
            for name in NOT_KEPT_FIELDS
        },
    }
)
EXAMPLES = {
    "Standing water": {
        "service_code": "standing_water",
        "lat": 32.041,
        "long": 112.142,
        "description": "路口积水",
        "attribute[depth]": "ankle",
    }
}
SAME_REPORT = {
    **KEPT_KEY,
    "description": "The same whenever a report is sent again: it is kept once, and answered with "
    "the same id. Without one the same words at the same place within ten minutes are the same.",
}

router = APIRouter(tags=["open311"], dependencies=[SHOWS_KEY])


@router.post(
    f"{BASE}/requests.{{format}}",
    summary="Open311: report something",
    status_code=HTTPStatus.CREATED,
    response_class=Response,
    responses={
        201: describe_both(
            open311.POSTED,
            "Kept, on disk. `Location` is where it can be looked at, with its token. A report "
            "sent again is answered with the same id.",
            headers=["Location"],
        ),
        **describe_errors(
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.TOO_MANY_REQUESTS,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    },
    openapi_extra={
        "parameters": [SAME_REPORT],
        **KEY_OPTIONAL,
        **describe_rules(
            service_code="One that can be reported.",
            lat="On earth, near the streets.",
            long="On earth, near the streets.",
            requested_datetime="Not in the future, and of the last 90 days.",
            description="Of characters that can be shown.",
            address_string="One line, of characters that can be shown.",
            attribute="As the questions of the service ask.",
            media="Pictures that can be drawn.",
            idempotency_key="The same as in the header, if both are sent.",
            **{HEADER: "Not used before for something else."},
        ),
        **describe_report_form(FORM_SCHEMA, EXAMPLES),
    },
)
async def post_open311_request(written: WrittenAs, request: Request) -> Response:
    """Keep a report; anybody may, and what a key of staff brings is public at once.

    Who reports (email, names, phone, device, account) is neither kept nor logged. Fields that
    are not known are ignored, as the standard's clients expect; one that is there twice is not.
    """
    fmt = format_named(written)
    service = service_of(request)
    shown = request.query_params.get("api_key", "")
    if shown or shows_key(request):
        # A form with photos is long, and is not read for whoever shows a wrong key.
        await run_in_threadpool(key_of_any, service, request, shown)
    form = await read_form(request)
    in_form = [text.strip() for name, text in form.texts if name == "api_key"]
    recognise = partial(key_of_any, service, request, shown, *in_form)
    if form.files:
        # Who shows a wrong key in the form takes no room from those who may draw photos.
        key = await run_in_threadpool(recognise)
        # The place of a photo is read there too: others shall not wait for it on few threads.
        return await service.draw_photos(request, partial(_take, request, key, form, fmt))
    return await run_in_threadpool(lambda: _take(request, recognise(), form, fmt))


def _take(request: Request, key: Key | None, form: Form, written: Format) -> Response:
    service = service_of(request)
    told = _by_name(form.texts)
    sent = _read(form, told, request.headers.get(HEADER, ""))
    service.limits.count_report(request, key)
    return _keep(service, key, sent, written)


def _keep(service: Service, key: Key | None, sent: SentReport, written: Format) -> Response:
    workspace = service.workspace
    report = sent.report()
    try:
        reported = report_issue(
            workspace,
            report,
            key=key,
            now=service.clock(),
            photos=sent.photos,
            idempotency_key=sent.idempotency_key,
        )
    except RefusedFields:
        # By the standard a service that is not there is not found, whatever else is wrong.
        find_category(workspace, report.category)
        raise
    issue_id = reported.case.issue.issue_id
    near = [
        (other.case.issue.issue_id, other.distance_m)
        for other in find_duplicates(workspace, report.category, report.lon, report.lat)
        if other.case.issue.issue_id != issue_id
    ]
    notice = notice_of_report(
        reported.case,
        near,
        media_url=bool(sent.fields.media_url),
        placed_by_photo=sent.placed_by_photo,
    )
    path = f"{BASE}/requests/{quote(issue_id, safe='')}.{written}"
    place = f"{path}?token={quote(token_of(workspace, issue_id), safe='')}"
    return document_answer(
        describe_posted(issue_id, notice),
        written,
        status=HTTPStatus.CREATED,
        headers={**NOT_KEPT, "Location": place},
    )


def _by_name(texts: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return fields by name; of one that is there twice nobody knows which is meant."""
    told: dict[str, str] = {}
    twice = set[str]()
    for name, text in texts:
        if name in told and not name.endswith("[]"):
            twice.add(name)
        told[name] = text
    known = ReportFields.model_fields
    if twice:
        # Of a name that is not ours no more is said: it was sent.
        named = sorted({name if name in known else "a field" for name in twice})
        raise WrongParameters([Fault(name, "It is given more than once.") for name in named])
    return told


def _read(form: Form, told: Mapping[str, str], header: str) -> SentReport:
    """Read a form's fields, answers and photos.

    Raises
    ------
    WrongParameters
        Naming each that is missing or wrong; what was sent is not repeated.
    """
    faults = _photo_faults(form)
    answers, answer_faults = _answers(form.texts)
    faults += answer_faults
    given = {
        name: text if name == "description" else text.strip()
        for name, text in told.items()
        if name in ReportFields.model_fields and text.strip()
    }
    placed_by_photo = not given.keys() & set(POSITION) and _place_by_photo(form, given)
    if header and given.get("idempotency_key", header) != header:
        faults.append(Fault("idempotency_key", f"It is another than the header {HEADER}."))
    try:
        fields = read_parameters(ReportFields, given.items())
    except WrongParameters as wrong:
        words = NO_ADDRESS if any(told.get(name, "").strip() for name in ADDRESSES) else NEEDED
        faults += [
            Fault(one.field, words) if one.field in POSITION and one.field not in given else one
            for one in wrong.faults
        ]
        raise WrongParameters(faults) from wrong
    if faults:
        raise WrongParameters(faults)
    photos = [data for _, data in form.files]
    return SentReport(fields, answers, photos, header or fields.idempotency_key, placed_by_photo)


def _place_by_photo(form: Form, given: dict[str, str]) -> bool:
    """Put the place that a photo tells of where none is named; say whether one does."""
    place = hinted_position([data for _, data in form.files])
    if place is None:
        return False
    given["long"], given["lat"] = (f"{degrees:.7f}" for degrees in place)
    given["datum"] = Datum.WGS84
    return True


def _photo_faults(form: Form) -> list[Fault]:
    faults = []
    if any(name not in PHOTO_FIELDS for name, _ in form.files):
        faults.append(Fault("media", "Send photos in the field media."))
    if any(name in PHOTO_FIELDS and text for name, text in form.texts):
        faults.append(Fault("media", "It must be a file, in a form of multipart/form-data."))
    if len(form.files) > MOST_PHOTOS:
        faults.append(Fault("media", f"Send at most {MOST_PHOTOS} photos."))
    return faults


def _answers(texts: Sequence[tuple[str, str]]) -> tuple[dict[str, tuple[str, ...]], list[Fault]]:
    answers: dict[str, tuple[str, ...]] = {}
    faults = []
    for name, text in texts:
        if not name.startswith("attribute"):
            continue
        found = ATTRIBUTE.fullmatch(name)
        if found is None:
            faults.append(Fault("attribute", "Write attribute[CODE], or attribute[CODE][]."))
        elif text.strip():
            code = found["code"]
            answers[code] = (*answers.get(code, ()), text)
    return answers, faults[:1]
