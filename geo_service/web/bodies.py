"""Bodies of requests: bounded, and read strictly as one JSON object."""

import json
import math
from collections.abc import Collection
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from geo_service.web.once_more import pieces_of_body
from geo_service.web.problems import TooLargeBody, UnreadableBody, WrongContentType

MOST_BYTES = 64 * 1024
MOST_AT_ONCE_BYTES = 8 * 1024
"""What is larger is taken apart on a thread, so that others are answered meanwhile."""
DEEPEST = 32
"""Lists and objects within one another, at most."""
LONGEST_NUMBER = 40
"""Digits of a whole number; none that is meant has so many."""
JSON_TYPES = ("application/json",)
FEATURE_TYPES = ("application/geo+json", "application/json")
FORM_TYPES = ("application/x-www-form-urlencoded",)
MOST_FIELDS = 50


async def read_object(
    request: Request, media_types: Collection[str], most_bytes: int = MOST_BYTES
) -> dict[str, Any]:
    """Read the body of a request as a JSON object.

    Parameters
    ----------
    request : Request
        Its body is read piece by piece, and no more of it than is allowed.
    media_types : collection of str
        Of which it must say that it is one.
    most_bytes : int
        How large it may be.

    Raises
    ------
    WrongContentType
        If it is of another type, in another encoding than UTF-8, or packed.
    TooLargeBody
        If it is larger than that, or says so beforehand.
    UnreadableBody
        If it is not JSON (RFC 8259), not an object, names a member twice, or did not all come.
    """
    _check_type(request, media_types)
    body = await _read_bytes(request, most_bytes)
    if len(body) <= MOST_AT_ONCE_BYTES:
        return object_of(body)
    return await run_in_threadpool(object_of, body)


def object_of(body: bytes) -> dict[str, Any]:
    """Take a body apart as a JSON object; a large one takes some time.

    Raises
    ------
    UnreadableBody
        If it is not JSON (RFC 8259), not an object, or names a member twice.
    """
    try:
        found = json.loads(
            body.decode(),
            object_pairs_hook=_members,
            parse_float=_finite,
            parse_int=_whole,
            parse_constant=_no_number,
        )
        _check_values(found)
    except RecursionError as problem:
        raise UnreadableBody("The body is nested too deeply.") from problem
    except UnicodeDecodeError as problem:
        raise UnreadableBody("The body is not text in UTF-8.") from problem
    except json.JSONDecodeError as problem:
        raise UnreadableBody(
            f"The body is not JSON (line {problem.lineno}, column {problem.colno})."
        ) from problem
    except ValueError as problem:
        raise UnreadableBody(str(problem)) from problem
    if not isinstance(found, dict):
        raise UnreadableBody("The body is JSON, but not an object.")
    return found


async def read_content(
    request: Request, media_types: Collection[str], most_bytes: int
) -> tuple[str, bytes]:
    """Read the body of a request that a reader of files understands.

    Parameters
    ----------
    request : Request
        Its body is read piece by piece.
    media_types : collection of str
        Of which it must say that it is one.
    most_bytes : int
        No more of it is read.

    Returns
    -------
    media_type : str
        Which of them it is.
    content : bytes

    Raises
    ------
    WrongContentType, TooLargeBody
        As `read_object` does.
    UnreadableBody
        If it did not all come.
    """
    media_type = _check_type(request, media_types)
    return media_type, await _read_bytes(request, most_bytes)


async def read_form(request: Request) -> dict[str, str]:
    """Read the body of a request as the fields of a form of ours, without files.

    Parameters
    ----------
    request : Request
        Its body is read piece by piece, and no more of it than is allowed.

    Returns
    -------
    dict of str to str
        Of two fields with one name the last.

    Raises
    ------
    WrongContentType, TooLargeBody
        As `read_object` does.
    UnreadableBody
        If it is not such a form, in UTF-8, or did not all come.
    """
    _check_type(request, FORM_TYPES)
    body = await _read_bytes(request, MOST_BYTES)
    try:
        return dict(
            parse_qsl(
                body.decode("ascii"),
                keep_blank_values=True,
                strict_parsing=bool(body),
                errors="strict",
                max_num_fields=MOST_FIELDS,
            )
        )
    except ValueError as problem:
        raise UnreadableBody("The body is not a form.") from problem


def _check_type(request: Request, media_types: Collection[str]) -> str:
    media_type, *parameters = request.headers.get("content-type", "").lower().split(";")
    charsets = {
        text.strip(' "')
        for name, _, text in (one.partition("=") for one in parameters)
        if name.strip() == "charset"
    }
    if media_type.strip() not in media_types or not charsets <= {"utf-8"}:
        raise WrongContentType(
            "The body is not of a type that this path takes.",
            remedy=f"Send Content-Type: {' or '.join(media_types)}, in UTF-8.",
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise WrongContentType("The body is packed.", remedy="Send it without Content-Encoding.")
    return media_type.strip()


async def _read_bytes(request: Request, most: int) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise _too_large(most)
    body = bytearray()
    try:
        async for piece in pieces_of_body(request):
            if len(body) + len(piece) > most:
                raise _too_large(most)
            body += piece
    except ClientDisconnect as gone:
        raise UnreadableBody("The body is cut off.") from gone
    return bytes(body)


def _too_large(most: int) -> TooLargeBody:
    return TooLargeBody(
        f"The body is larger than {most // 1024} KiB.", remedy="Send one record at a time."
    )


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; of two members with one name nobody knows which is meant."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("The body names a member twice.")
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("The body holds a number that is too large.")
    return number


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError("The body holds a number that is too large.")
    return int(text)


def _no_number(text: str) -> NoReturn:
    del text
    raise ValueError("The body holds NaN or Infinity, which JSON does not know.")


def _check_values(value: object, room: int = DEEPEST) -> None:
    """Refuse, with ValueError, what could be stored nowhere."""
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, (dict, list)):
        if room == 0:
            raise ValueError("The body is nested too deeply.")
        parts = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        for part in parts:
            _check_values(part, room - 1)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ValueError("The body holds the character U+0000.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("The body holds half a character.") from None
