"""Forms in bodies of requests: bounded before they are read, and read strictly as UTF-8."""

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from geo_service.web.once_more import pieces_of_body
from geo_service.web.problems import TooLargeBody, UnreadableBody, WrongContentType

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MOST_TEXT = 64 * 1024
"""Bytes of a form without files, and of one field of a form with files."""
MOST_BYTES = 32 * 1024 * 1024
"""Of a form with files, in all."""
MOST_FILE_BYTES = 10 * 1024 * 1024
MOST_FILES = 5
MOST_FIELDS = 60
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NO_UTF8 = "The form is not text in UTF-8."


@dataclass(frozen=True, slots=True)
class Form:
    """What a form says, in the order in which it came."""

    texts: Sequence[tuple[str, str]]
    files: Sequence[tuple[str, bytes]]
    """Names of fields and what the files hold; what they are called is not kept."""


async def read_form(request: Request, most_fields: int = MOST_FIELDS) -> Form:
    """Read the body of a request as a form.

    Parameters
    ----------
    request : Request
        Its body is read piece by piece, and no more of it than is allowed.
    most_fields : int
        How many fields without files it may have.

    Raises
    ------
    WrongContentType
        If it is no form, packed, or in another encoding than UTF-8.
    TooLargeBody
        If it is larger than a form may be, or says so beforehand, or has too many fields.
    UnreadableBody
        If it is cut off, or holds what is no text in UTF-8.
    """
    media_type = _media_type(request)
    try:
        if media_type == URLENCODED:
            return Form(_pairs(await _whole_body(request), most_fields), ())
        return await _parts(request, most_fields)
    except ClientDisconnect as gone:
        raise UnreadableBody("The form is cut off.") from gone


def _media_type(request: Request) -> str:
    media_type, *parameters = request.headers.get("content-type", "").split(";")
    kind = media_type.strip().lower()
    charsets = {
        text.strip(' "').lower()
        for name, _, text in (one.partition("=") for one in parameters)
        if name.strip().lower() == "charset"
    }
    if kind not in (URLENCODED, MULTIPART) or not charsets <= {"utf-8", "utf8"}:
        raise WrongContentType(
            "The body is not a form.", remedy=f"Send {URLENCODED} or {MULTIPART}, in UTF-8."
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise WrongContentType("The form is packed.", remedy="Send it without Content-Encoding.")
    return kind


async def _bounded(request: Request, most: int) -> AsyncGenerator[bytes]:
    """Yield the body in pieces, and stop as soon as there is more of it than there may be."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise _too_large(most)
    size = 0
    async for piece in pieces_of_body(request):
        size += len(piece)
        if size > most:
            raise _too_large(most)
        yield piece


async def _whole_body(request: Request) -> bytes:
    return b"".join([piece async for piece in _bounded(request, MOST_TEXT)])


def _pairs(body: bytes, most_fields: int) -> list[tuple[str, str]]:
    """Read a form without files as WHATWG's URL standard has it, but strictly."""
    try:
        text = body.decode()
        if _BROKEN_ESCAPE.search(text):
            raise UnreadableBody("The form holds a % that is no escape.")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=most_fields)
    except UnicodeDecodeError as problem:
        raise UnreadableBody(_NO_UTF8) from problem
    except ValueError as problem:
        raise _too_many(most_fields) from problem


class _WholeParser(MultiPartParser):
    """Refuses a form that did not come to its end, and closes what waits on the disk of it."""

    _ended = False

    def on_end(self) -> None:
        """Note the last boundary."""
        self._ended = True

    async def parse(self) -> FormData:
        """Read the form; what is raised while it is read closes every file of it."""
        self.stream = self._to_its_end(self.stream)
        return await super().parse()

    async def _to_its_end(self, stream: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        async for piece in stream:
            yield piece
        if not self._ended:
            raise UnreadableBody("The form is cut off.")


async def _parts(request: Request, most_fields: int) -> Form:
    """Read a form with files, which wait on the disk if they are larger than a megabyte."""
    # Every byte is a character of Latin-1, so none is lost before it is read as UTF-8.
    as_bytes = {"content-type": f"{request.headers['content-type']}; charset=latin-1"}
    parser = _WholeParser(
        Headers(as_bytes),
        _bounded(request, MOST_BYTES),
        max_files=MOST_FILES,
        max_fields=most_fields,
        max_part_size=MOST_TEXT,
    )
    try:
        form = await parser.parse()
    except MultiPartException as problem:
        if problem.message.startswith("Too many"):
            raise _too_many(most_fields) from problem
        if problem.message.startswith("Part exceeded"):
            raise _too_large(MOST_TEXT) from problem
        raise UnreadableBody("The form's parts can't be told apart.") from problem
    try:
        return await _told(form)
    finally:
        await form.close()


async def _told(form: FormData) -> Form:
    texts, files = list[tuple[str, str]](), list[tuple[str, bytes]]()
    for latin_name, value in form.multi_items():
        name = _utf8(latin_name)
        if not isinstance(value, UploadFile):
            texts.append((name, _utf8(value)))
            continue
        if (value.size or 0) > MOST_FILE_BYTES:
            raise _too_large(MOST_FILE_BYTES, "file")
        if value.size or value.filename:
            # Browsers send an empty file without a name where none was chosen.
            files.append((name, await value.read()))
    return Form(texts, files)


def _utf8(text: str) -> str:
    try:
        return text.encode("latin-1").decode()
    except UnicodeDecodeError as problem:
        raise UnreadableBody(_NO_UTF8) from problem


def _too_large(most: int, what: str = "form") -> TooLargeBody:
    told = f"{most // 1024} KiB" if most < 1024 * 1024 else f"{most // 1024**2} MiB"
    return TooLargeBody(
        f"The {what}, or a field of it, is larger than {told}.",
        remedy="Send photos as files of a form (multipart/form-data), and make them smaller.",
    )


def _too_many(most_fields: int) -> TooLargeBody:
    return TooLargeBody(
        f"The form has more than {most_fields} fields or {MOST_FILES} files.",
        remedy="Leave some out.",
    )
