from http import HTTPStatus

import httpx
import pytest

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
