"""What a served city makes of a database that breaks off: PostgreSQL behind a way that breaks."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from threading import Event
from time import monotonic
from typing import Any, NamedTuple

import httpx
import numpy as np
import pytest
from breaking_proxy import Break, BreakingProxy, breaking_proxy
from PIL import Image
from private_postgis import Cluster
from sqlalchemy import delete, insert, select, text

from geo_service.flows.wiring import address_in
from geo_service.settings import Settings
from geo_service.store.database import Database
from geo_service.store.schema import METADATA
from geo_service.web.once_more import MOST_KEPT

PATH = "/open311/v2/requests.json"
FORM = {"service_code": "standing_water", "lat": "32.0385", "long": "112.1375"}
WROTE = b"INSERT INTO issues"
LOST_ANSWER = Break(b"COMMIT", after=WROTE, reaches_server=True)
LEFT_OUT = ("audit", "audit_horizon", "trips", "trace_days", "trace_files", "ledger")
"""Tables whose rows are numbered by the server, or there already."""
PATIENCE_S = 60.0
Bearer = Callable[[str], dict[str, str]]


class Broken(NamedTuple):
    """A city that is asked, the way to its database, and the database by a way of its own."""

    door: httpx.Client
    proxy: BreakingProxy
    database: Database

    def issues(self, words: str) -> list[str]:
        with self.database.reading() as connection:
            asked = text("SELECT issue_id FROM issues WHERE description = :words")
            return list(connection.scalars(asked, {"words": words}))


def move_in(settings: Settings, address: str) -> None:
    """Copy what is in a workspace's own database into another one."""
    with (
        closing(Database(address_in(settings.workspace))) as old,
        closing(Database(address)) as new,
        old.reading() as there,
        new.writing() as connection,
    ):
        for table in METADATA.sorted_tables:
            rows = [row._asdict() for row in there.execute(select(table))]
            if rows and table.name not in LEFT_OUT:
                connection.execute(delete(table))
                connection.execute(insert(table), rows)


@pytest.fixture
def broken(
    untouched_settings: Settings,
    postgis: Cluster,
    serve_city: Callable[..., Any],
    now: datetime,
) -> Iterator[Broken]:
    with postgis.copied() as address, breaking_proxy(postgis.port) as proxy:
        move_in(untouched_settings, address)
        there = address.replace(f":{postgis.port}/", f":{proxy.port}/")
        settings = replace(untouched_settings, database_url=there)
        with (
            closing(Database(address)) as database,
            serve_city(settings, lambda: now + timedelta(seconds=1)) as door,
        ):
            yield Broken(door, proxy, database)


def test_a_question_is_asked_once_more(broken: Broken) -> None:
    before = broken.door.get(PATH)
    broken.proxy.breaks = [Break(b"FROM issues")]
    after = broken.door.get(PATH)
    assert broken.proxy.broken == 1
    assert (after.status_code, after.json()) == (200, before.json())


def test_a_question_that_breaks_off_twice_is_told_so_in_both_languages(broken: Broken) -> None:
    broken.proxy.breaks = [Break(b"FROM keys", times=4)]
    key = {"Authorization": "Bearer gs_none"}
    answer = broken.door.get("/issues", headers=key)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["type"] == "/problems/interrupted"
    assert "nothing was written" in answer.json()["detail"]
    page = broken.door.get("/desk", headers={**key, "Accept": "text/html"})
    assert broken.proxy.broken == 4
    assert page.status_code == 503
    assert page.headers["retry-after"] == "5"
    assert "与数据库的连接断了，什么都没有写入。" in page.text
    assert "nothing was written" in page.text


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 64)).save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize(
    "place",
    [
        Break(WROTE),
        Break(b"UPDATE city", after=WROTE),
        Break(b"INSERT INTO issue_changes"),
        Break(b"COMMIT", after=WROTE),
        LOST_ANSWER,
    ],
)
@pytest.mark.parametrize("idempotency_key", ["", "one"])
def test_a_report_is_kept_once_wherever_the_connection_breaks(
    broken: Broken, bearer: Bearer, place: Break, idempotency_key: str
) -> None:
    broken.proxy.breaks = [replace(place)]
    headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
    answer = broken.door.post(
        PATH,
        data={**FORM, "description": "once"},
        files=[("media", ("a.jpg", picture()))],
        headers=headers,
    )
    assert broken.proxy.broken == 1
    assert answer.status_code == 201, answer.text
    assert broken.issues("once") == [answer.json()[0]["service_request_id"]]
    with broken.database.reading() as connection:
        noted = connection.execute(text("SELECT what, about_id FROM audit")).all()
        photos = list(connection.scalars(text("SELECT photo_id FROM photos")))
    assert [tuple(one) for one in noted] == [("post_open311_request", *broken.issues("once"))]
    shown = broken.door.get(f"/photos/{photos[0]}", headers=bearer("staff"))
    assert (len(photos), shown.status_code) == (1, 200)


@pytest.mark.parametrize("place", [b"UPDATE city", b"INSERT INTO facility_changes"])
def test_a_state_is_kept_where_the_connection_breaks_as_its_change_is_counted(
    broken: Broken, bearer: Bearer, place: bytes, now: datetime
) -> None:
    broken.proxy.breaks = [Break(place)]
    state = {"observed_at": now.isoformat(), "free": 3}
    answer = broken.door.put("/facilities/cabinet-fresh/state", json=state, headers=bearer("staff"))
    assert broken.proxy.broken == 1
    assert (answer.status_code, answer.json()["kept"]) == (200, True), answer.text


