import pytest
from starlette.requests import Request

from geo_service.web.ogc.formats import Told, format_of, read_format

CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


def request(query: str = "", accept: str | None = None) -> Request:
    headers = [] if accept is None else [(b"accept", accept.encode())]
    return Request({"type": "http", "query_string": query.encode(), "headers": headers})


@pytest.mark.parametrize(
    ("query", "accept", "told"),
    [
        ("", None, Told.JSON),
        ("", "*/*", Told.JSON),
        ("", CHROMIUM, Told.HTML),
        ("", "application/geo+json, application/json", Told.JSON),
        ("", "application/json, text/html", Told.JSON),
        ("", "text/html;q=0.9", Told.HTML),
        ("", "text/html;q=0.1, application/json", Told.JSON),
        ("", "application/json; q=0.5, Text/HTML; level=1; q=0.7", Told.HTML),
        ("", "text/html;q=0, */*;q=0.1", Told.JSON),
        ("", "text/html;q=much, application/json;q=0.1", Told.JSON),
        ("", "application/xml", Told.JSON),
        ("", ",;,", Told.JSON),
        ("f=json", CHROMIUM, Told.JSON),
        ("f=html", "application/json", Told.HTML),
    ],
)
def test_the_parameter_decides_before_what_is_accepted(
    query: str, accept: str | None, told: Told
) -> None:
    assert format_of(request(query, accept)) is told


def test_only_the_formats_there_are_can_be_asked_for() -> None:
    assert read_format("html") is Told.HTML
    with pytest.raises(ValueError, match="json, html"):
        read_format("xml")
