"""Parameters in an address: read once, strictly, and described in OpenAPI from the same model."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, get_origin
from urllib.parse import parse_qsl

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from geo_service.domain.facility import SLUG
from geo_service.domain.opening import YEARS
from geo_service.web.problems import Fault, WrongParameters

NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
WHOLE = re.compile(r"-?[0-9]{1,9}")
LARGEST_WHOLE = 999_999_999
NOW: Literal["now"] = "now"
LIMITS = {
    "ge": "minimum",
    "le": "maximum",
    "gt": "exclusiveMinimum",
    "lt": "exclusiveMaximum",
}
LONGEST_LIST = 32
LONGEST_NAME = 64
MOST_PAIRS = 200
"""More names and texts than that nobody means; each would have to be read and answered."""
MOST_FAULTS = 20
_DEGREES = r"-?[0-9]{1,3}(\.[0-9]{1,9})?"
_PLUS_LOST = re.compile(r"(T[0-9:.]+) ([0-9]{2}:?[0-9]{2})")
"""In an address a plus means a blank, and many write the zone's as it is."""


def read_number(text: object) -> float:
    """Read a plain decimal number; ValueError says what it must be."""
    number = float(text) if isinstance(text, str) and NUMBER.fullmatch(text) else math.inf
    if not math.isfinite(number):
        raise ValueError("It must be a plain decimal number.")
    return number


def read_whole(text: object) -> int:
    """Read a whole number; ValueError says what it must be."""
    if not isinstance(text, str) or not WHOLE.fullmatch(text):
        raise ValueError("It must be a whole number.")
    return int(text)


def read_flag(text: object) -> bool:
    """Read true or false; ValueError says what it must be."""
    if text not in {"true", "false"}:
        raise ValueError("It must be true or false.")
    return text == "true"


def _slug(text: object) -> str:
    if not isinstance(text, str) or not SLUG.match(text):
        raise ValueError("It must be lower-case letters, digits and _, starting with a letter.")
    return text


def read_moment(text: object) -> datetime:
    """Read a moment, ISO 8601 with a zone, as UTC; ValueError says what it must be."""
    try:
        read = datetime.fromisoformat(_PLUS_LOST.sub(r"\1+\2", str(text)))
    except ValueError:
        raise ValueError("It must be an ISO 8601 time, as 2026-10-01T04:00:00Z.") from None
    if read.tzinfo is None:
        raise ValueError("It needs a time zone: end it in Z, or in +08:00.")
    # Beyond these years the libraries below can't count, and nobody means them.
    if read.year not in YEARS:
        raise ValueError(f"It must lie between the years {YEARS[0]} and {YEARS[-1]}.")
    return read.astimezone(UTC)


def _moment_or_now(text: object) -> datetime | Literal["now"]:
    return NOW if text == NOW else read_moment(text)


def _box(text: object) -> tuple[float, float, float, float]:
    parts = str(text).split(",")
    if len(parts) != 4:
        raise ValueError("It must be four numbers: west,south,east,north.")
    west, south, east, north = map(read_number, parts)
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError("It must be west,south,east,north in decimal degrees, south below north.")
    return west, south, east, north


TIME_SCHEMA = {"type": "string", "format": "date-time"}
BOX_SCHEMA = {
    "type": "string",
    "pattern": f"^{_DEGREES}(,{_DEGREES}){{3}}$",
    "examples": ["112.12,32.03,112.16,32.06"],
}

Number = Annotated[float, BeforeValidator(read_number), Field(allow_inf_nan=False)]
WholeNumber = Annotated[int, BeforeValidator(read_whole)]
Flag = Annotated[bool, BeforeValidator(read_flag)]
Slug = Annotated[
    str,
    BeforeValidator(_slug),
    WithJsonSchema({"type": "string", "pattern": "^[a-z][a-z0-9_]{0,62}$"}),
]
Slugs = Annotated[frozenset[Slug], Field(max_length=LONGEST_LIST)]
Moment = Annotated[datetime, BeforeValidator(read_moment), WithJsonSchema(TIME_SCHEMA)]
MomentOrNow = Annotated[
    datetime | Literal["now"],
    BeforeValidator(_moment_or_now),
    WithJsonSchema({"anyOf": [{"const": NOW}, TIME_SCHEMA]}),
]
Box = Annotated[
    tuple[float, float, float, float], BeforeValidator(_box), WithJsonSchema(BOX_SCHEMA)
]


