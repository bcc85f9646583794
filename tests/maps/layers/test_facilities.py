from collections.abc import Callable
from dataclasses import replace

import pytest

from geo_service.domain.station_use import StationUse
from geo_service.maps.content import MapContent
from geo_service.maps.escape import as_script
from geo_service.maps.folding import fold
from geo_service.maps.layers import facilities as layer
from geo_service.maps.layers.facilities import draw_facilities
from geo_service.maps.view import view_of


def legend(content: MapContent) -> str:
    drawn = draw_facilities(content, view_of(content))
    assert drawn is not None
    return drawn.legend


def test_mark_stands_at_its_place_and_says_whether_it_can_be_used(
    content: MapContent, drawn_data: Callable
) -> None:
    data = drawn_data(content, "facilities", "marks")
    for place, row in zip(content.facilities, data["rows"], strict=True):
        assert row[:2] == [round(place.facility.lat, 6), round(place.facility.lon, 6)]
        expected = {"yes": "solid", "no": "hollow", "unknown": "unsure"}[place.usable]
        assert data["looks"][row[3]] == expected


def test_kind_has_its_sign_and_an_unknown_kind_the_common_one(
    content: MapContent, drawn_data: Callable
) -> None:
    data = drawn_data(content, "facilities", "marks")
    signs = [data["styles"][row[2]][1] for row in data["rows"]]
    assert signs == ["rest_station", "parking_point", "charging_cabinet", "water_point", "facility"]


def test_card_tells_live_state_hours_and_when_it_closes(
    content: MapContent, drawn_data: Callable
) -> None:
    data = drawn_data(content, "facilities", "marks")
    facts = dict(zip(data["labels"], data["rows"][2][6:], strict=True))
    assert facts["可换电池 Charged&#32;batteries"] == 3
    assert facts["空仓位 Empty&#32;slots"] == 2
    assert facts["空余车位 Free&#32;spaces"] is None
    assert facts["当前 Now"] == "开放中 open → 20:00"
    assert "饮水" in facts["配套 Amenities"]
    assert "sofa" in facts["配套 Amenities"]


def test_card_tells_planners_at_which_hours_a_station_is_used(
    content: MapContent, drawn_data: Callable
) -> None:
    hours = tuple({8: 1, 12: 40, 18: 20}.get(hour, 0) for hour in range(24))
    use = StationUse("x", "rest_station", "", 61, 9, hours, (0,) * 7)
    place = replace(content.facilities[0], use=use)
    unused = replace(place, use=replace(use, visits=0, hours=(0,) * 24))
    for shown, visits, told in (
        (place, 61, "0-12 ▁▁▁▁▁▁▁▁▂▁▁▁<br>12-24 █▁▁▁▁▁▅▁▁▁▁▁<br>最多 most 12:00-13:00 (40)"),
        (unused, 0, None),
        (content.facilities[0], None, None),
    ):
        data = drawn_data(replace(content, facilities=[shown]), "facilities", "marks")
        facts = dict(zip(data["labels"], data["rows"][0][6:], strict=True))
        assert (facts["打卡次数 Visits"], facts["按小时 By&#32;hour"]) == (visits, told)


def test_place_without_a_name_bears_its_kind(content: MapContent, drawn_data: Callable) -> None:
    place = content.facilities[0]
    nameless = replace(place, facility=replace(place.facility, name="", name_en=""))
    data = drawn_data(replace(content, facilities=[nameless]), "facilities", "marks")
    assert data["rows"][0][4] == "休息驿站"


def test_change_on_another_day_bears_its_date(content: MapContent, drawn_data: Callable) -> None:
    place = content.facilities[0]
    assert place.opening.changes_at is not None
    later = replace(place.opening, changes_at=place.opening.changes_at.replace(day=3))
    data = drawn_data(
        replace(content, facilities=[replace(place, opening=later)]), "facilities", "marks"
    )
    assert "开放中 open → 10-03 20:00" in data["rows"][0]


def test_legend_counts_each_kind_and_state(content: MapContent) -> None:
    html = legend(content)
    assert html.count('class="gm-figure">1<') == 6
    assert html.count('class="gm-figure">2<') == 2


def test_no_facilities_no_layer(bare: MapContent) -> None:
    assert draw_facilities(bare, view_of(bare)) is None


def test_where_cards_are_too_many_those_of_usable_places_are_kept(
    content: MapContent, drawn_data: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = [row[4:] for row in drawn_data(content, "facilities", "marks")["rows"]]
    monkeypatch.setattr(layer, "MOST_LETTERS", len(fold(as_script(cards))) * 3 // 4)
    data = drawn_data(content, "facilities", "marks")
    assert len(data["rows"]) == len(content.facilities), "every mark is drawn"
    looks = [data["looks"][row[3]] for row in data["rows"] if row[4] is not None]
    assert 0 < len(looks) < len(content.facilities)
    assert "solid" in looks
    assert "unsure" not in looks
