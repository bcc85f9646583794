from dataclasses import replace
from datetime import datetime
from threading import Event

import pytest

from geo_service.errors import NotReady
from geo_service.flows.keep_up import KeptUp
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.web import upkeep
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
        kept = Upkeep(workspace, lambda: now)
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
        kept = Upkeep(workspace, lambda: now)
        kept.start()
        kept.stop()
