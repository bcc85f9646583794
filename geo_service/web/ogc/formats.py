"""In which format a document of ``/ogc`` is told: what ``f`` says, else what is accepted."""

from enum import StrEnum

from starlette.requests import Request

FORMATS = ("json", "html")


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
    accepted = [part.partition(";")[0].strip() for part in _accept(request).split(",")]
    for media_type in accepted:
        if media_type in {"application/json", "application/geo+json", "*/*"}:
            return Told.JSON
        if media_type in {"text/html", "application/xhtml+xml"}:
            return Told.HTML
    return Told.JSON


def _accept(request: Request) -> str:
    return request.headers.get("accept", "*/*")
