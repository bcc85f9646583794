"""Entity tags: who holds the present answer already is told so, and not sent it again."""

import hashlib
import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from geo_service.web.problems import ChangedSince

TAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')
"""An entity tag (RFC 9110, section 8.8.3), whether ``W/`` stands before it or not."""
ANY = "*"
DIGEST_BYTES = 16
ASK_EACH_TIME = "no-cache"


def tagged_answer(request: Request, content: bytes, media_type: str) -> Response:
    """Answer with a content that may be kept, but must be asked for each time.

    Parameters
    ----------
    request : Request
        With ``If-None-Match``, if its sender holds something.
    content : bytes
        The whole answer.
    media_type : str
        Of the content.

    Returns
    -------
    Response
        304 without the content, if the sender holds it; raises nothing.
    """
    tag = tag_of(content, zipped="gzip" in request.headers.get("accept-encoding", ""))
    headers = {"ETag": tag, "Cache-Control": ASK_EACH_TIME, "Vary": "Accept-Encoding"}
    if is_held(tag, request.headers.getlist("if-none-match")):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def tag_of(content: bytes, *, zipped: bool) -> str:
    """Return the strong tag of a content; what may go out zipped has one of its own."""
    digest = hashlib.sha256(content).hexdigest()[: 2 * DIGEST_BYTES]
    return f'"{digest}-gzip"' if zipped else f'"{digest}"'


def is_held(tag: str, fields: Sequence[str]) -> bool:
    """Say whether If-None-Match, in one line or several, names a tag; weak ones count too."""
    return any(field.strip() == ANY or tag in TAG.findall(field) for field in fields)


def check_held(request: Request, content: bytes | None) -> None:
    """Refuse a change of what is no longer what its sender holds (RFC 9110, section 13.1).

    Parameters
    ----------
    request : Request
        With ``If-Match`` or ``If-None-Match``, if its sender cares.
    content : bytes or None
        As it would be answered now; None if there is nothing.

    Raises
    ------
    ChangedSince
        If the present content is not what the request says.
    """
    tags = [] if content is None else [tag_of(content, zipped=zipped) for zipped in (False, True)]
    match = request.headers.getlist("if-match")
    none_match = request.headers.getlist("if-none-match")
    if (match and not any(is_held(tag, match) for tag in tags)) or (
        none_match and any(is_held(tag, none_match) for tag in tags)
    ):
        raise ChangedSince(
            "This is not, or no longer, what you hold.",
            remedy="Get it again, and send your change with the ETag it has now.",
        )
