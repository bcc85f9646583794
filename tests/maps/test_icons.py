import xml.etree.ElementTree as ET

from geo_service.maps.icons import OTHER_FACILITY, SIGNS, show_sign, sign, sign_sheet


def test_sheet_holds_every_sign_once_and_is_sound() -> None:
    sheet = ET.fromstring(sign_sheet())  # noqa: S314 - our own text
    names = [symbol.get("id") for symbol in sheet.iter("symbol")]
    assert names == [f"gm-sign-{name}" for name in SIGNS]


def test_sign_is_shown_by_pointing_to_the_sheet() -> None:
    assert 'href="#gm-sign-noise"' in show_sign("noise")


def test_what_has_no_sign_shares_one() -> None:
    assert sign("water_point", OTHER_FACILITY) == "water_point"
    assert sign("repair_shop", OTHER_FACILITY) == OTHER_FACILITY
