"""In which format a document of ``/ogc`` is told: what ``f`` says, else what is accepted."""

import re
from enum import StrEnum

from starlette.requests import Request

FORMATS = ("json", "html")
_WEIGHT = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


class Told(StrEnum):
    """As what a document goes out."""

    JSON = "json"
    HTML = "html"


def read_format(text: str) -> Told:
    """Read ``f``.

    Raises
    ------
    ValueError
        Naming the formats there are.
    """
    if text not in FORMATS:
        raise ValueError(f"It must be one of: {', '.join(FORMATS)}.")
    return Told(text)


def format_of(request: Request) -> Told:
    """Say what a request is answered with.

    Parameters
    ----------
    request : Request
        Its ``f``, if it has one, has been read before; else ``Accept`` decides, in which browsers
        name HTML first. Raises nothing.
    """
    asked = request.query_params.get("f")
    if asked in FORMATS:
        return Told(asked)
    for media_type in _accepted(request.headers.get("accept", "*/*")):
        if media_type in {"application/json", "application/geo+json", "*/*"}:
            return Told.JSON
        if media_type in {"text/html", "application/xhtml+xml"}:
            return Told.HTML
    # Nothing that is accepted is there. HTTP lets a server answer all the same, which helps more.
    return Told.JSON


def _accepted(text: str) -> list[str]:
    """List media types, those that are liked most first (RFC 9110, section 12.5.1)."""
    liked = []
    for part in text.split(","):
        media_type, *more = (word.strip() for word in part.split(";"))
        weights = [_weight(word[2:]) for word in more if word[:2] in {"q=", "Q="}]
        liked.append((weights[0] if weights else 1.0, media_type.lower()))
    return [media_type for weight, media_type in sorted(liked, key=_least) if weight > 0]


def _least(liked: tuple[float, str]) -> float:
    return -liked[0]


def _weight(text: str) -> float:
    return float(text) if _WEIGHT.fullmatch(text) else 0.0
