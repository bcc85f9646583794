from hypothesis import given
from hypothesis import strategies as st

from geo_service.store.packed import pack_more, pack_set, unpack_more, unpack_set


@given(st.frozensets(st.text()))
def test_sets_come_back(words: frozenset[str]) -> None:
    assert unpack_set(pack_set(words)) == words


@given(st.dictionaries(st.text(), st.text()))
def test_dictionaries_come_back_as_one_of_ones_own(more: dict[str, str]) -> None:
    text = pack_more(more)
    assert unpack_more(text) == more
    assert unpack_more(text) is not unpack_more(text)


def test_text_is_kept_so_that_people_can_read_it() -> None:
    assert pack_set({"热水", "fridge"}) == '["fridge", "热水"]'
    assert pack_more({"面积": "12"}) == '{"面积": "12"}'
    assert pack_more({}) == "{}"
