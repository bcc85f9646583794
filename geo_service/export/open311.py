"""Services, requests, tokens and errors in the words of Open311 GeoReport v2."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from geo_service.domain.case import Case
from geo_service.domain.category import Category, DataType, Question
from geo_service.domain.lifecycle import WORDS
from geo_service.domain.report import NOT_LOOKED_AT
from geo_service.export.open311_document import Document, Fields, fields, items

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
FORMATS = ("text/xml", "application/json")
ANSWER_WORDS = {
    DataType.STRING: "一行文字 A line of text.",
    DataType.NUMBER: "一个数 A number.",
    DataType.DATETIME: "时间，带时区 A time in ISO 8601 with its zone.",
    DataType.TEXT: "文字 Text.",
    DataType.SINGLE_VALUE_LIST: "选一项 One of the values.",
    DataType.MULTI_VALUE_LIST: "可选多项 Any of the values.",
}
"""What kind of answer a question takes."""
PUBLIC = "已收到并公开。 Kept, and shown to everybody."
PLACED_BY_PHOTO = "位置取自照片。 The place is where the photo was taken."
NO_MEDIA_URL = (
    "未读取 media_url：请把照片作为文件放在 media 字段。 "
    "Nothing is fetched from media_url: send photos as files in the field media."
)


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """A case with the words and pictures that it is shown with."""

    case: Case
    service_name: str
    agency: str = ""
    """Who answers for it, by name."""
    photo_id: str = ""
    """Of the first picture that everybody may see."""
    merged_into: str = ""
    """The issue that goes on in its place, if whoever asks may know of it."""


def service_name(category: Category) -> str:
    """Name a category in Chinese and English, as far as it has both. Raises nothing."""
    both = category.name, category.name_en
    return " ".join(dict.fromkeys(word for word in both if word)) or category.category


def describe_services(categories: Sequence[Category]) -> Document:
    """Describe what can be reported. Raises nothing."""
    return Document("services", items("service", [_service(one) for one in categories]))


def describe_definition(category: Category) -> Document:
    """Describe what is asked about a category, in that order. Raises nothing."""
    asked = [_attribute(place, one) for place, one in enumerate(category.questions, start=1)]
    return Document(
        "service_definition",
        fields(("service_code", category.category), ("attributes", items("attribute", asked))),
    )


def describe_requests(
    requests: Sequence[ServiceRequest], zone: tzinfo, photos_address: str
) -> Document:
    """Describe issues and how they stand.

    Parameters
    ----------
    requests : sequence of ServiceRequest
        In the order in which they are to stand.
    zone : tzinfo
        In which the times are written.
    photos_address : str
        What a photo's id is put behind to make an address that is whole.

    Returns
    -------
    Document
        Raises nothing.
    """
    told = [_request(one, zone, photos_address) for one in requests]
    return Document("service_requests", items("request", told))


def describe_posted(issue_id: str, notice: str) -> Document:
    """Describe what came of a report; the standard's ``account_id`` is of nobody here."""
    told = fields(
        ("service_request_id", issue_id), ("service_notice", notice or None), ("account_id", None)
    )
    return Document("service_requests", items("request", [told]))


def describe_token(issue_id: str, token: str) -> Document:
    """Describe which issue a token is of. Raises nothing."""
    told = fields(("service_request_id", issue_id), ("token", token))
    return Document("service_requests", items("request", [told]))


def describe_errors(faults: Sequence[tuple[int, str]]) -> Document:
    """Describe what is wrong: codes, as of HTTP, each with a sentence. Raises nothing."""
    told = [fields(("code", code), ("description", words)) for code, words in faults]
    return Document("errors", items("error", told))


def describe_discovery(address: str, changeset: str, contact: str, key_service: str) -> Document:
    """Describe where the service is and what it speaks.

    Parameters
    ----------
    address : str
        Before ``/services.xml`` and all other paths.
    changeset : str
        Another one whenever services or what is asked about them are others; in order of time.
    contact, key_service : str
        Whom to ask, and where keys are had, in words.

    Returns
    -------
    Document
        Raises nothing.
    """
    endpoint = fields(
        ("specification", SPECIFICATION),
        ("url", address),
        ("changeset", changeset),
        ("type", "production"),
        ("formats", items("format", FORMATS)),
    )
    return Document(
        "discovery",
        fields(
            ("changeset", changeset),
            ("contact", contact),
            ("key_service", key_service),
            ("endpoints", items("endpoint", [endpoint])),
        ),
    )


