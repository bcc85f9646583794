"""Errors as problems of RFC 9457: one table says which error is which status."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from starlette.responses import Response

from geo_service import errors

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of a request."""

    field: str
    detail: str


class WrongParameters(errors.WrongUsage):
    """Parameters of a request are wrong; each fault names its field."""

    code = "wrong-parameters"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("The parameters of this request are wrong.")
        self.faults = tuple(faults)


class BadParameters(WrongParameters):
    """Parameters of a request are wrong, at a path whose standard calls that a bad request."""

    code = "bad-parameters"


class FixedPath(errors.WrongUsage):
    """A path has a meaning of its own, so nothing can be put there."""

    code = "fixed-path"


class ChangedSince(errors.WrongUsage):
    """What is to be changed is not, or no longer, what its sender holds."""

    code = "changed-since"


class UnreadableBody(errors.WrongUsage):
    """The body of a request is not JSON, or not all of it came."""

    code = "unreadable-body"


class WrongContentType(errors.WrongUsage):
    """The body of a request is of another type than this path takes."""

    code = "wrong-content-type"


class TooLargeBody(errors.WrongUsage):
    """The body of a request is larger than this path takes."""

    code = "too-large-body"


class Overloaded(errors.NotReady):
    """More is asked at once than can be answered soon."""

    code = "overloaded"
    wait_s = 5


class WrongHost(errors.WrongUsage):
    """A request names another host than this one, or none that could be one."""

    code = "wrong-host"


class OtherOrigin(errors.WrongUsage):
    """A page of another origin may not send this request."""

    code = "other-origin"


class TooMany(errors.NotReady):
    """So many have been sent that the next has to wait.

    Parameters
    ----------
    what : str
        Too many of what.
    wait_s : int
        Seconds after which one more is taken.
    """

    code = "too-many"

    def __init__(self, what: str, wait_s: int = 30) -> None:
        super().__init__(what, remedy="Wait a little and send it again.")
        self.wait_s = wait_s


SOON_S = 5
"""After so long a database that broke off is often there again."""


@dataclass(frozen=True, slots=True)
class Told:
    """How a class of errors is told to whoever asked."""

    status: HTTPStatus
    title: str
    what: str = ""
    """Said instead of the error's own sentence where that would repeat what was sent."""
    naming_field: bool = False
    """Whether the error's place is a parameter's name; a path on our disk stays with us."""


