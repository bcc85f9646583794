"""``GET /openapi.json``: the document that FastAPI makes, put in order for other people's tools.

Whatever schema bears a title becomes a component under that title, wherever a door wrote it down;
an operation is called what its function is called, so clients that are made of the document read
like the program.
"""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from geo_service.web.descriptions import RULES
from geo_service.web.schemas.shapes import example_of

UNREAD = "HTTPValidationError"
COMPONENT = "#/components/schemas/"
TITLE = re.compile(r"[A-Z][A-Za-z0-9]*")
LICENSE = {"name": "Apache 2.0", "identifier": "Apache-2.0"}
CONTACT = {"name": "Whoever runs this service"}
SERVERS = [{"url": "/", "description": "This server."}]
TAGS: Mapping[str, str] = {
    "facilities": "Places that serve riders: the nearest, one, and what its operator reports.",
    "routes": "A planned route and the issues along it.",
    "issues": "What is wrong on the way, and its life from its report to its end.",
    "photos": "Pictures of issues.",
    "open311": "Open311 GeoReport v2, in JSON and XML.",
    "tasks": "Questions to riders, whether an issue is still there.",
    "credits": "A rider's points, what they are taken for, and vouchers.",
    "traces": "A rider's own trips, and the consent to having them kept.",
    "check-ins": "A rider's visits to stations.",
    "stations": "Stations: their pages, and how much they are used.",
    "teams": "Volunteer teams.",
    "overlay": "Where trips pass issues; for analysts.",
    "releases": "What everybody may know of trips.",
    "ogc": "OGC API - Features: the collections, by place, time, property and filter.",
    "files": "Whole collections as files.",
    "tiles": "The city as vector tiles, for maps that draw them.",
    "gbfs": "GBFS 3.0: charging cabinets for trip planners.",
    "maps": "Maps drawn by the caller's rights.",
    "rider": "The rider's page, and what it is made of.",
    "reports": "The report page, and pages of reports.",
    "desk": "The staff's pages.",
    "keys": "The page that keeps a key in a browser.",
    "health": "Probes.",
    "problems": "What the types of problems mean.",
}
"""Every group of operations, in the order in which they are shown."""
_MAPS_OF_SCHEMAS = frozenset({"properties", "patternProperties", "$defs"})
_NOT_LOOKED_INTO = frozenset({"example", "examples", "default", "const", "enum", "required", RULES})


def operation_id(route: APIRoute) -> str:
    """Call an operation what its function is called. Raises nothing."""
    return route.name


class DescribedApp(FastAPI):
    """An app whose document other people's linters, generators and fuzzers can read."""

    def openapi(self) -> dict[str, Any]:
        """Return the document; it is made when it is first asked for."""
        if self.openapi_schema is None:
            self.openapi_schema = put_in_order(
                complete(
                    get_openapi(
                        title=self.title,
                        version=self.version,
                        description=self.description,
                        routes=self.routes,
                        tags=[{"name": name, "description": told} for name, told in TAGS.items()],
                        servers=SERVERS,
                        contact=CONTACT,
                        license_info=LICENSE,
                    )
                )
            )
        return self.openapi_schema


def put_in_order(document: Mapping[str, Any]) -> dict[str, Any]:
    """Put each schema that bears a title among the components, once.

    Parameters
    ----------
    document : mapping
        An OpenAPI 3.1 document.

    Returns
    -------
    dict
        The same with references in place of these schemas; without components that nothing
        refers to. Schemas of parameters stay where they are.

    Raises
    ------
    ValueError
        If two different schemas bear the same title.
    """
    components: dict[str, Any] = {}
    ordered: dict[str, Any] = {
        key: _put(value, components, titled=key == "paths")
        for key, value in document.items()
        if key != "components"
    }
    others = {
        key: value for key, value in document.get("components", {}).items() if key != "schemas"
    }
    ordered["components"] = {**others, "schemas": dict(sorted(components.items()))}
    return ordered


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Put an example to each answer, and leave out what no door says.

    FastAPI leaves nulls out of examples. It describes an answer 422 of its own for each path that
    has a parameter; doors read theirs themselves.

    Parameters
    ----------
    document : dict
        Changed, and returned. Raises nothing of its own.
    """
    for operations in document["paths"].values():
        for operation in operations.values():
            if UNREAD in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
            for answer in operation["responses"].values():
                for media_type, content in answer.get("content", {}).items():
                    if media_type.endswith("json") and "schema" in content:
                        content.setdefault("example", example_of(content["schema"]))
    return document


def _put(value: Any, components: dict[str, Any], *, titled: bool) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        return [_put(one, components, titled=titled) for one in value]
    if not isinstance(value, dict):
        return value
    if titled and "in" in value and "name" in value:
        return _parameter(value)
    named = value.get("$defs", {})
    if named:
        value = _inline({key: one for key, one in value.items() if key != "$defs"}, named)
    put = {key: _put_member(key, one, components, titled=titled) for key, one in value.items()}
    title = put.get("title")
    if not titled or not isinstance(title, str) or not TITLE.fullmatch(title):
        return put
    if components.setdefault(title, put) != put:
        raise ValueError(f"Two schemas are called {title}.")
    return {"$ref": f"{COMPONENT}{title}"}


def _put_member(key: str, value: Any, components: dict[str, Any], *, titled: bool) -> Any:  # noqa: ANN401
    if key in _NOT_LOOKED_INTO:
        return value
    if key in _MAPS_OF_SCHEMAS:
        return {name: _put(one, components, titled=titled) for name, one in value.items()}
    return _put(value, components, titled=titled)


def _parameter(parameter: Mapping[str, Any]) -> dict[str, Any]:
    """Leave the title out that FastAPI makes of a parameter's name."""
    schema = {key: one for key, one in parameter["schema"].items() if key != "title"}
    return {**parameter, "schema": schema}


def _inline(value: Any, named: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Put what pydantic defines beside a schema where the schema refers to it."""
    if isinstance(value, list):
        return [_inline(one, named) for one in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref", "")
    if reference.startswith("#/$defs/"):
        return _inline(named[reference.rpartition("/")[2]], named)
    return {key: _inline(one, named) for key, one in value.items()}
