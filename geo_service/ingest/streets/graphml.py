"""A street graph saved as GraphML."""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError  # names only: defusedxml reads  # nosec B405

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse

from geo_service.errors import UnreadableFile
from geo_service.ingest.streets.graph import WGS84, StreetGraph, ways_of
from geo_service.streets.ways import Ways

_SPACE = "{http://graphml.graphdrawing.org/xmlns}"


def read_graphml(path: Path) -> Ways:
    """Read a graph that osmnx (``save_graphml``) or networkx wrote.

    Parameters
    ----------
    path : Path
        Exists and is not empty.

    Raises
    ------
    UnreadableFile
        If it is cut off, is no GraphML, or declares entities.
    RefusedData
        If its nodes have no positions, or it has no edge.
    """
    try:
        root = parse(path).getroot()
    except (ParseError, DefusedXmlException, LookupError, ValueError) as problem:
        raise UnreadableFile(
            f"This is not a whole GraphML file ({problem}).",
            where=path.name,
            remedy="Save the graph again.",
        ) from problem
    graph = None if root is None else root.find(f"{_SPACE}graph")
    if root is None or root.tag != f"{_SPACE}graphml" or graph is None:
        outermost = "nothing" if root is None else root.tag
        raise UnreadableFile(
            f"This is XML, but not GraphML: its outermost element is {outermost!r}.",
            where=path.name,
            remedy="Save the graph with osmnx.save_graphml.",
        )
    names = {key.get("id"): key.get("attr.name", "") for key in root.iter(f"{_SPACE}key")}
    street_graph = StreetGraph(
        nodes={node.get("id"): _said(node, names) for node in graph.iter(f"{_SPACE}node")},
        edges=[
            (edge.get("source"), edge.get("target"), _said(edge, names))
            for edge in graph.iter(f"{_SPACE}edge")
        ],
        crs=str(_said(graph, names).get("crs", WGS84)),
        directed=graph.get("edgedefault") != "undirected",
    )
    return ways_of(street_graph, where=path.name)


def _said(element: Element, names: Mapping[str | None, str]) -> dict[str, Any]:
    """Return an element's data; osmnx writes truth and lists as Python does."""
    return {
        names.get(data.get("key"), ""): _value(data.text or "")
        for data in element.findall(f"{_SPACE}data")
    }


def _value(text: str) -> Any:  # noqa: ANN401 - whatever osmnx had put there
    if text in {"True", "False"}:
        return text == "True"
    if text.startswith("[") and text.endswith("]"):
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError):
            return text
    return text
