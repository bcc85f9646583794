from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geo_service.domain.offer import Offer
from geo_service.errors import MissingColumn, WrongUsage
from geo_service.ingest.offers import read_offers

Write = Callable[[str, str | bytes], Path]
MAY = datetime(2027, 5, 1, 4, tzinfo=UTC)
HEAD = "offer_id,name,name_en,provider,facility_id,points,stock,until,note\n"


def test_offers_of_stations_and_shops(write: Write) -> None:
    text = HEAD + (
        "meal,热饭,Hot meal,工会,station-1,30,100,2027-05-01T12:00:00+08:00,示意\n"
        "haircut,理发,,,,35.0,,,\nnone-left,雨衣,,,,5,0,,\n"
    )
    batch = read_offers(write("o.csv", text.encode("utf-8-sig")))
    assert batch.records == [
        Offer("meal", "热饭", "Hot meal", "工会", "station-1", 30, 100, MAY),
        Offer("haircut", "理发", "", "", "", 35),
        Offer("none-left", "雨衣", "", "", "", 5, 0),
    ]
    assert (batch.refusals, batch.warnings) == ((), ())


def test_table_as_a_chinese_spreadsheet_saves_it(write: Write) -> None:
    path = write("o.csv", (HEAD + "a,雨衣,,,,60,,,\n").encode("gb18030"))
    batch = read_offers(path)
    assert [one.name for one in batch.records] == ["雨衣"]
    assert batch.warnings == ("o.csv is not UTF-8; it was read as GB18030 (Chinese).",)


def test_columns_may_be_named_otherwise(write: Write) -> None:
    path = write("o.csv", "编号,名称,积分\na,雨衣,60\n")
    columns = {"offer_id": "编号", "name": "名称", "points": "积分"}
    assert read_offers(path, columns=columns).records == [Offer("a", "雨衣", "", "", "", 60)]
    with pytest.raises(MissingColumn, match=r"There is no column 'offer_id', 'name', 'points'"):
        read_offers(path)


def test_a_time_without_a_zone_needs_one(write: Write) -> None:
    path = write("o.csv", HEAD + "a,雨衣,,,,60,,2027-05-01 12:00,\n")
    (refusal,) = read_offers(path).refusals
    assert refusal.reason.startswith("Its until '2027-05-01 12:00' bears no time zone: ")
    (offer,) = read_offers(path, time_zone="Asia/Shanghai").records
    assert offer.until == MAY
    with pytest.raises(WrongUsage, match="There is no time zone 'Mars'"):
        read_offers(path, time_zone="Mars")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",雨衣,,,,60,,,", "The offer has no offer_id."),
        ("a,,,,,60,,,", "The offer has no name."),
        ("a\u200b,雨衣,,,,60,,,", "Its id holds characters that can't be printed."),
        ("a,雨衣,,,s\u200b,60,,,", "Its facility_id holds characters that can't be printed."),
        ("a,雨衣,,,,,,,", "Its points are ''; write a whole number from 1 to 1,000,000."),
        ("a,雨衣,,,,-5,,,", "Its points are '-5'; "),
        ("a,雨衣,,,,0,,,", "Its points are '0'; "),
        ("a,雨衣,,,,2.5,,,", "Its points are '2.5'; "),
        ("a,雨衣,,,,many,,,", "Its points are 'many'; "),
        ("a,雨衣,,,,1000001,,,", "Its points are '1000001'; "),
        ("a,雨衣,,,,60,-1,,", "Its stock is '-1'; write a whole number from 0 to "),
        ("a,雨衣,,,,60,nan,,", "Its stock is 'nan'; "),
        ("a,雨衣,,,,60,,soon,", "Its until 'soon' can't be read: "),
        ("a,雨衣,," + "p" * 201 + ",,60,,,", "Its provider has 201 characters; 200 are allowed."),
        ("a,雨衣,,,,60,,," + "n" * 10_001, "Its note has 10,001 characters; "),
    ],
)
def test_offer_that_makes_no_sense_is_refused(write: Write, row: str, reason: str) -> None:
    (refusal,) = read_offers(write("o.csv", f"{HEAD}{row}\n")).refusals
    assert refusal.reason.startswith(reason)


def test_a_repeated_offer_is_refused(write: Write) -> None:
    batch = read_offers(write("o.csv", HEAD + "a,雨衣,,,,60,,,\na,头盔,,,,150,,,\n"))
    assert [one.name for one in batch.records] == ["雨衣"]
    assert [one.reason for one in batch.refusals] == [
        "Its id 'a' is already that of record 1 in this file."
    ]
