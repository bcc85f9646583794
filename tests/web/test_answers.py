import json

import pytest

from geo_service.web.answers import json_answer


def test_json_keeps_chinese_and_refuses_what_is_no_number() -> None:
    assert json.loads(bytes(json_answer({"名": "站"}).body)) == {"名": "站"}
    assert "站".encode() in bytes(json_answer({"名": "站"}).body)
    with pytest.raises(ValueError, match="JSON"):
        json_answer({"distance_m": float("nan")})
