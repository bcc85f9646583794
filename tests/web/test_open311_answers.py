import json

import pytest
from defusedxml.ElementTree import fromstring
from starlette.requests import Request

from geo_service import errors
from geo_service.errors import NotFound
from geo_service.web import problems
from geo_service.web.open311_answers import (
    Format,
    error_answer,
    format_named,
    is_open311,
    split_format,
)


def request(path: str) -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": b"",
            "headers": [(b"host", b"city.example")],
            "server": ("city.example", 80),
            "scheme": "http",
        }
    )


JSON, XML = request("/open311/v2/requests.json"), request("/open311/v2/requests.xml")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.RefusedFields({"lat": "wrong"}), 400),
        (errors.RefusedData("wrong"), 400),
        (errors.WrongUsage("wrong"), 400),
        (problems.WrongContentType("wrong"), 400),
        (problems.UnreadableBody("wrong"), 400),
        (problems.TooLargeBody("wrong"), 413),
        (errors.NoKey("wrong"), 403),
        (errors.NotAllowed("wrong"), 403),
        (errors.NotFound("wrong"), 404),
        (errors.ForbiddenMove("wrong"), 409),
        (errors.NotReady("wrong"), 503),
    ],
)
def test_every_error_leaves_with_the_standard_s_status(
    error: errors.GeoServiceError, status: int
) -> None:
    problem = problems.problem_of_error(error)
    answer = error_answer(JSON, problem)
    assert answer.status_code == status
    (told,) = json.loads(bytes(answer.body))
    assert told["code"] == status
    assert "wrong" in told["description"]
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    (element,) = fromstring(bytes(error_answer(XML, problem).body))
    assert {child.tag: child.text for child in element} == {
        "code": str(status),
        "description": told["description"],
    }


def test_each_field_has_an_error_of_its_own() -> None:
    problem = problems.problem_of_error(errors.RefusedFields({"lat": "A.", "long": "B."}))
    told = json.loads(bytes(error_answer(JSON, problem).body))
    assert told == [
        {"code": 400, "description": "lat: A."},
        {"code": 400, "description": "long: B."},
    ]


def test_who_is_asked_to_try_again_is_told_when() -> None:
    problem = problems.problem_of_error(errors.NotReady("Wait."))
    assert error_answer(XML, problem).headers["retry-after"] == "30"


def test_a_path_without_a_format_is_answered_in_json() -> None:
    problem = problems.problem_of_status(404)
    answer = error_answer(request("/open311/v2/nix"), problem, {"X-More": "1"})
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-more"] == "1"


def test_only_paths_of_open311_are_told_so() -> None:
    assert is_open311(JSON)
    assert not is_open311(request("/open311"))
    assert not is_open311(request("/health/live"))


def test_formats_are_named_in_small_letters() -> None:
    assert format_named("json") is Format.JSON
    assert split_format("a.b.xml") == ("a.b", Format.XML)
    for name in ("yaml", "JSON", ""):
        with pytest.raises(NotFound, match=r"\.json or \.xml"):
            format_named(name)
