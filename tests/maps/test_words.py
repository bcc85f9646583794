from geo_service.domain.facility import Kind
from geo_service.maps.icons import SIGNS
from geo_service.maps.page import LAYERS as DRAWN
from geo_service.maps.palette import KIND_COLOURS
from geo_service.maps.words import CATEGORIES, KINDS, LAYERS, Words, said


def test_every_kind_has_words_a_sign_and_a_colour_of_its_own() -> None:
    for kind in Kind:
        assert KINDS[kind].zh
        assert KINDS[kind].en
        assert kind in SIGNS
    assert len({KIND_COLOURS[kind] for kind in Kind}) == len(Kind)


def test_every_known_category_has_a_sign() -> None:
    assert set(CATEGORIES) <= set(SIGNS)


def test_every_layer_has_words() -> None:
    assert set(LAYERS) == set(DRAWN)


def test_unknown_slug_is_said_as_it_is_written() -> None:
    assert said(KINDS, "repair_shop") == Words("repair shop", "")


def test_words_are_marked_with_their_language_and_escaped() -> None:
    found = Words("积水", "a<b").html
    assert 'lang="zh-Hans">积水<' in found
    assert "a&#60;b" in found
    assert "<b" not in found
