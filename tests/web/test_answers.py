import base64
import hashlib
import json

import pytest

from geo_service.web.answers import json_answer, policy_for_inline


def hashed(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def test_policy_allows_the_scripts_in_the_page_and_no_other() -> None:
    page = (
        '<script src="/a.js"></script><script>\nrun("站");\n</script>'
        '<SCRIPT type="x">two</SCRIPT><img onerror="three">'
    )
    policy = policy_for_inline(page)
    for script in ('\nrun("站");\n', "two"):
        assert f"'sha256-{hashed(script)}'" in policy
    assert policy.count("sha256-") == 2
    assert "script-src 'self'" in policy


def test_json_keeps_chinese_and_refuses_what_is_no_number() -> None:
    assert json.loads(bytes(json_answer({"名": "站"}).body)) == {"名": "站"}
    assert "站".encode() in bytes(json_answer({"名": "站"}).body)
    with pytest.raises(ValueError, match="JSON"):
        json_answer({"distance_m": float("nan")})
