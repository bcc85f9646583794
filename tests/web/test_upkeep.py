from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event, Semaphore
from time import monotonic

import pytest

from geo_service.errors import NotReady
from geo_service.flows.keep_up import KeptUp
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.web import upkeep
from geo_service.web.commons import Commons
from geo_service.web.upkeep import Upkeep

PATIENCE_S = 30.0


def test_it_goes_on_after_whatever_went_wrong(
    settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults, done, moments = [NotReady("held"), RuntimeError("odd")], Event(), []

    def keep_up(_: object, moment: datetime) -> KeptUp:
        moments.append(moment)
        if faults:
            raise faults.pop(0)
        done.set()
        return KeptUp(1, 2, 3)

    monkeypatch.setattr(upkeep, "keep_up", keep_up)
    with open_workspace(replace(settings, upkeep_s=0.01)) as workspace:
        kept = Upkeep(workspace, Commons(), lambda: now)
        kept.start()
        assert done.wait(PATIENCE_S)
        kept.stop()
        after = len(moments)
    assert after >= 3
    assert set(moments) == {now}
    assert len(moments) == after, "nothing is done once it has been stopped"


def test_never_is_never(settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "keep_up", lambda *_: pytest.fail("it was done"))
    with open_workspace(replace(settings, upkeep_s=0.0)) as workspace:
        kept = Upkeep(workspace, Commons(), lambda: now)
        kept.start()
        kept.stop()


def test_of_several_processes_one_does_it_each_time_and_another_when_that_one_ends(
    settings: Settings, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    did: list[int] = []
    rounds = Semaphore(0)

    def keep_up(*_: object) -> KeptUp:
        did.append(1)
        rounds.release()
        return KeptUp(0, 0, 0)

    def wait_for(more: int) -> None:
        assert all(rounds.acquire(timeout=PATIENCE_S) for _ in range(more))

    monkeypatch.setattr(upkeep, "keep_up", keep_up)
    commons = [Commons(tmp_path) for _ in range(3)]
    every_s = 0.2
    with open_workspace(replace(settings, upkeep_s=every_s)) as workspace:
        kept = [Upkeep(workspace, one, lambda: now) for one in commons]
        begun = monotonic()
        for one in kept:
            one.start()
        wait_for(10)
        # One each time, not three; threads that wait longer than they should only add time.
        assert (len(did) - 1) * every_s * upkeep.NEARLY <= monotonic() - begun
        kept[0].stop()
        kept[1].stop()
        wait_for(3)
        kept[2].stop()
    for one in commons:
        one.close()


def test_a_round_that_lies_ahead_was_before_the_machine_started_anew(
    settings: Settings, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, commons = Event(), Commons(tmp_path)
    monkeypatch.setattr(upkeep, "keep_up", lambda *_: done.set() or KeptUp(0, 0, 0))
    with commons.open() as file:
        file.execute("INSERT INTO rounds (number, at) VALUES (1, ?)", (monotonic() + 3_600,))
    with open_workspace(replace(settings, upkeep_s=0.05)) as workspace:
        kept = Upkeep(workspace, commons, lambda: now)
        kept.start()
        assert done.wait(PATIENCE_S)
        kept.stop()
    commons.close()
