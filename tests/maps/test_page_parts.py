import pytest

from geo_service.errors import NotFound
from geo_service.maps.page_parts import Parts


def test_a_part_is_made_once_when_it_is_asked_for() -> None:
    made: list[str] = []

    def make() -> str:
        made.append("x")
        return "[1]"

    parts = Parts("/maps/parts/1/")
    assert parts.keep("cards-0", make) == "/maps/parts/1/cards-0"
    assert made == []
    assert parts.text("cards-0") == parts.text("cards-0") == "[1]"
    assert made == ["x"]


def test_a_part_that_is_not_there_says_what_to_do() -> None:
    with pytest.raises(NotFound, match="no such part"):
        Parts("/").text("cards-1")
