from http import HTTPStatus

import httpx
import pytest

from geo_service.flows.check_keys import outside_areas
from geo_service.web.problem_words import OF_CODE, say_detail, say_title
from geo_service.web.problems import TOLD, Problem, problem_of_status

HTML = {"Accept": "text/html"}


def test_every_problem_has_its_words() -> None:
    known = {kind.code for kind in TOLD} - {"error"}
    assert OF_CODE.keys() == known


@pytest.mark.parametrize("status", [404, 405, 422, 500])
def test_what_only_the_protocol_tells_has_words_too(status: int) -> None:
    problem = problem_of_status(status)
    assert say_title(problem)
    assert say_detail(problem) or status == 404


def test_what_nobody_knows_is_told_by_its_title_alone() -> None:
    problem = Problem(HTTPStatus.IM_A_TEAPOT, "Teapot", "Short and stout.")
    assert (say_title(problem), say_detail(problem)) == ("出了问题", "")


def test_the_page_says_it_in_both_languages(door: httpx.Client, bearer: object) -> None:
    headers = {**bearer("staff"), **HTML}  # type: ignore[operator]
    lost = door.get("/desk/none", headers=headers)
    assert lost.status_code == 404
    for words in ("没有找到", "链接不完整", "There is no issue with this id.", 'href="/desk"'):
        assert words in lost.text
    wrong = door.get("/desk?overdue=maybe", headers=headers)
    assert wrong.status_code == 422
    assert "overdue:" in wrong.text
    assert 'href="/desk"' not in door.get("/stations/none", headers=HTML).text


KEYS = [
    ("unknown", "/desk", "这把钥匙不认识、已过期或已撤销。请向管理员要一把。",
     "This key is unknown, expired or revoked. Ask whoever runs this service for one."),
    ("long", "/desk", "这不是一把钥匙。", "This is no key."),
    ("rider", "/desk", "这里需要工作人员的钥匙，你的是骑手的。",
     "This needs a key with the role staff; yours has rider."),
    ("staff", "/me", "这里需要骑手的钥匙，你的是工作人员的。",
     "This needs a key with the role rider; yours has staff."),
    ("admin", "/me", "这是骑手自己的内容，你的钥匙是管理员的。请用骑手的钥匙。",
     "This is a rider&#39;s own, and your key has the role admin."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "path", "zh", "en"), KEYS)
def test_what_a_key_does_not_open_is_told_alike_in_both_languages(
    door: httpx.Client, keys: dict[str, str], name: str, path: str, zh: str, en: str
) -> None:
    shown = {"unknown": "gs_x", "long": "x" * 600, **keys}[name]
    page = door.get(path, headers={"Authorization": f"Bearer {shown}", **HTML}).text
    assert zh in page
    assert en in page
    assert f'href="/key?next={path}"' in page
    assert 'href="/desk"' not in page, "the same key is refused there"


def test_a_form_of_another_site_is_refused_alike_in_both_languages(door: httpx.Client) -> None:
    page = door.post("/key", data={}, headers={**HTML, "Sec-Fetch-Site": "cross-site"}).text
    assert "这张表单只能由本站自己的页面发出。" in page
    assert "This form is sent by our own page only." in page


@pytest.mark.parametrize(
    "detail",
    [
        outside_areas().what,
        "This is of the whole city, and your key is of some areas of it.",
        "This rider's key names no rider: it was made before keys did.",
        "The Authorization header can't be read.",
        "This needs a key with the role operator or staff.",
    ],
)
def test_each_word_on_keys_has_its_own_in_chinese(detail: str) -> None:
    told = say_detail(Problem(HTTPStatus.FORBIDDEN, "Not allowed", detail, "not-allowed"))
    assert told not in ("", OF_CODE["not-allowed"])
    assert "{" not in told
