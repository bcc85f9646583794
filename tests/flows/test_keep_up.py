from datetime import datetime, timedelta

from geo_service.domain.erasure import Erasure
from geo_service.flows.answer_once import KEPT_DAYS
from geo_service.flows.keep_up import KeptUp, keep_up
from geo_service.flows.wiring import Workspace
from geo_service.store import erasures, kept_answers


def test_only_answers_that_nobody_will_ask_for_are_forgotten(
    empty: Workspace, now: datetime
) -> None:
    with empty.database.writing() as connection:
        for days in (0, KEPT_DAYS - 1, KEPT_DAYS + 1):
            kept_answers.keep(connection, "key", str(days), b"", "r-1", now - timedelta(days=days))
    assert keep_up(empty, now) == KeptUp(0, 0, 1)
    assert keep_up(empty, now) == KeptUp(0, 0, 0)
    with empty.database.reading() as connection:
        assert kept_answers.find(connection, "key", str(KEPT_DAYS - 1)) is not None


def test_an_erasure_that_was_cut_short_is_finished(empty: Workspace, now: datetime) -> None:
    with empty.database.writing() as connection:
        erasures.begin(connection, Erasure("0" * 32, now), ["f" * 32])
    assert keep_up(empty, now).erased == 1
    assert keep_up(empty, now).erased == 0
    with empty.database.reading() as connection:
        assert erasures.finished(connection) == [Erasure("0" * 32, now)]
