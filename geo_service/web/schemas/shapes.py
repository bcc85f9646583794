"""JSON Schemas put together from few words, and an example made of each.

A schema with a title becomes a component of the OpenAPI document under that title; leaves bear an
example each, of which the examples of whole answers are made.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]
A_TIME = "2026-10-01T04:00:00Z"


def text(description: str, example: str = "", **words: Any) -> Schema:  # noqa: ANN401 - JSON
    """Describe a text; ``words`` are more of JSON Schema's. Raises nothing."""
    return {"type": "string", "description": description, "examples": [example], **words}


def number(description: str, example: float = 0.0, **words: Any) -> Schema:  # noqa: ANN401 - as above
    """Describe a number; raises nothing."""
    return {"type": "number", "description": description, "examples": [example], **words}


def whole(description: str, example: int = 0, **words: Any) -> Schema:  # noqa: ANN401 - as above
    """Describe a whole number of 0 or more; raises nothing."""
    told = {"type": "integer", "minimum": 0, "description": description, "examples": [example]}
    return {**told, **words}


def truth(description: str, *, example: bool = True) -> Schema:
    """Describe what is true or false; raises nothing."""
    return {"type": "boolean", "description": description, "examples": [example]}


def moment(description: str, example: str = A_TIME) -> Schema:
    """Describe a time, ISO 8601 with a zone; raises nothing."""
    return text(description, example, format="date-time")


def choice(description: str, options: Sequence[str], title: str = "") -> Schema:
    """Describe one of some words; with a title it is an enumeration of its own. Raises nothing."""
    told: Schema = {"type": "string", "enum": [str(one) for one in options]}
    if title:
        return {"title": title, **told, "description": description}
    return {**told, "description": description, "examples": [str(options[0])]}


def fixed(value: str) -> Schema:
    """Describe a word that is always the same; raises nothing."""
    return {"type": "string", "const": value}


def or_null(schema: Schema) -> Schema:
    """Let null be said in place of something; raises nothing."""
    if "title" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def several(items: Schema, description: str = "", **words: Any) -> Schema:  # noqa: ANN401 - as above
    """Describe a list; raises nothing."""
    told = {"description": description} if description else {}
    return {"type": "array", "items": items, **told, **words}


def record(
    title: str,
    members: Mapping[str, Schema],
    optional: Mapping[str, Schema] | None = None,
    description: str = "",
) -> Schema:
    """Describe an object with certain members and no others.

    Parameters
    ----------
    title : str
        Its name as a component, in CamelCase; blank: it has none.
    members, optional : mapping of str to Schema
        Those that are always there, and those that may be. Raises nothing.
    description : str
        What it stands for.
    """
    return {
        **({"title": title} if title else {}),
        "type": "object",
        **({"description": description} if description else {}),
        "required": list(members),
        "properties": {**members, **(optional or {})},
        "additionalProperties": False,
    }


def dictionary(values: Schema, description: str, example: Mapping[str, object]) -> Schema:
    """Describe an object whose members are named by what is there; raises nothing."""
    return {
        "type": "object",
        "description": description,
        "additionalProperties": values,
        "examples": [dict(example)],
    }


def example_of(schema: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Make an example of what a schema describes.

    Parameters
    ----------
    schema : mapping
        One made by the functions here.

    Returns
    -------
    JSON value
        Valid if the examples of its leaves are.

    Raises
    ------
    KeyError
        If a part of it has neither an example nor a type.
    """
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    for several_of in ("oneOf", "anyOf"):
        if several_of in schema:
            return example_of(schema[several_of][0])
    if schema["type"] == "object":
        members = schema.get("properties", {})
        return {name: example_of(member) for name, member in members.items()}
    if schema["type"] == "array":
        return [example_of(schema["items"])]
    simplest = {"string": "", "number": 0.0, "integer": 0, "boolean": True, "null": None}
    return simplest[schema["type"]]
