"""What OpenAPI says of bodies that come in, and of answers and problems that go out."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from geo_service.flows.answer_once import HEADER, LONGEST_KEY
from geo_service.web.answers import JSON
from geo_service.web.bodies import FORM_TYPES
from geo_service.web.members import Members
from geo_service.web.problems import MEDIA_TYPE, TOLD, hints, known_problems, problem_of_status
from geo_service.web.schemas.shapes import Schema, record, several, text, whole

Described = dict[int | str, dict[str, Any]]

TEXT = {"type": "string"}
BYTES = {**TEXT, "format": "binary"}
HTML = "text/html"
FAULT = record(
    "Fault",
    {
        "field": text("Which field.", "lat"),
        "detail": text("What is wrong with it.", "It is required."),
    },
)
PROBLEM = record(
    "Problem",
    {
        "type": text(
            "What it means; `about:blank`: what the status means.",
            "/problems/wrong-parameters",
            format="uri-reference",
        ),
        "title": text("Its title.", "Wrong parameters"),
        "status": whole("Of HTTP.", 422, minimum=400, maximum=599),
        "detail": text(
            "What was wrong, and what to do.", "The parameters of this request are wrong."
        ),
        "errors": several(FAULT, "What is wrong with which field."),
    },
    description="RFC 9457. Nothing that was sent is repeated in it.",
)
IDEMPOTENCY_KEY: Mapping[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "May be sent, and changes nothing: sent twice, this does the same as sent once.",
    "schema": {**TEXT, "examples": ["3f1c2a70"]},
}
KEPT_KEY: Mapping[str, Any] = {
    **IDEMPOTENCY_KEY,
    "schema": {
        **TEXT,
        "maxLength": LONGEST_KEY,
        "pattern": r"^[!-~]*$",
        "examples": ["3f1c2a70-9a4e-4a51-8f0e-6d2f6c0b1e55"],
    },
}
"""One that is remembered; each path says what for."""
KEY_OPTIONAL: dict[str, Any] = {"security": [{}]}
"""Put into a path's ``openapi_extra``: whoever shows no key is answered too."""

RULES = "x-rules-beyond-schema"
"""Where an operation says what JSON Schema can't: of two fields, of the day, of what there is."""

WITH_A_KEY = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
"""What may be amiss wherever a key is needed,"""
SENDING = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
"""and wherever a body is sent."""

HEADERS: Mapping[str, str] = {
    "Allow": "The methods that there are.",
    "Content-Crs": "The reference system of the coordinates, in angle brackets.",
    "Content-Disposition": "Under which name it is to be kept.",
    "ETag": "Of what is answered; for `If-None-Match` and `If-Match`.",
    "Location": "Where to go on.",
    "Retry-After": "Seconds after which to ask again.",
    "WWW-Authenticate": "How a key is shown.",
}
"""What headers of answers mean."""


PAGE_RULE = {RULES: {"page": "What the page asks; with its faults it is shown again."}}
"""Of forms of our own pages."""


class _WithoutTitles(GenerateJsonSchema):
    """Leaves the titles of members out: a title names a component here."""

    def field_title_should_be_set(self, schema: object) -> bool:
        """Say no."""
        del schema
        return False


def schema_of(model: type[BaseModel]) -> Schema:
    """Return the schema of what a model reads, its members without titles. Raises nothing."""
    return model.model_json_schema(schema_generator=_WithoutTitles)


def describe_rules(**rules: str) -> dict[str, Any]:
    """Describe what of a field is asked besides its schema, for ``openapi_extra``.

    Parameters
    ----------
    rules : str
        A sentence for each field, by the name that a refusal calls it; ``page`` for a form that
        is shown again with its faults. Raises nothing.
    """
    return {RULES: rules}


def describe_headers(*names: str, always: bool = True) -> dict[str, Any]:
    """Describe headers that an answer always or sometimes has; KeyError if one is not known."""
    told = {
        name: {"description": HEADERS[name], "required": always, "schema": TEXT} for name in names
    }
    return {"headers": told} if told else {}


def describe_answer(
    schema: Schema, description: str, *, media_type: str = JSON, headers: Collection[str] = ()
) -> dict[str, Any]:
    """Describe an answer, as FastAPI's ``responses`` takes it for a status.

    Parameters
    ----------
    schema : Schema
        Of `web/schemas`; an example of it is made for the document.
    description : str
        What it is.
    media_type : str
        Of it.
    headers : collection of str
        Names of those that matter, and are always there. Raises nothing of its own.
    """
    content = {media_type: {"schema": schema}}
    return {"description": description, "content": content, **describe_headers(*headers)}