def notice_of_report(
    case: Case,
    near: Sequence[tuple[str, float]],
    *,
    media_url: bool = False,
    placed_by_photo: bool = False,
) -> str:
    """Say what becomes of a report, in Chinese and English.

    Parameters
    ----------
    case : Case
        As it was kept.
    near : sequence of (issue id, metres)
        Open issues that everybody may see and that may be the same.
    media_url : bool
        Whether an address of a picture came with it, from which nothing is fetched.
    placed_by_photo : bool
        Whether the place is that of a photo, for want of another.

    Returns
    -------
    str
        Raises nothing.
    """
    words = [PUBLIC if case.issue.approved else NOT_LOOKED_AT]
    if near:
        said = ", ".join(f"{issue_id} ({metres:.0f} m)" for issue_id, metres in near)
        words.append(
            f"附近的这些未办结问题可能与它相同：{said}。 "
            f"Open issues near it that may be the same: {said}."
        )
    if placed_by_photo:
        words.append(PLACED_BY_PHOTO)
    if media_url:
        words.append(NO_MEDIA_URL)
    return " ".join(words)


def w3c_time(moment: datetime, zone: tzinfo) -> str:
    """Write a moment as ``YYYY-MM-DDTHH:MM:SS+HH:MM``, whole seconds, rounded down.

    Offsets before the time of zones had seconds, which the format does not know: whole minutes
    are taken then. A moment at the very end of the calendar is told in UTC.

    Raises
    ------
    ValueError
        If the moment has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no zone")
    try:
        local = moment.astimezone(zone)
        offset = local.utcoffset() or timedelta()
        if offset % timedelta(minutes=1):
            whole = timedelta(minutes=round(offset / timedelta(minutes=1)))
            local = moment.astimezone(timezone(whole))
    except OverflowError:
        local = moment.astimezone(UTC)
    return local.isoformat(timespec="seconds")


def _service(category: Category) -> Fields:
    return fields(
        ("service_code", category.category),
        ("service_name", service_name(category)),
        ("description", category.description or None),
        ("metadata", bool(category.questions)),
        ("type", "realtime"),
        ("keywords", ", ".join(category.keywords) or None),
        ("group", category.group or None),
    )


def _attribute(place: int, question: Question) -> Fields:
    both = dict.fromkeys(word for word in (question.text, question.text_en) if word)
    choices = [fields(("key", key), ("name", name)) for key, name in question.choices]
    return fields(
        ("variable", True),
        ("code", question.code),
        ("datatype", question.datatype.value),
        ("required", question.required),
        ("datatype_description", ANSWER_WORDS[question.datatype]),
        ("order", place),
        ("description", " ".join(both) or None),
        ("values", items("value", choices)),
    )


def _request(request: ServiceRequest, zone: tzinfo, photos_address: str) -> Fields:
    case = request.case
    issue = case.issue
    closed_at = issue.open_intervals[-1][1]
    # The standard: of what is closed this is the time at which it was.
    updated_at = case.updated_at if case.is_open else closed_at or case.updated_at
    due_at = case.due_at if case.is_open else None
    return fields(
        ("service_request_id", issue.issue_id),
        ("status", "open" if case.is_open else "closed"),
        ("status_notes", _stage_words(request)),
        ("service_name", request.service_name),
        ("service_code", issue.category),
        ("description", issue.description or None),
        ("agency_responsible", request.agency or None),
        ("service_notice", None if issue.approved else NOT_LOOKED_AT),
        ("requested_datetime", w3c_time(issue.reported_at, zone)),
        ("updated_datetime", w3c_time(updated_at, zone)),
        ("expected_datetime", None if due_at is None else w3c_time(due_at, zone)),
        # Where another server told of it, that server's words are kept with the issue.
        ("address", case.address or issue.more.get("address") or None),
        ("address_id", None),
        ("zipcode", None),
        ("lat", issue.lat),
        ("long", issue.lon),
        ("media_url", f"{photos_address}{request.photo_id}" if request.photo_id else None),
    )


def _stage_words(request: ServiceRequest) -> str:
    words = " ".join(WORDS[request.case.stage])
    return f"{words}: {request.merged_into}" if request.merged_into else words