class Parameters(BaseModel):
    """The parameters of one path; each door has its own."""

    model_config = ConfigDict(frozen=True)


class NoParameters(Parameters):
    """Of a path that takes none."""


Model = TypeVar("Model", bound=Parameters)


def read_parameters(model: type[Model], pairs: Iterable[tuple[str, str]]) -> Model:
    """Read the parameters of a request.

    Parameters
    ----------
    model : type
        Which there are.
    pairs : iterable of (name, text)
        As they stand in the address, in order, repeated names too.

    Raises
    ------
    WrongParameters
        Naming each that is unknown, repeated, missing or wrong; what was sent is not repeated.
    """
    held: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
    known = _known(model)
    for name, text in pairs:
        if name not in known:
            names = ", ".join(known) or "none"
            faults[name[:LONGEST_NAME]] = f"There is no such parameter. Known: {names}."
        elif known[name]:
            texts = held.setdefault(name, [])
            assert isinstance(texts, list)  # noqa: S101 - the branch below never meets a list
            texts.append(text)
        elif name in held:
            faults[name] = "It is given more than once."
        else:
            held[name] = text
    try:
        read = model.model_validate(held)
    except ValidationError as wrong:
        for entry in wrong.errors(include_url=False, include_input=False):
            faults.setdefault(str(entry["loc"][0]), _sentence(entry))
    if faults:
        told = [Fault(name, detail) for name, detail in faults.items()]
        raise WrongParameters(told[:MOST_FAULTS])
    return read


def read_query(model: type[Model], query: bytes) -> Model:
    """Read the parameters of a request from its query, as it came.

    Parameters
    ----------
    model : type
        Which there are.
    query : bytes
        What stands behind the ``?`` of the address.

    Raises
    ------
    WrongParameters
        As `read_parameters` does.
    """
    text = query.decode("latin-1")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PAIRS)
    except ValueError:
        fault = Fault("query", f"It holds more than {MOST_PAIRS} parameters.")
        raise WrongParameters([fault]) from None
    return read_parameters(model, pairs)


def describe_parameters(model: type[Parameters], *, blank_is_none: bool = False) -> dict[str, Any]:
    """Describe a path's parameters for OpenAPI, as FastAPI's ``openapi_extra`` takes it.

    Parameters
    ----------
    model : type
        Which there are.
    blank_is_none : bool
        Whether what is sent blank is the same as not sent. Raises nothing.
    """
    schema = model.model_json_schema()
    required = schema.get("required", [])
    described = []
    for name, entry in schema["properties"].items() if model.model_fields else ():
        described.append(
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "description": entry.get("description", ""),
                "schema": _plain_schema(entry, schema.get("$defs", {})),
                **({"allowEmptyValue": True} if blank_is_none else {}),
            }
        )
    return {"parameters": described}


@cache
def _known(model: type[Parameters]) -> dict[str, bool]:
    """Name a path's parameters, and whether each may be repeated."""
    return {
        name: get_origin(field.annotation) is frozenset
        for name, field in model.model_fields.items()
    }


def _sentence(entry: Mapping[str, Any]) -> str:
    if entry["type"] == "missing":
        return "It is required."
    if entry["type"] == "value_error":
        return str(entry["ctx"]["error"])
    return f"{entry['msg'].replace('Input should', 'It must')}."


def _plain_schema(entry: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Say in JSON Schema's own words what pydantic says in its own, and nothing of None."""
    plain = dict(entry)
    choices = [choice for choice in plain.pop("anyOf", ()) if choice.get("type") != "null"]
    if len(choices) == 1:
        plain = {**choices[0], **plain}
    elif choices:
        plain["anyOf"] = choices
    reference = plain.pop("$ref", None)
    if reference is not None:
        plain = {**named[reference.rpartition("/")[2]], **plain}
    for word in ("title", "description", "uniqueItems"):
        plain.pop(word, None)
    if plain.get("type") == "integer":
        plain.setdefault("le", LARGEST_WHOLE)
    if plain.get("default", 0) in (None, []):
        del plain["default"]
    return {LIMITS.get(key, key): held for key, held in plain.items()}