@pytest.mark.parametrize("reaches_server", [True, False])
def test_a_state_is_kept_once_where_it_is_lost_with_the_commit(
    broken: Broken, bearer: Bearer, now: datetime, *, reaches_server: bool
) -> None:
    """Each connection's first change is counted by itself, the next in one message with it."""
    broken.proxy.breaks = [Break(b"; COMMIT", after=b"", reaches_server=reaches_server)]
    sent = 0
    while not broken.proxy.broken:
        assert sent < 40
        state = {"observed_at": now.isoformat(), "free": sent}
        path = "/facilities/cabinet-fresh/state"
        answer = broken.door.put(path, json=state, headers=bearer("staff"))
        assert (answer.status_code, answer.json()["kept"]) == (200, True), answer.text
        sent += 1
    with broken.database.reading() as connection:
        asked = text("SELECT count(*) FROM audit WHERE what = 'report_facility_state'")
        assert connection.scalar(asked) == sent


def test_what_breaks_off_behind_the_write_is_not_said_to_be_unwritten(broken: Broken) -> None:
    broken.proxy.breaks = [Break(b"issues.lat BETWEEN")]
    answer = broken.door.post(
        PATH, data={**FORM, "description": "behind"}, headers={"Accept": "text/html"}
    )
    assert broken.proxy.broken == 1
    assert answer.status_code == 503, answer.text
    assert "nothing was written" not in answer.text
    assert "after something was written" in answer.text
    assert len(broken.issues("behind")) == 1


def test_a_large_body_is_not_kept_to_be_read_once_more(broken: Broken) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (700, 700, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(noise).save(file, "JPEG", quality=95)
    assert len(file.getvalue()) > MOST_KEPT
    broken.proxy.breaks = [Break(WROTE)]
    answer = broken.door.post(
        PATH,
        data={**FORM, "description": "large"},
        files=[("media", ("a.jpg", file.getvalue()))],
    )
    assert broken.proxy.broken == 1
    assert answer.status_code == 503, answer.text
    assert "nothing was written" in answer.text
    assert broken.issues("large") == []


def test_a_write_that_can_be_told_from_no_other_is_not_sent_twice(
    broken: Broken, bearer: Bearer
) -> None:
    broken.proxy.breaks = [Break(b"COMMIT", after=b"UPDATE issues", reaches_server=True)]
    answer = broken.door.put(
        "/issues/issue-5/approved", json={"approved": True}, headers=bearer("staff")
    )
    assert broken.proxy.broken == 1
    assert answer.status_code == 503, answer.text
    assert answer.json()["type"] == "/problems/outcome-unknown"
    assert "Look whether it is there" in answer.json()["detail"]
    assert answer.headers["retry-after"] == "5"
    deadline, pause = monotonic() + PATIENCE_S, Event()
    asked = text("SELECT approved FROM issues WHERE issue_id = 'issue-5'")
    approved = False
    while not approved:
        assert monotonic() < deadline
        pause.wait(0.01)
        with broken.database.reading() as connection:
            approved = connection.scalar(asked)


def test_a_write_that_broke_off_before_its_commit_is_sent_once_more(
    broken: Broken, bearer: Bearer
) -> None:
    """Its body is read again, too."""
    counted = text("SELECT (SELECT count(*) FROM case_moves), (SELECT count(*) FROM audit)")
    with broken.database.reading() as connection:
        moves, entries = connection.execute(counted).one()
    broken.proxy.breaks = [Break(b"UPDATE issues")]
    answer = broken.door.put(
        "/issues/issue-5/approved", json={"approved": True}, headers=bearer("staff")
    )
    assert broken.proxy.broken == 1
    assert answer.status_code == 200, answer.text
    with broken.database.reading() as connection:
        assert tuple(connection.execute(counted).one()) == (moves + 1, entries + 1)


def test_connections_that_the_server_ended_are_found_before_they_are_used(
    broken: Broken,
) -> None:
    assert broken.door.get(PATH).status_code == 200
    with broken.database.reading() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    answer = broken.door.post(PATH, data={**FORM, "description": "after"})
    assert answer.status_code == 201
    assert broken.issues("after") == [answer.json()[0]["service_request_id"]]


@pytest.mark.slow
def test_every_report_that_was_acknowledged_is_there_once_whenever_the_server_stops(
    broken: Broken, postgis: Cluster
) -> None:
    """Six send on and on, again under the same key where they are told 503, while it stops."""
    began, over = Event(), Event()
    acknowledged: dict[str, list[str]] = {}

    def send(sender: int) -> int:
        refused = 0
        for number in range(1_000):
            if over.is_set():
                break
            words = f"{sender}-{number}"
            answer = None
            while answer is None or answer.status_code == 503:
                refused += answer is not None
                answer = broken.door.post(
                    PATH,
                    data={**FORM, "description": words},
                    headers={"Idempotency-Key": words},
                )
            assert answer.status_code == 201, answer.text
            acknowledged[words] = [answer.json()[0]["service_request_id"]]
            if len(acknowledged) > 12:
                began.set()
        return refused

    with ThreadPoolExecutor(6) as threads:
        senders = [threads.submit(send, number) for number in range(6)]
        try:
            for _ in range(2):
                assert began.wait(PATIENCE_S)
                postgis.stop()
                postgis.start()
                began.clear()
        finally:
            over.set()
        refused = sum(sender.result(PATIENCE_S) for sender in senders)
    assert refused > 0
    assert {words: broken.issues(words) for words in acknowledged} == acknowledged
    with broken.database.reading() as connection:
        kept = connection.scalar(text("SELECT count(*) FROM issues WHERE description LIKE '%-%'"))
    assert kept == len(acknowledged)
