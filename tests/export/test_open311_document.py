import json

import pytest

from geo_service.export.open311_document import Document, fields, items, plain, write_json


def test_a_list_is_a_list_without_a_name_and_a_record_an_object_in_order() -> None:
    document = Document("things", items("thing", [fields(("b", 1), ("a", None)), "x"]))
    assert write_json(document) == b'[{"b":1,"a":null},"x"]'


def test_values_are_json_s_own_kinds() -> None:
    told = fields(("t", True), ("n", 1.5), ("l", items("v", [])), ("s", '"站\n'))
    assert json.loads(write_json(Document("r", told))) == {
        "t": True,
        "n": 1.5,
        "l": [],
        "s": '"站\n',
    }


def test_chinese_is_written_as_it_is() -> None:
    assert write_json(Document("r", fields(("a", "积水")))) == '{"a":"积水"}'.encode()


@pytest.mark.parametrize("gone", ["\0", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800"])
def test_what_xml_can_not_hold_is_left_out(gone: str) -> None:
    assert plain(f"a{gone}b") == "ab"


@pytest.mark.parametrize("kept", ["\t", "\n", "\r", "\x7f", "\ud7ff", "\ue000", "\ufffd", "🛵"])
def test_what_xml_can_hold_stays(kept: str) -> None:
    assert plain(f"a{kept}b") == f"a{kept}b"


def test_a_number_that_is_none_is_not_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(Document("r", fields(("a", float("nan")))))
