import json
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from geo_service.export.open311_document import (
    Document,
    Fields,
    Items,
    Value,
    fields,
    items,
    write_json,
)
from geo_service.export.open311_xml import write_xml

TEXTS = st.text(st.characters(codec=None, categories=("L", "N", "P", "S", "Z", "Cc", "Cs", "Cn")))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
NAMES = st.sampled_from(("code", "lat", "description", "media_url"))


def records(values: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    named = st.lists(st.tuples(NAMES, values), unique_by=lambda pair: pair[0], min_size=1)
    return named.map(lambda pairs: Fields(tuple(pairs))) | st.lists(values).map(
        lambda some: items("value", some)
    )


CONTENTS = records(st.recursive(SCALARS, records, max_leaves=12))


def said(element: Element, told: Value) -> Any:  # noqa: ANN401 - whatever JSON knows
    """Read an element as what it was written from, so that it can be compared with JSON."""
    if isinstance(told, Fields):
        assert [child.tag for child in element] == [name for name, _ in told.pairs]
        return {
            child.tag: said(child, value)
            for child, (_, value) in zip(element, told.pairs, strict=True)
        }
    if isinstance(told, Items):
        assert {child.tag for child in element} <= {told.each}
        return [said(child, value) for child, value in zip(element, told.values, strict=True)]
    text = element.text or ""
    if told is None:
        assert text == ""
        return None
    if isinstance(told, bool):
        return {"true": True, "false": False}[text]
    return text if isinstance(told, str) else type(told)(text)


@given(CONTENTS)
def test_xml_says_what_json_says(content: Fields | Items) -> None:
    finite = not any(abs(number) == float("inf") for number in numbers(content))
    document = Document("root", content)
    if not finite:
        with pytest.raises(ValueError, match="finite"):
            write_xml(document)
        return
    root = fromstring(write_xml(document))
    assert root.tag == "root"
    assert said(root, content) == json.loads(write_json(document))


def numbers(value: Value) -> list[float]:
    if isinstance(value, Fields):
        return [number for _, one in value.pairs for number in numbers(one)]
    if isinstance(value, Items):
        return [number for one in value.values for number in numbers(one)]
    return [value] if isinstance(value, float) else []


def test_it_declares_itself_and_its_encoding() -> None:
    written = write_xml(Document("services", items("service", [])))
    assert written == b'<?xml version="1.0" encoding="UTF-8"?>\n<services></services>'


def test_lists_have_a_name_for_each() -> None:
    document = Document("errors", items("error", [fields(("code", 404), ("description", "站<&>"))]))
    assert (
        write_xml(document)
        .decode()
        .endswith(
            "<errors><error><code>404</code><description>站&lt;&amp;&gt;</description></error></errors>"
        )
    )


def test_truth_is_written_small_and_nothing_is_an_empty_element() -> None:
    told = fields(("required", True), ("variable", False), ("zipcode", None), ("address", ""))
    written = write_xml(Document("r", told)).decode()
    assert written.endswith(
        "<r><required>true</required><variable>false</variable><zipcode/><address/></r>"
    )
