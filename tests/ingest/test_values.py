import pytest

from geo_service.ingest.values import (
    category_reason,
    count_of,
    id_reason,
    long_name_reason,
    long_text_reason,
    made_id,
    positive_of,
    shown,
    slug_of,
    truth_of,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("a;b", ["a", "b"]),
        (" a , b |c", ["a", "b", "c"]),
        ("空调、冰箱；微波炉，药箱", ["空调", "冰箱", "微波炉", "药箱"]),
        ('["a", "b c"]', ["a", "b c"]),
        ("[a; b", ["[a", "b"]),
        ("[" * 5000, ["[" * 5000]),
    ],
)
def test_lists(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Drinking Water", "drinking_water"),
        ("\uff37\uff49-Fi!", "wi_fi"),
        ("空调", "空调"),
        ("--", ""),
    ],
)
def test_slugs(text: str, slug: str) -> None:
    assert slug_of(text) == slug


def test_counts() -> None:
    assert [count_of(text, 5) for text in ("", "3", "4.0", "0", "5")] == [None, 3, 4, 0, 5]
    for wrong in ("-1", "1.5", "x", "nan", "inf"):
        with pytest.raises((ValueError, OverflowError)):
            count_of(wrong, 5)


def test_positive_numbers() -> None:
    assert [positive_of(text, 5.0) for text in ("0.5", "5", "1e-3")] == [0.5, 5.0, 0.001]
    for wrong in ("", "x", "0", "-1", "5.01", "nan", "inf"):
        with pytest.raises(ValueError, match=wrong or "could not convert"):
            positive_of(wrong, 5.0)


def test_truth() -> None:
    assert truth_of("True", blank=False)
    assert truth_of("是", blank=False)
    assert not truth_of("0", blank=True)
    assert truth_of("", blank=True)
    assert not truth_of("", blank=False)
    with pytest.raises(ValueError, match="perhaps"):
        truth_of("perhaps", blank=True)


def test_a_made_id_depends_on_every_part_and_a_millionth_of_a_degree() -> None:
    one = made_id("f", "a", "b", lon=112.0, lat=32.0)
    assert one == made_id("f", "a", "b", lon=112.0000002, lat=31.9999998)
    others = {
        made_id("f", "ab", "", lon=112.0, lat=32.0),
        made_id("f", "a", "b", lon=112.000001, lat=32.0),
        made_id("f", "a", "b", lon=112.0, lat=32.000001),
        made_id("i", "a", "b", lon=112.0, lat=32.0),
    }
    assert len(others | {one}) == 5
    assert made_id("f", lon=-0.0000001, lat=0.0) == made_id("f", lon=0.0, lat=0.0)


def test_a_text_of_ten_thousand_characters_is_long_enough() -> None:
    assert long_text_reason({"name": "x", "note": "x" * 10_000}) == ""
    assert long_text_reason({"name": "x", "note": "x" * 10_001}) == (
        "Its note has 10,001 characters; 10,000 are allowed. Shorten it, or look for a quotation "
        "mark that is not closed."
    )


def test_names_ids_and_categories_that_can_be_none() -> None:
    assert long_name_reason({"name": "水" * 200, "group": ""}) == ""
    reason = long_name_reason({"name": "a", "group": "水" * 1201})
    assert reason == "Its group has 1,201 characters; 200 are allowed."
    assert id_reason("a" * 200) == ""
    assert id_reason("a" * 201, "code") == "Its code is longer than 200 characters."
    assert id_reason("a\u200b") == "Its id holds characters that can't be printed."
    assert category_reason("道路 破损") == ""
    assert category_reason("") == "It says no category."
    assert category_reason("*").startswith("Its category is '*', which stands for all others")
    assert category_reason("a\nb") == "Its category holds characters that can't be printed."


def test_what_a_cell_says_is_shown_as_far_as_there_is_room() -> None:
    assert shown("a'b") == repr("a'b")
    assert shown("x" * 60) == repr("x" * 60)
    assert shown("x" * 61) == repr("x" * 60 + "...")
