import time
from pathlib import Path

import pytest

from geo_service.errors import NotReady
from geo_service.web import told_counts
from geo_service.web.commons import Commons
from geo_service.web.request_counts import Counted, RequestCounts
from geo_service.web.told_counts import ToldCounts


def counting(folder: Path | None) -> tuple[RequestCounts, ToldCounts]:
    own = RequestCounts()
    return own, ToldCounts(own, Commons(folder))


def test_counts_of_all_are_added_and_those_of_who_ended_stay(tmp_path: Path) -> None:
    here, told_here = counting(tmp_path)
    there, told_there = counting(tmp_path)
    for told in (told_here, told_there):
        told.start()
    here.count("/a", "GET", 200, 0.0)
    there.count("/a", "GET", 200, 100.0)
    there.count("/b", "GET", 404, 0.0)
    told_there.stop()
    for _ in range(2):
        both = told_here.all()
        assert both.answers == {("/a", "GET", "2xx"): 2, ("/b", "GET", "4xx"): 1}
        assert both.waits["/a", "GET"].seconds == 100.0
        assert both.waits["/a", "GET"].buckets[0] == both.waits["/a", "GET"].buckets[-1] == 1
        # Told more than once, they are counted once.
        time.sleep(0.01)
    assert here.now().answers == {("/a", "GET", "2xx"): 1}
    told_here.stop()
    _, told_later = counting(tmp_path)
    assert told_later.all() == both


def test_others_are_told_while_it_goes_on(tmp_path: Path) -> None:
    here, told_here = counting(tmp_path)
    _, told_there = counting(tmp_path)
    told_here.start()
    here.count("/a", "GET", 200, 0.0)
    end = time.monotonic() + 30
    while not told_there.all().answers:
        assert time.monotonic() < end
        time.sleep(0.05)
    told_here.stop()


def test_it_goes_on_after_whatever_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [NotReady("held"), RuntimeError("odd")]
    here, told_here = counting(tmp_path)
    _, told_there = counting(tmp_path)
    now = here.now

    def fail_twice() -> Counted:
        if faults:
            raise faults.pop()
        return now()

    monkeypatch.setattr(told_counts, "EVERY_S", 0.01)
    monkeypatch.setattr(here, "now", fail_twice)
    here.count("/a", "GET", 200, 0.0)
    told_here.start()
    end = time.monotonic() + 30
    while not told_there.all().answers:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert faults == []
    told_here.stop()


def test_one_who_is_alone_tells_of_its_own() -> None:
    own, told = counting(None)
    told.start()
    own.count("/a", "GET", 200, 0.0)
    assert told.all() == own.now()
    told.stop()
