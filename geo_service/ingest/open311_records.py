"""Service requests as another Open311 server wrote them, JSON or XML, as plain records."""

import json
import reprlib
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError  # names only: defusedxml reads  # nosec B405

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from geo_service.errors import UnreadableFile
from geo_service.ingest.files.text import read_bytes

_LISTS = ("service_requests", "requests")
"""Where some servers put the list that the standard has by itself."""
_REMEDY = "An Open311 answer is a list of service requests, in JSON or XML."


def read_records(content: bytes, file: str) -> list[Any]:
    """Read the service requests of an answer, whichever of the two formats it is in.

    Parameters
    ----------
    content : bytes
        As the server sent it.
    file : str
        How errors name it.

    Returns
    -------
    list
        Of each request its fields by name; what is no record stays as it is, to be refused later.

    Raises
    ------
    UnreadableFile
        If it is neither, is cut off, declares entities, or tells of errors instead.
    """
    plain = content.removeprefix(b"\xef\xbb\xbf").strip()
    if not plain:
        raise UnreadableFile("It is empty.", where=file)
    return _of_xml(plain, file) if plain.startswith(b"<") else _of_json(plain, file)


def saved_records(path: Path) -> list[Any]:
    """Read the service requests of an answer that was saved.

    Raises
    ------
    UnreadableFile
        If it is not there, is empty, or as `read_records` says.
    """
    return read_records(read_bytes(path), path.name)


def _of_json(content: bytes, file: str) -> list[Any]:
    try:
        document = json.loads(content.decode())
        if b"\\ud" in content.lower():
            # Half a character, written as an escape, could be stored nowhere.
            json.dumps(document, ensure_ascii=False).encode()
    except json.JSONDecodeError as problem:
        raise UnreadableFile(
            f"It is neither JSON nor XML, or is cut off (line {problem.lineno}, column "
            f"{problem.colno}: {problem.msg}).",
            where=file,
            remedy=_REMEDY,
        ) from problem
    except (RecursionError, ValueError) as problem:
        raise UnreadableFile(
            "It is no text in UTF-8, is nested too deeply, or holds half a character.",
            where=file,
            remedy=_REMEDY,
        ) from problem
    records = document
    if isinstance(document, dict):
        records = next((document[name] for name in _LISTS if name in document), None)
    if not isinstance(records, list):
        raise UnreadableFile("It is JSON, but no list.", where=file, remedy=_REMEDY)
    _check_no_errors(records, file)
    return records


def _of_xml(content: bytes, file: str) -> list[Any]:
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as problem:
        raise UnreadableFile(
            f"It is no whole XML ({_named(problem)}).", where=file, remedy=_REMEDY
        ) from problem
    records = [_fields(element) for element in root]
    name = _local(root.tag)
    if name == "errors":
        _check_no_errors(records, file)
    if name not in _LISTS:
        raise UnreadableFile(
            f"It is XML, but not of Open311: its outermost element is {reprlib.repr(name)}.",
            where=file,
            remedy=_REMEDY,
        )
    return list(records)


def _fields(element: Element) -> dict[str, str]:
    return {_local(child.tag): (child.text or "").strip() for child in element}


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _named(problem: Exception) -> str:
    if isinstance(problem, DefusedXmlException):
        return "it declares a document type, which can hide an entity bomb"
    return str(problem)


def _check_no_errors(records: list[Any], file: str) -> None:
    """Say what the other server said was wrong."""
    told = [one for one in records if isinstance(one, dict) and "service_request_id" not in one]
    errors = [one for one in told if "code" in one and "description" in one]
    if errors and len(errors) == len(records):
        first = reprlib.repr(errors[0]["description"])
        raise UnreadableFile(f"It tells of an error ({errors[0]['code']}): {first}.", where=file)
