"""Open311 answers as XML 1.0 in UTF-8, without namespaces, as the standard has it."""

import math
from collections.abc import Iterator

from geo_service.export.open311_document import Document, Fields, Items, Value
from geo_service.export.xml_text import xml_text

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def write_xml(document: Document) -> bytes:
    """Write an answer as XML.

    Parameters
    ----------
    document : Document
        What is not known (None) and what is blank becomes an empty element.

    Raises
    ------
    ValueError
        If a number in it is not finite.
    """
    pieces = _element(document.root, document.content)
    return (DECLARATION + "".join(pieces)).encode()


def _element(name: str, value: Value) -> Iterator[str]:
    if isinstance(value, Fields):
        yield f"<{name}>"
        for inner, one in value.pairs:
            yield from _element(inner, one)
        yield f"</{name}>"
    elif isinstance(value, Items):
        yield f"<{name}>"
        for one in value.values:
            yield from _element(value.each, one)
        yield f"</{name}>"
    else:
        text = _text(value)
        yield f"<{name}>{text}</{name}>" if text else f"<{name}/>"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return xml_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("A number that is not finite can't be written.")
    return repr(value)
