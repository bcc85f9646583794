import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Template

from geo_service.maps.escape import as_entities, as_script

PAYLOADS = (
    "${alert(1)}",
    "`+alert(1)+`",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{7*7}}{% for x in y %}{# c #}",
    "\"'\\\n\r\t\u2028\u2029\x00\ud800",
)


@given(st.text())
def test_entities_hold_only_letters_and_digits(text: str) -> None:
    encoded = as_entities(text)
    rest = encoded.replace("&#", "").replace(";", "")
    assert all(letter.isalnum() for letter in rest)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_a_reader_sees_the_text_as_it_was(text: str) -> None:
    assert html.unescape(as_entities(text)) == text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_entities_render_as_themselves_in_a_template(payload: str) -> None:
    encoded = as_entities(payload)
    assert Template(encoded).render() == encoded
    encoded.encode("utf-8")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_script_means_the_same_value(value: object) -> None:
    assert json.loads(as_script(value)) == value


@given(st.lists(st.text()) | st.sampled_from([[payload] for payload in PAYLOADS]))
def test_script_text_can_end_nothing_and_start_nothing(value: list[str]) -> None:
    written = as_script(value)
    assert not set("<>&'`${}\u2028\u2029") & set(written)
    assert Template(written).render() == written


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_script_refuses_what_json_has_no_word_for(number: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        as_script([number])
