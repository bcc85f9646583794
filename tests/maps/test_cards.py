import json

import numpy as np
import pytest

from geo_service.maps import cards
from geo_service.maps.cards import Cards
from geo_service.maps.escape import as_script
from geo_service.maps.folding import fold
from geo_service.maps.page_parts import Parts

ROWS = 5


def table(first: list[int], most_letters: int = 10_000) -> Cards:
    return Cards(lambda row: [f"title {row}", ""], np.array(first), most_letters)


def test_few_cards_stand_in_the_page_in_the_order_of_the_rows() -> None:
    settled = table([3, 1, 0, 2, 4]).settle("marks", None)
    assert settled["rows"] == [[f"title {row}", ""] for row in range(ROWS)]


def test_of_many_only_the_most_important_fit() -> None:
    one = len(fold(as_script([["title 3", ""]])))
    rows = table([3, 1, 0, 2, 4], one).settle("marks", None)["rows"]
    assert isinstance(rows, list)
    assert rows[3] == ["title 3", ""]
    assert rows.count(None) == ROWS - 1


def test_a_page_that_can_ask_gets_all_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "CHUNK", 2)
    parts = Parts("/p/")
    settled = table([3, 1, 0, 2, 4], 0).settle("marks", parts)
    assert settled.pop("bare")
    assert settled == {"size": 2, "chunks": ["/p/marks-0", "/p/marks-1", "/p/marks-2"]}
    asked = [json.loads(parts.text(f"marks-{chunk}")) for chunk in range(3)]
    assert [row for rows in asked for row in rows] == [[f"title {row}", ""] for row in range(ROWS)]


def test_a_page_that_can_ask_holds_all_of_few() -> None:
    settled = table([1, 0], 0).settle("marks", Parts("/p/"))
    assert settled["rows"] == [["title 0", ""], ["title 1", ""]]
