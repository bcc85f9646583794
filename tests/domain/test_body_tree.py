from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.area import Body, Level
from geo_service.domain.body_tree import circle_among, parent_of, stands_above, top_body

IDS = st.sampled_from("abcdef")


def body(body_id: str, parent_id: str = "", level: Level = Level.COMMUNITY) -> Body:
    return Body(body_id, body_id, level, parent_id=parent_id)


CHAIN = {one.body_id: one for one in (body("a"), body("b", "a"), body("c", "b"), body("d", "x"))}


def test_a_parent_is_found_where_there_is_one() -> None:
    assert parent_of("c", CHAIN) == CHAIN["b"]
    assert parent_of("a", CHAIN) is None
    assert parent_of("", CHAIN) is None
    assert parent_of("gone", CHAIN) is None
    assert parent_of("d", CHAIN) is None


def test_above_stand_parents_and_their_parents() -> None:
    above = {(one, other) for one in CHAIN for other in CHAIN if stands_above(one, other, CHAIN)}
    assert above == {("a", "b"), ("a", "c"), ("b", "c")}


def test_the_top_body_has_no_parent() -> None:
    assert top_body(CHAIN.values()) == CHAIN["a"]
    assert top_body([]) is None


def test_of_several_the_highest_level_is_the_top_then_the_smaller_id() -> None:
    high, also = body("z", level=Level.STREET_COMMITTEE), body("y", level=Level.STREET_COMMITTEE)
    low = body("a", level=Level.BUSINESS_DISTRICT_COMMITTEE)
    assert top_body([low, high]) == high
    assert top_body([low, high, also]) == also


def test_the_levels_stand_from_the_top_down() -> None:
    tops = [body("z", level=level) for level in Level]
    assert top_body(reversed(tops)) == tops[0]


def test_a_circle_is_named_from_its_smallest_id_on() -> None:
    assert circle_among({"a": "z", "z": "c", "c": "b", "b": "z"}) == ("b", "z", "c")
    assert circle_among({"a": "a"}) == ("a",)
    assert circle_among({"a": "", "b": "gone"}) == ()


@given(parents=st.dictionaries(IDS, st.one_of(st.just(""), IDS)))
def test_a_circle_is_found_exactly_if_somebody_stands_above_himself(
    parents: dict[str, str],
) -> None:
    def after(at: str, steps: int) -> str:
        for _ in range(steps):
            at = parents.get(at, "")
        return at

    in_circles = {one for one in parents if any(after(one, n) == one for n in range(1, 7))}
    circle = circle_among(parents)
    assert bool(circle) == bool(in_circles)
    assert set(circle) <= in_circles
    assert [parents[one] for one in circle] == [*circle[1:], *circle[:1]]
    assert not circle or circle[0] == min(circle)
