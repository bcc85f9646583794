"""Schemas in the words of OpenAPI 3.0, which knows no nulls, no constants and one example."""

from typing import Any

_MAPS_OF_SCHEMAS = frozenset({"properties", "schemas"})
_NOT_LOOKED_INTO = frozenset({"example", "default", "enum", "required"})
_ONLY_NULL = {"type": "object", "nullable": True, "enum": [None]}


def in_openapi_30(told: Any) -> Any:  # noqa: ANN401 - JSON
    """Say what a part of an OpenAPI 3.1 document says as 3.0 has it.

    Parameters
    ----------
    told : JSON value
        Made of `web/schemas`; of JSON Schema's later words it uses only those named above.

    Returns
    -------
    JSON value
        What was given stays as it is. Raises nothing.
    """
    if isinstance(told, list):
        return [in_openapi_30(one) for one in told]
    if not isinstance(told, dict):
        return told
    if told.get("type") == "null":
        return dict(_ONLY_NULL)
    said: dict[str, Any] = {}
    for key, value in told.items():
        said |= _member(key, value)
    return said


def _member(key: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    if key in _NOT_LOOKED_INTO:
        # A list of what must be there is never empty in 3.0.
        return {} if (key, value) == ("required", []) else {key: value}
    if key == "const":
        return {"enum": [value]}
    if key == "examples" and isinstance(value, list):
        return {"example": value[0]}
    if key == "type" and isinstance(value, list):
        (kind,) = (one for one in value if one != "null")
        return {"type": kind, "nullable": True}
    if key in _MAPS_OF_SCHEMAS and isinstance(value, dict):
        return {key: {name: in_openapi_30(one) for name, one in value.items()}}
    return {key: in_openapi_30(value)}
