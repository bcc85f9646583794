import numpy as np

from geo_service.features.filters.distinct_texts import alone, over_distinct


def test_each_different_value_is_asked_for_once() -> None:
    asked = []

    def longer(text: str) -> str:
        asked.append(text)
        return text * 2

    values = np.array(["a", "b", "a", "", "b"], np.object_)
    assert over_distinct(values, longer, np.object_).tolist() == ["aa", "bb", "aa", "", "bb"]
    assert sorted(asked) == ["", "a", "b"]


def test_what_is_the_same_for_all_stays_so() -> None:
    told = over_distinct(alone("a\0"), lambda text: text == "a\0", np.bool_)
    assert told.shape == ()
    assert told


def test_a_list_alone_is_one_object() -> None:
    assert alone(("a", "b")).shape == ()
    assert alone(("a", "b"))[()] == ("a", "b")
