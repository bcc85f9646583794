"""Stretches are joined where a rider has nothing to do between them."""

from collections.abc import Sequence
from typing import TypeAlias

import pytest

from geo_service.streets.legs import Leg, Stretch, join_stretches

Drawn: TypeAlias = tuple[str, float, float]
"""A name, metres, and a heading."""

EAST, NORTH, WEST, SOUTH = 90.0, 0.0, -90.0, 180.0


def stretch(name: str, metres: float, heading: float, name_en: str = "") -> Stretch:
    return Stretch(name, name_en, "road", round(metres * 1000), 1, heading, heading, 0.0, 0.0)


def legs_of(*drawn: Drawn) -> list[Leg]:
    return join_stretches([stretch(*each) for each in drawn])


def told(legs: Sequence[Leg]) -> list[tuple[str, float]]:
    return [(leg.called, leg.length_m) for leg in legs]


def test_street_that_keeps_its_name_is_one_leg() -> None:
    legs = legs_of(("A", 100, EAST), ("A", 50, EAST + 30), ("A", 60, EAST - 10), ("B", 70, EAST))
    assert told(legs) == [("A", 210), ("B", 70)]


@pytest.mark.parametrize(("bend", "legs"), [(54.5, 1), (-54.5, 1), (55.5, 2), (-55.5, 2), (179, 2)])
def test_bend_of_a_named_street_is_told_if_it_is_a_turn(bend: float, legs: int) -> None:
    assert len(legs_of(("A", 100, EAST), ("A", 100, EAST + bend))) == legs


@pytest.mark.parametrize(("bend", "legs"), [(39.5, 1), (-39.5, 1), (40.5, 2), (-40.5, 2)])
def test_nameless_streets_are_joined_while_going_on(bend: float, legs: int) -> None:
    assert len(legs_of(("", 100, EAST), ("", 100, EAST + bend))) == legs


def test_bends_are_measured_across_north() -> None:
    assert len(legs_of(("A", 100, 170.0), ("A", 100, -170.0))) == 1


def test_name_in_another_language_alone_is_a_name() -> None:
    both = [stretch("", 50, EAST, "First"), stretch("", 50, EAST, "Second")]
    assert told(join_stretches(both)) == [("First", 50), ("Second", 50)]
    half = [stretch("一", 50, EAST), stretch("一", 50, EAST, "First")]
    assert told(join_stretches(half)) == [("一", 100)]


@pytest.mark.parametrize("following", ["A", "B"])
def test_nameless_gap_straight_on_belongs_to_the_street_behind_it(following: str) -> None:
    legs = legs_of(("A", 200, EAST), ("", 100, EAST + 10), (following, 300, EAST))
    assert told(legs) == ([("A", 600)] if following == "A" else [("A", 200), ("B", 400)])
    assert len(legs_of(("A", 200, EAST), ("", 100.5, EAST), (following, 300, EAST))) == 3


def test_gap_before_a_turn_or_behind_it_is_part_of_the_turn() -> None:
    for gap in (EAST, NORTH):
        legs = legs_of(("A", 200, EAST), ("", 30, gap), ("B", 300, NORTH))
        assert told(legs) == [("A", 200), ("B", 330)]
        assert legs[0].turned_to(legs[1]) == -90.0
        assert len(legs_of(("A", 200, EAST), ("", 30.5, gap), ("B", 300, NORTH))) == 3


@pytest.mark.parametrize("gap", ["", "C"])
def test_two_turns_to_one_hand_back_into_the_street_are_a_u_turn(gap: str) -> None:
    legs = legs_of(("A", 200, EAST), (gap, 30, NORTH), ("A", 300, WEST))
    assert told(legs) == [("A", 200), ("A", 330)]
    assert abs(legs[0].turned_to(legs[1])) == 180.0
    assert len(legs_of(("A", 200, EAST), (gap, 30, NORTH), ("B", 300, WEST))) == 3
    assert len(legs_of(("A", 200, EAST), (gap, 30.5, NORTH), ("A", 300, WEST))) == 3
    for bend, count in ((124.5, 3), (125.5, 2)):
        assert len(legs_of(("A", 200, EAST), ("C", 30, NORTH), ("A", 300, EAST - bend))) == count


def test_two_bends_to_one_hand_over_a_gap_are_one_turn() -> None:
    legs = legs_of(("A", 200, EAST), ("", 30, EAST - 60), ("B", 300, EAST - 120))
    assert told(legs) == [("A", 200), ("B", 330)]
    assert len(legs_of(("A", 200, EAST), ("C", 30, EAST - 60), ("A", 300, EAST - 120))) == 3


def test_left_and_then_right_are_two_turns() -> None:
    assert len(legs_of(("A", 200, EAST), ("", 25, NORTH), ("B", 300, EAST))) == 3
    assert len(legs_of(("A", 200, EAST), ("", 25, NORTH), ("A", 300, EAST))) == 3


def test_named_street_between_two_others_is_told() -> None:
    assert len(legs_of(("A", 200, EAST), ("C", 20, EAST), ("B", 300, EAST))) == 3


def test_nameless_street_behind_a_gap_keeps_its_turn() -> None:
    assert len(legs_of(("A", 200, EAST), ("", 20, EAST - 50), ("", 300, EAST - 100))) == 3


@pytest.mark.parametrize("slight", ["", "C"])
def test_leg_of_a_few_metres_is_never_told(slight: str) -> None:
    assert told(legs_of(("A", 90, EAST), (slight, 12, NORTH), ("", 80, EAST))) == [
        ("A", 90),
        ("", 92),
    ]
    assert told(legs_of(("A", 90, EAST), (slight, 12, NORTH), ("A", 80, EAST))) == [("A", 182)]
    assert told(legs_of((slight, 12, NORTH), ("A", 80, EAST))) == [("A", 92)]
    assert told(legs_of(("A", 80, EAST), (slight, 12, NORTH))) == [("A", 92)]
    assert told(legs_of((slight, 12, NORTH))) == [(slight, 12)]
    assert len(legs_of((slight, 12.5, NORTH), ("A", 80, EAST), (slight, 12.5, NORTH))) == 3


def test_headings_are_those_of_the_street_not_of_its_gaps() -> None:
    first, second = legs_of(("", 11, SOUTH), ("A", 80, EAST), ("B", 50, NORTH), ("", 11, WEST))
    assert (first.street[0].after, second.street[-1].before) == (EAST, NORTH)


def test_every_stretch_is_in_one_leg() -> None:
    names, headings, lengths = ("A", "", "B", ""), (0.0, 50.0, 100.0, -90.0), (8, 28, 60)
    drawn = [
        stretch(names[(n * 7 + n // 5) % 4], lengths[n % 3], headings[(n * 3 + n // 4) % 4])
        for n in range(200)
    ]
    assert [each for leg in join_stretches(drawn) for each in leg.stretches] == drawn
    assert join_stretches([]) == []
