from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from geo_service import errors
from geo_service.errors import RefusedFields
from geo_service.web.problems import (
    TOLD,
    Fault,
    FixedPath,
    TooLargeBody,
    UnreadableBody,
    WrongContentType,
    WrongParameters,
    hints,
    known_problems,
    problem_of_error,
    problem_of_status,
)


def tree(root: type[errors.GeoServiceError]) -> list[type[errors.GeoServiceError]]:
    return [root, *(leaf for branch in root.__subclasses__() for leaf in tree(branch))]


STATUSES = {
    errors.RefusedData: 422,
    errors.UnreadableFile: 422,
    errors.MissingColumn: 422,
    errors.RefusedRecords: 422,
    errors.WrongUsage: 422,
    errors.UnknownKind: 422,
    errors.ForbiddenMove: 409,
    errors.MovedMeanwhile: 409,
    errors.NotFound: 404,
    errors.NoKey: 401,
    errors.NotAllowed: 403,
    errors.NotReady: 503,
    errors.GeoServiceError: 500,
    FixedPath: 405,
    UnreadableBody: 400,
    WrongContentType: 415,
    TooLargeBody: 413,
}


@pytest.mark.parametrize("kind", STATUSES, ids=lambda kind: kind.__name__)
def test_each_error_has_its_status(kind: type[errors.GeoServiceError]) -> None:
    assert problem_of_error(kind("What.")).status == STATUSES[kind]


def test_a_class_stands_before_the_class_it_is_of() -> None:
    order = list(TOLD)
    for kind in order:
        parents = [other for other in order if other is not kind and issubclass(kind, other)]
        assert all(order.index(kind) < order.index(parent) for parent in parents)


def test_every_error_of_the_tree_is_told() -> None:
    for kind in tree(errors.GeoServiceError):
        if kind not in {WrongParameters, RefusedFields}:
            assert problem_of_error(kind("What.")).title


def test_place_is_told_of_parameters_and_not_of_our_disk() -> None:
    wrong = problem_of_error(errors.WrongUsage("k is 0.", where="k", remedy="Give 1."))
    assert wrong.faults == (Fault("k", "k is 0. Give 1."),)
    unready = problem_of_error(errors.NotReady("No.", where=str(Path("/srv/city"))))
    assert unready.faults == ()
    assert "srv" not in unready.detail


def test_what_was_asked_is_not_repeated_for_an_unknown_kind() -> None:
    problem = problem_of_error(errors.UnknownKind("No helipad.", where="kind", remedy="There are."))
    assert problem.detail == "No facility is of this kind. There are."


def test_fields_that_are_refused_are_named() -> None:
    problem = problem_of_error(RefusedFields({"kind": "No slug.", "free": "No number."}))
    assert problem.status == 422
    assert problem.faults == (Fault("kind", "No slug."), Fault("free", "No number."))


def test_statuses_ask_for_their_headers() -> None:
    assert "WWW-Authenticate" in hints(problem_of_error(errors.NoKey("No.")))
    assert "Retry-After" in hints(problem_of_error(errors.NotReady("No.")))
    assert hints(problem_of_error(FixedPath("No."))) == {"Allow": "GET"}
    assert hints(problem_of_error(errors.NotAllowed("No."))) == {}


def test_statuses_of_the_protocol_have_words() -> None:
    for status in HTTPStatus:
        if status >= 400:
            assert problem_of_status(status).detail


def test_types_of_problems_can_be_looked_up(door: httpx.Client) -> None:
    refused = door.get("/facilities/nobody").json()
    assert refused["type"] == "/problems/not-found"
    described = door.get(refused["type"]).json()
    assert described["status"] == refused["status"] == 404
    assert described["title"] == refused["title"]
    for code, known in known_problems().items():
        assert code == code.lower()
        assert known["description"]
    assert door.get("/problems/none").status_code == 404


def test_a_problem_has_the_members_of_the_standard(door: httpx.Client) -> None:
    refused = door.get("/facilities/nearest")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["cache-control"] == "no-store"
    assert set(refused.json()) == {"type", "title", "status", "detail", "errors"}
    assert refused.json()["status"] == refused.status_code == 422
