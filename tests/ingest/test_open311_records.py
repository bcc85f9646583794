import json
from pathlib import Path

import pytest

from geo_service.errors import UnreadableFile
from geo_service.ingest.open311_records import read_records, saved_records

XML = """<?xml version="1.0" encoding="utf-8"?>
<service_requests><request>
  <service_request_id>638344</service_request_id><status>closed</status>
  <description> 积水 &amp; 泥
 </description><lat>37.76</lat><media_url/>
</request></service_requests>"""


def test_a_list_in_json_is_read_as_it_is() -> None:
    told = [{"service_request_id": 638344, "lat": 37.76, "description": None}, 7]
    assert read_records(json.dumps(told).encode(), "x") == told


@pytest.mark.parametrize("name", ["service_requests", "requests"])
def test_a_list_may_have_a_name_around_it(name: str) -> None:
    assert read_records(json.dumps({name: [{"a": 1}]}).encode(), "x") == [{"a": 1}]


def test_xml_says_its_fields_as_trimmed_text() -> None:
    assert read_records(XML.encode(), "x") == [
        {
            "service_request_id": "638344",
            "status": "closed",
            "description": "积水 & 泥",
            "lat": "37.76",
            "media_url": "",
        }
    ]


def test_a_namespace_and_a_byte_order_mark_do_no_harm() -> None:
    named = XML.replace("<service_requests>", '<service_requests xmlns="http://x.example">')
    assert read_records(b"\xef\xbb\xbf" + named.encode(), "x")[0]["status"] == "closed"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<html><body>Sign in</body></html>", "outermost element is 'html'"),
        (XML.encode()[:-20], "no whole XML"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><service_requests/>', "entity bomb"),
        (b"[1, 2", "cut off"),
        (b"Service unavailable", "neither JSON nor XML"),
        (b'{"type": "FeatureCollection"}', "no list"),
        (b'[{"description": "\\ud800"}]', "half a character"),
        (b"[" * 100_000, "nested too deeply"),
        (b'[{"a": "\xff"}]', "no text in UTF-8"),
        (b'[{"code": 403, "description": "Invalid api_key"}]', "error (403): 'Invalid api_key'"),
        (
            b"<errors><error><code>400</code><description>bad</description></error></errors>",
            "error ('400'): 'bad'",
        ),
        (b"<errors/>", "outermost element is 'errors'"),
    ],
)
def test_what_is_no_list_of_requests_is_refused_with_the_reason(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_records(content, "answer.json")
    assert said.replace("'400'", "400") in str(refused.value)
    assert str(refused.value).startswith("answer.json: ")


def test_a_saved_answer_is_read_whatever_its_name_says(tmp_path: Path) -> None:
    path = tmp_path / "saved.txt"
    path.write_text(XML)
    assert len(saved_records(path)) == 1
    with pytest.raises(UnreadableFile, match="no such file"):
        saved_records(tmp_path / "none.json")