TOLD: Mapping[type[errors.GeoServiceError], Told] = {
    BadParameters: Told(HTTPStatus.BAD_REQUEST, "Bad parameters"),
    WrongParameters: Told(HTTPStatus.UNPROCESSABLE_ENTITY, "Wrong parameters"),
    FixedPath: Told(HTTPStatus.METHOD_NOT_ALLOWED, "Fixed path"),
    ChangedSince: Told(HTTPStatus.PRECONDITION_FAILED, "Changed since"),
    UnreadableBody: Told(HTTPStatus.BAD_REQUEST, "Unreadable body"),
    WrongContentType: Told(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Wrong content type"),
    TooLargeBody: Told(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too large a body"),
    WrongHost: Told(HTTPStatus.BAD_REQUEST, "Wrong host"),
    OtherOrigin: Told(HTTPStatus.BAD_REQUEST, "Other origin"),
    TooMany: Told(HTTPStatus.TOO_MANY_REQUESTS, "Too many"),
    errors.RefusedFields: Told(HTTPStatus.UNPROCESSABLE_ENTITY, "Refused fields"),
    errors.UnknownKind: Told(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Unknown kind",
        "No facility is of this kind.",
        naming_field=True,
    ),
    errors.WrongUsage: Told(HTTPStatus.UNPROCESSABLE_ENTITY, "Wrong question", naming_field=True),
    errors.RefusedData: Told(HTTPStatus.UNPROCESSABLE_ENTITY, "Refused data"),
    errors.MovedMeanwhile: Told(HTTPStatus.CONFLICT, "Moved meanwhile"),
    errors.ForbiddenMove: Told(HTTPStatus.CONFLICT, "Not as things stand", naming_field=True),
    errors.NotFound: Told(HTTPStatus.NOT_FOUND, "Not found"),
    errors.NoKey: Told(HTTPStatus.UNAUTHORIZED, "No valid key"),
    errors.NoConsent: Told(HTTPStatus.FORBIDDEN, "No consent"),
    errors.NotAllowed: Told(HTTPStatus.FORBIDDEN, "Not allowed"),
    Overloaded: Told(HTTPStatus.SERVICE_UNAVAILABLE, "Too busy"),
    errors.Interrupted: Told(HTTPStatus.SERVICE_UNAVAILABLE, "Broken off"),
    errors.OutcomeUnknown: Told(HTTPStatus.SERVICE_UNAVAILABLE, "Outcome unknown"),
    errors.NotReady: Told(HTTPStatus.SERVICE_UNAVAILABLE, "Not ready"),
    errors.GeoServiceError: Told(HTTPStatus.INTERNAL_SERVER_ERROR, "Error"),
}
"""The first class that an error is an instance of decides."""

OF_HTTP: Mapping[int, str] = {
    HTTPStatus.NOT_FOUND: "There is nothing at this path.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This path does not answer this method.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The fault is on this side; it has been written down.",
}
"""What is said where only the protocol says that something is wrong."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem, in the words of RFC 9457."""

    status: HTTPStatus
    title: str
    detail: str
    code: str = ""
    """Names the kind of problem; empty: the status says all."""
    faults: tuple[Fault, ...] = ()
    wait_s: int = 30
    """After so many seconds it is worth trying again, where it is at all."""


def problem_of_error(error: errors.GeoServiceError) -> Problem:
    """Describe an error of ours; raises nothing."""
    told = next(told for kind, told in TOLD.items() if isinstance(error, kind))
    what = told.what or error.what
    detail = f"{what} {error.remedy}".strip()
    faults: tuple[Fault, ...] = ()
    if isinstance(error, WrongParameters):
        faults = error.faults
    elif isinstance(error, errors.RefusedFields):
        faults = tuple(Fault(field, words) for field, words in error.faults.items())
    elif told.naming_field and error.where:
        faults = (Fault(error.where, detail),)
    problem = Problem(told.status, told.title, detail, error.code, faults)
    if isinstance(error, TooMany | Overloaded):
        problem = replace(problem, wait_s=error.wait_s)
    elif isinstance(error, errors.Interrupted | errors.OutcomeUnknown):
        problem = replace(problem, wait_s=SOON_S)
    return problem


def problem_of_status(status: int) -> Problem:
    """Describe a status that the protocol gives by itself; raises nothing."""
    known = HTTPStatus(status)
    return Problem(known, known.phrase, OF_HTTP.get(known, known.description or known.phrase))


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a problem.

    Parameters
    ----------
    problem : Problem
        What is wrong.
    headers : mapping of str to str, optional
        Sent besides; a problem is never cached.
    """
    body = {
        "type": f"/problems/{problem.code}" if problem.code else "about:blank",
        "title": problem.title,
        "status": int(problem.status),
        "detail": problem.detail,
        "errors": [{"field": fault.field, "detail": fault.detail} for fault in problem.faults],
    }
    return Response(
        json.dumps(body, ensure_ascii=False).encode(),
        status_code=problem.status,
        headers={"Cache-Control": "no-store", **hints(problem), **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def hints(problem: Problem) -> dict[str, str]:
    """Return the headers that a status asks for."""
    if problem.status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": 'Bearer realm="geo_service", error="invalid_token"'}
    if problem.code == FixedPath.code:
        return {"Allow": "GET"}
    if problem.status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        return {"Retry-After": str(problem.wait_s)}
    return {}


def known_problems() -> dict[str, dict[str, object]]:
    """Return each kind of problem by its code, for people who look its address up."""
    return {
        kind.code: {
            "title": told.title,
            "status": int(told.status),
            "description": (kind.__doc__ or "").strip().partition("\n")[0],
        }
        for kind, told in TOLD.items()
    }
