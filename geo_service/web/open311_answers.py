"""Answers and errors of the Open311 paths, in the format that the path ends in."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from geo_service.errors import NotFound
from geo_service.export.open311 import describe_errors
from geo_service.export.open311_document import Document, write_json
from geo_service.export.open311_xml import write_xml
from geo_service.web.answers import NOT_KEPT
from geo_service.web.problems import Problem, hints

ROOT = "/open311/"
BASE = "/open311/v2"


class Format(StrEnum):
    """What a path may end in."""

    JSON = "json"
    XML = "xml"


MEDIA_TYPES: Mapping[Format, str] = {
    Format.JSON: "application/json; charset=utf-8",
    Format.XML: "text/xml; charset=utf-8",
}
STATUSES: Mapping[HTTPStatus, HTTPStatus] = {
    HTTPStatus.UNAUTHORIZED: HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY: HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.BAD_REQUEST,
}
"""The standard knows 403 for keys, 404 for what is not there, and 400 for most else."""


def format_named(name: str) -> Format:
    """Read the ending of a path.

    Raises
    ------
    NotFound
        If there is no such format.
    """
    try:
        return Format(name)
    except ValueError:
        raise NotFound(
            "There is no such format.", remedy="End the path in .json or .xml."
        ) from None


def split_format(name: str) -> tuple[str, Format]:
    """Part the last word of a path, an id or a code that may hold dots, from its format.

    Raises
    ------
    NotFound
        If it ends in no format there is.
    """
    stem, _, ending = name.rpartition(".")
    return stem, format_named(ending)


def document_answer(
    document: Document,
    written: Format,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] = NOT_KEPT,
) -> Response:
    """Answer with a document; ValueError if a number in it is not finite."""
    body = write_json(document) if written is Format.JSON else write_xml(document)
    # Named by itself: starlette would add nothing, and the standard wants the charset told.
    told = {**headers, "Content-Type": MEDIA_TYPES[written]}
    return Response(body, status_code=status, headers=told)


def is_open311(request: Request) -> bool:
    """Say whether errors of a request are told as Open311 tells them. Raises nothing."""
    return request.url.path.startswith(ROOT)


def error_answer(
    request: Request, problem: Problem, headers: Mapping[str, str] | None = None
) -> Response:
    """Tell a problem as Open311 does, one error for each field that is wrong.

    Parameters
    ----------
    request : Request
        Whose path names the format; JSON if it names none that there is.
    problem : Problem
        What is wrong. What was sent is in none of its sentences.
    headers : mapping of str to str, optional
        Sent besides.
    """
    status = STATUSES.get(problem.status, problem.status)
    told = [(int(status), f"{fault.field}: {fault.detail}") for fault in problem.faults] or [
        (int(status), problem.detail)
    ]
    try:
        _, written = split_format(request.url.path)
    except NotFound:
        written = Format.JSON
    kept = {**NOT_KEPT, **hints(problem), **(headers or {})}
    # A key in the form is no bearer's: nothing is to be asked of a browser.
    kept.pop("WWW-Authenticate", None)
    return document_answer(describe_errors(told), written, status=status, headers=kept)