def describe_bytes(media_type: str, description: str) -> dict[str, Any]:
    """Describe an answer that is no JSON: a picture, or text of another language."""
    is_text = media_type.startswith("text/")
    schema = TEXT if is_text else BYTES
    return {"description": description, "content": {media_type: {"schema": schema}}}


def describe_page(description: str = "The page.") -> dict[str, Any]:
    """Describe a page in HTML. Raises nothing."""
    return describe_bytes(HTML, description)


def describe_led_on(description: str) -> Described:
    """Describe that a browser is led on to another page. Raises nothing."""
    return {303: {"description": description, **describe_headers("Location")}}


def describe_held() -> Described:
    """Describe what those are told who hold the present answer. Raises nothing."""
    told = "What `If-None-Match` names is still so."
    return {304: {"description": told, **describe_headers("ETag")}}


def describe_problems(*statuses: HTTPStatus, page: bool = False) -> Described:
    """Describe the problems that a path may answer with, as FastAPI's ``responses`` takes them.

    Parameters
    ----------
    statuses : HTTPStatus
        Each that there may be.
    page : bool
        Whether people who come with a browser are told on a page. Raises nothing.
    """
    if HTTPStatus.UNAUTHORIZED in statuses:
        # After very many keys that open nothing the next that does not has to wait.
        statuses = (*statuses, HTTPStatus.TOO_MANY_REQUESTS)
    return {int(status): _problem(status, page=page) for status in statuses}


def describe_body(
    media_types: Collection[str],
    body: type[Members] | Mapping[str, Any],
    examples: Mapping[str, object],
) -> dict[str, Any]:
    """Describe a body that is needed, as FastAPI's ``openapi_extra`` takes it.

    Parameters
    ----------
    media_types : collection of str
        Under each of which it may come.
    body : type or mapping
        The model by which it is read, or JSON Schema.
    examples : mapping of str to object
        Bodies by what they are an example of.
    """
    schema = body if isinstance(body, Mapping) else schema_of(body)
    content = {
        "schema": schema,
        "examples": {name: {"summary": name, "value": told} for name, told in examples.items()},
    }
    return {"requestBody": {"required": True, "content": dict.fromkeys(media_types, content)}}


def describe_form(
    fields: Mapping[str, str],
    examples: Mapping[str, Mapping[str, str]],
    *,
    required: Collection[str] = (),
) -> dict[str, Any]:
    """Describe a form of our own pages, without files, as FastAPI's ``openapi_extra`` takes it.

    Parameters
    ----------
    fields : mapping of str to str
        What each field is, by its name.
    examples : mapping of str to mapping
        Forms by what they are an example of.
    required : collection of str
        Fields that must be there. Raises nothing.
    """
    schema = {
        "type": "object",
        "required": list(required),
        "properties": {name: {**TEXT, "description": told} for name, told in fields.items()},
        "additionalProperties": TEXT,
    }
    return {**PAGE_RULE, **describe_body(FORM_TYPES, schema, examples)}


def _problem(status: HTTPStatus, *, page: bool) -> dict[str, Any]:
    described: dict[str, Any] = {MEDIA_TYPE: {"schema": PROBLEM, "example": _example(status)}}
    if page:
        described[HTML] = {"schema": TEXT}
    headers = [
        name
        for name in hints(problem_of_status(status))
        if not (page and status is HTTPStatus.UNAUTHORIZED)
    ]
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers = ["Allow"]
    return {
        "description": _titles(status),
        "content": described,
        **describe_headers(*headers),
    }


def _example(status: HTTPStatus) -> dict[str, Any]:
    """Make an example of a problem with a status: of the first kind that has it, if one has."""
    kinds = [kind for kind, told in TOLD.items() if told.status == status]
    code = kinds[0].code if kinds else ""
    problem = problem_of_status(status)
    return {
        "type": f"/problems/{code}" if code else "about:blank",
        "title": TOLD[kinds[0]].title if kinds else problem.title,
        "status": int(status),
        "detail": problem.detail,
        "errors": [],
    }


def _titles(status: HTTPStatus) -> str:
    titles = [str(one["title"]) for one in known_problems().values() if one["status"] == status]
    return "; ".join(titles) or status.phrase
