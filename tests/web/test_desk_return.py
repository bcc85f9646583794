import html
import re
from urllib.parse import unquote

import httpx
import pytest

from geo_service.web.desk_return import going_back, list_path, read_asked, write_asked


def test_what_the_list_was_asked_is_read_as_it_was_written() -> None:
    pairs = [("stage", "filed"), ("category", "a&b=c 积水"), ("after", "2026-11-18T02:00:00Z|i-1")]
    asked = write_asked(pairs)
    assert read_asked(asked) == asked
    assert unquote(going_back(asked)) == f"?back={asked}"
    assert list_path(asked) == f"/desk?{asked}"
    assert (list_path(""), going_back("")) == ("/desk", "")


@pytest.mark.parametrize(
    "text", ["", "x" * 2001, "&" * 30 + "a=b", "%ff=1", "next=//evil.example", "stage", "lang=en"]
)
def test_nothing_else_is_led_back_to(text: str) -> None:
    assert read_asked(text) == ""


def test_an_issue_leads_back_to_the_list_as_it_was(door: httpx.Client, bearer: object) -> None:
    headers = bearer("staff")  # type: ignore[operator]
    path = "/desk?category=standing_water&approved=true"
    (first, *_) = re.findall(r'href="(/desk/issue-[^"]+)"', door.get(path, headers=headers).text)
    page = door.get(html.unescape(first), headers=headers).text
    assert f'href="{html.escape(path)}">返回列表' in page
    # Every form takes it along, and so does what is shown after it.
    forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
    assert len(forms) > 2
    hidden = f'name="back" value="{html.escape(path.partition("?")[2])}"'
    assert all(hidden in form for form in forms)


def test_after_a_form_and_after_a_wrong_one_the_way_back_is_the_same(
    own_settings: object, serve_city: object, now: object, keys: dict[str, str]
) -> None:
    headers = {"Authorization": f"Bearer {keys['staff']}"}
    with serve_city(own_settings, lambda: now) as door:  # type: ignore[operator]
        back = {"back": "overdue=true&evil=1"}
        wrong = door.post("/desk/issue-1/moves", data={"to": "closed", **back}, headers=headers)
        assert 'href="/desk?overdue=true"' in wrong.text
        done = door.post(
            "/desk/issue-1/approved", data={"approved": "true", **back}, headers=headers
        )
        assert done.headers["location"] == "/desk/issue-1?done=shown&back=overdue%3Dtrue"
