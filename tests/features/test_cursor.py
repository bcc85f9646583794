import json
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.features.columns import Kind
from geo_service.features.cursor import LONGEST, read_cursor, write_cursor
from geo_service.features.order import After

ORDERED = [Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.FLAG, Kind.MOMENT]
texts = st.text(max_size=30)
values = st.tuples(
    st.none() | texts,
    st.none() | st.integers(-(2**53), 2**53),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.booleans(),
    st.none() | st.integers(-(2**53), 2**53),
)


@given(values, texts)
def test_a_cursor_is_read_back(ended: tuple[None, ...], feature_id: str) -> None:
    end = After(ended, feature_id)
    text = write_cursor(end)
    assert text.isascii()
    assert not set(text) & set("+/=&?# ")
    assert read_cursor(text, ORDERED) == end


@given(st.text(max_size=60))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="It"):
        read_cursor(text, [Kind.TEXT, Kind.FLAG, Kind.TEXT])


@pytest.mark.parametrize(
    ("held", "kinds"),
    [
        (["a"], [Kind.TEXT]),
        (["a", "b", "c"], [Kind.TEXT]),
        ([1, "b"], [Kind.TEXT]),
        ([True, "b"], [Kind.INTEGER]),
        ([1, "b"], [Kind.FLAG]),
        ([1.5, "b"], [Kind.MOMENT]),
        ([[], "b"], [Kind.TEXT]),
        (["a", 4], [Kind.TEXT]),
        ({"a": 1}, [Kind.TEXT]),
    ],
)
def test_a_cursor_of_another_order_is_refused(held: object, kinds: list[Kind]) -> None:
    text = urlsafe_b64encode(json.dumps(held).encode()).decode().rstrip("=")
    with pytest.raises(ValueError, match="another order"):
        read_cursor(text, kinds)


@pytest.mark.parametrize("text", ["[" * 3_000, "x" * (LONGEST + 1), "WzFlOTk5LCJiIl0", "WwAA"])
def test_attacks_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="It"):
        read_cursor(text, [Kind.NUMBER])


def test_deep_nesting_is_refused() -> None:
    text = urlsafe_b64encode(("[" * 2_900).encode()).decode()
    with pytest.raises(ValueError, match="It"):
        read_cursor(text, [Kind.NUMBER])
