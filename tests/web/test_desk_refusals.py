import re

import pytest

from geo_service.domain.lifecycle import Stage
from geo_service.errors import ForbiddenMove, MovedMeanwhile
from geo_service.web.desk_refusals import say_refused
from geo_service.web.rider_words import EN, ZH, Tongue


@pytest.mark.parametrize("stage", [*Stage])
@pytest.mark.parametrize("where", ["", "to", "body_id", "merged_into"])
def test_each_refusal_is_said_in_both_languages(stage: Stage, where: str) -> None:
    error = ForbiddenMove("What. The. Service says.", where=where)
    chinese, english = (say_refused(tongue, error, stage) for tongue in (ZH, EN))
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert not re.search(r"[a-z]", chinese)
    assert re.search(r"[a-z]", english)
    assert not re.search(r"[\u4e00-\u9fff]", english)


def test_it_says_what_can_be_done_instead() -> None:
    error = ForbiddenMove("No.", where="to")
    assert "派遣" in say_refused(ZH, error, Stage.FILED)
    assert "Dispatch" in say_refused(EN, error, Stage.FILED)


@pytest.mark.parametrize("tongue", [ZH, EN])
def test_of_who_came_second_all_is_said_already(tongue: Tongue) -> None:
    assert say_refused(tongue, MovedMeanwhile("Moved."), Stage.FILED) == ""
