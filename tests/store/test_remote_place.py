"""A bucket holds what was written and no more, and its troubles are told in plain words."""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pytest
from s3_server import (
    OF_OUR_OWN,
    Refusal,
    client_of,
    keep_versions,
    objects_in,
    stood_between,
)

from geo_service.domain.trace import Fixes
from geo_service.errors import NotReady
from geo_service.store import remote_place
from geo_service.store.database import Database
from geo_service.store.lake_place import place_of
from geo_service.store.trace_file import encode, read_rows
from geo_service.store.trace_lake import TraceLake
from geo_service.store.trace_packing import PackedTrips, pack

Trip = tuple[str, Sequence[tuple[int, float, float]]]
Make = Callable[[Mapping[str, Trip]], Fixes]
Refuse = Callable[[str, str], Refusal | None]

DAY_US = 86_400_000_000
NOT_DELETED = (
    "<DeleteResult><Error><Key>kept/a</Key><Code>{code}</Code><Message>no</Message></Error>"
    "</DeleteResult>"
)
SECRET = OF_OUR_OWN["AWS_SECRET_ACCESS_KEY"]


@pytest.fixture
def reach_anew() -> Iterator[Callable[[], None]]:
    """Return what lets the environment be looked at once more; so it is at the end."""
    yield remote_place._reach.cache_clear
    remote_place._reach.cache_clear()


def trip(day: int, *, count: int = 3) -> Trip:
    return "r1", [(day * DAY_US + i * 1_000_000, 112 + i / 8, 32.0) for i in range(count)]


def test_a_file_is_one_object_below_the_prefix(s3_server: str, bucket: str) -> None:
    place_of(f"s3://{bucket}/city/traces").write({"a.parquet": b"1", "b": memoryview(b"22")})
    place_of(f"s3://{bucket}").write({"top": b"3"})
    assert objects_in(s3_server, bucket) == {
        "city/traces/a.parquet": b"1",
        "city/traces/b": b"22",
        "top": b"3",
    }
    assert place_of(f"s3://{bucket}").names() == {"top"}


def test_what_lies_beside_or_deeper_is_left_alone(s3_server: str, bucket: str) -> None:
    place = place_of(f"s3://{bucket}/city/traces")
    for key in ("city/traces2/a", "city/traces/deeper/a", "city/tracesa", "a"):
        client_of(s3_server).put_object(Bucket=bucket, Key=key, Body=b"x")
    assert place.names() == set()
    place.write({"a": b"1"})
    assert place.names() == {"a"}
    place.remove(["a"])
    assert len(objects_in(s3_server, bucket)) == 4


def test_what_other_machines_do_is_seen_at_once(s3_server: str, bucket: str) -> None:
    place, other = place_of(f"s3://{bucket}/t"), client_of(s3_server)
    for number in range(3):
        other.put_object(Bucket=bucket, Key=f"t/{number}", Body=b"1" * number)
        assert place.names() == {str(number)}
        assert place.sizes([str(number)]) == {str(number): number}
        other.delete_object(Bucket=bucket, Key=f"t/{number}")
        assert place.names() == set()
        with pytest.raises(FileNotFoundError):
            place.read(str(number))


@pytest.mark.slow
def test_a_thousand_files_and_more_are_listed_and_removed(bucket: str) -> None:
    place = place_of(f"s3://{bucket}/t")
    names = {f"{number:04}" for number in range(1_050)}
    place.write(dict.fromkeys(names, b"x"))
    assert place.names() == names
    place.remove(names)
    assert place.names() == set()


def test_eight_threads_read_at_once(bucket: str) -> None:
    place = place_of(f"s3://{bucket}/t")
    place.write({str(number): bytes([number]) * 1000 for number in range(8)})
    wrong: list[object] = []

    def read(number: int) -> None:
        try:
            contents = {place.read(str(number)) for _ in range(5)}
            wrong.extend(contents - {bytes([number]) * 1000})
        except BaseException as problem:  # noqa: BLE001 - told in the test's own thread
            wrong.append(problem)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_bucket_that_is_not_there_is_told(
    s3_server: str, database: Database, make_fixes: Make
) -> None:
    assert s3_server
    place = place_of(f"s3://none-{secrets.token_hex(8)}/t")
    for ask in (place.names, lambda: place.write({"a": b""}), lambda: place.sizes(["a"])):
        with pytest.raises(NotReady, match="no such bucket") as raised:
            ask()
        assert raised.value.where == place.address
    lake = TraceLake(place.address, database)
    with pytest.raises(NotReady, match="no such bucket"):
        lake.add(make_fixes({"a": trip(0)}))
    assert lake.trips() == 0


def test_a_bucket_that_is_gone_is_not_told_as_a_missing_file(
    s3_server: str, bucket: str, database: Database, make_fixes: Make
) -> None:
    lake = TraceLake(f"s3://{bucket}/t", database)
    lake.add(make_fixes({"a": trip(0), "b": trip(1)}))
    lake.place.remove(lake.place.names())
    client_of(s3_server).delete_bucket(Bucket=bucket)
    with pytest.raises(NotReady, match="no such bucket"):
        list(lake.read())
    (finding,) = lake.prove().findings
    assert finding.what.startswith("There is no such bucket")
    assert not finding.harmless


def test_a_store_that_is_not_reached_is_told(
    bucket: str, monkeypatch: pytest.MonkeyPatch, reach_anew: Callable[[], None]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    reach_anew()
    place = place_of(f"s3://{bucket}/unreached")
    with pytest.raises(NotReady, match="can't be reached") as raised:
        place.names()
    assert "AWS_ENDPOINT_URL" in raised.value.remedy


def test_without_credentials_it_is_told_what_to_set(
    bucket: str, monkeypatch: pytest.MonkeyPatch, reach_anew: Callable[[], None]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
        reach_anew()
    with pytest.raises(NotReady, match="does not let this program in"):
        place_of(f"s3://{bucket}/without").names()


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (Refusal(403, "AccessDenied"), "does not let this program in"),
        (Refusal(403, "InvalidAccessKeyId"), "does not let this program in"),
        (Refusal(403, "SignatureDoesNotMatch"), "does not let this program in"),
        (Refusal(503, "SlowDown"), "asks for fewer requests"),
        (Refusal(400, "InvalidRequest"), r"refuses \(Invalid argument\)"),
    ],
)
def test_a_store_that_refuses_is_told_and_nothing_secret_with_it(
    s3_server: str,
    bucket: str,
    monkeypatch: pytest.MonkeyPatch,
    reach_anew: Callable[[], None],
    caplog: pytest.LogCaptureFixture,
    refusal: Refusal,
    told: str,
) -> None:
    caplog.set_level(logging.INFO)
    with stood_between(s3_server, lambda *_: refusal) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.address)
        reach_anew()
        place = place_of(f"s3://{bucket}/refused-{refusal.code}")
        asks = [
            place.names,
            lambda: place.read("a"),
            lambda: place.write({"a": b"1"}),
            lambda: place.remove(["a"]),
        ]
        # Asked for fewer requests, the library waits and tries again.
        for ask in asks[:1] if refusal.status == 503 else asks:
            with pytest.raises(NotReady, match=told) as raised:
                ask()
            assert raised.value.remedy
            said = f"{raised.value!r} {raised.value} {raised.value.__cause__} {place!r}"
            for secret in (SECRET, OF_OUR_OWN["AWS_ACCESS_KEY_ID"]):
                assert secret not in said + caplog.text


def test_a_write_that_fails_half_way_leaves_nothing_visible(
    s3_server: str,
    bucket: str,
    database: Database,
    make_fixes: Make,
    monkeypatch: pytest.MonkeyPatch,
    reach_anew: Callable[[], None],
) -> None:
    put: list[str] = []
    well = threading.Event()

    def refuse(method: str, path: str) -> Refusal | None:
        if method != "PUT" or well.is_set():
            return None
        put.append(path)
        return Refusal(403, "AccessDenied") if len(put) > 1 else None

    with stood_between(s3_server, refuse) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.address)
        reach_anew()
        lake = TraceLake(f"s3://{bucket}/half", database)
        with pytest.raises(NotReady, match="does not let this program in"):
            lake.add(make_fixes({f"{day}": trip(day) for day in range(4)}))
        assert len(put) > 1
        assert lake.trips() == 0
        assert list(lake.read()) == []
        well.set()
        lake.add(make_fixes({"a": trip(0)}))
        assert lake.trips() == 1
        assert len(objects_in(s3_server, bucket)) == 1
        assert lake.prove().findings == []


def test_a_store_that_fails_keeps_no_other_writer_waiting(
    s3_server: str,
    bucket: str,
    database: Database,
    make_fixes: Make,
    monkeypatch: pytest.MonkeyPatch,
    reach_anew: Callable[[], None],
) -> None:
    with stood_between(s3_server, lambda *_: Refusal(403, "AccessDenied")) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.address)
        reach_anew()
        lake = TraceLake(f"s3://{bucket}/fails", database)
        # Had it to wait for its turn, it would say that the database is busy.
        with database.writing(), pytest.raises(NotReady, match="does not let this program in"):
            lake.add(make_fixes({"a": trip(0)}))


def test_a_removal_that_is_only_said_to_be_done_is_told(
    s3_server: str, bucket: str, monkeypatch: pytest.MonkeyPatch, reach_anew: Callable[[], None]
) -> None:
    place_of(f"s3://{bucket}/kept").write({"a": b"1", "b": b"2"})

    def pretend(method: str, path: str) -> Refusal | None:
        deletes = method == "DELETE" or (method == "POST" and "delete" in path)
        # Who may not delete is told so for each file, in an answer that all is well.
        return Refusal(200, "AccessDenied", NOT_DELETED) if deletes else None

    with stood_between(s3_server, pretend) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.address)
        reach_anew()
        place = place_of(f"s3://{bucket}/kept")
        with pytest.raises(NotReady, match=r"1 files of traces can't be removed"):
            place.remove(["a"])
    assert set(objects_in(s3_server, bucket)) == {"kept/a", "kept/b"}


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_a_bucket_that_keeps_old_versions_is_told(
    s3_server: str, bucket: str, database: Database, make_fixes: Make, status: str
) -> None:
    lake = TraceLake(f"s3://{bucket}/t", database)
    lake.add(make_fixes({"a": trip(0)}))
    assert lake.place.old_versions() == ""
    keep_versions(s3_server, bucket, status)
    (finding,) = lake.prove().findings
    assert "keeps old versions" in finding.what
    assert finding.harmless
    assert finding.remedy


def test_whether_a_bucket_keeps_old_versions_may_be_nobody_s_to_ask(
    s3_server: str, bucket: str, monkeypatch: pytest.MonkeyPatch, reach_anew: Callable[[], None]
) -> None:
    def refuse(_: str, path: str) -> Refusal | None:
        return Refusal(403, "AccessDenied") if "versioning" in path else None

    with stood_between(s3_server, refuse) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.address)
        reach_anew()
        place = place_of(f"s3://{bucket}/asked")
        assert place.names() == set()
        assert "may not ask" in place.old_versions()
    assert place_of("memory://x").old_versions() == ""


def test_a_forked_process_asks_by_itself(bucket: str) -> None:
    place = place_of(f"s3://{bucket}/forked")
    place.write({"a": b"1"})
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, place.read("a"))
        finally:
            os._exit(0)
    os.close(writing)
    assert os.read(reading, 9) == b"1"
    os.close(reading)
    assert os.waitpid(child, 0)[1] == 0


@pytest.fixture
def packed(make_fixes: Make) -> PackedTrips:
    """Pack a ride of several groups of rows."""
    chance = np.random.default_rng(7)
    count = 300_000
    t = (np.cumsum(chance.integers(1, 3, count)) * 1_000).tolist()
    lon, lat = chance.uniform(-180, 180, count).tolist(), chance.uniform(-90, 90, count).tolist()
    return pack(make_fixes({"a": ("r", list(zip(t, lon, lat, strict=True)))}))


@pytest.mark.parametrize(("first", "end"), [(0, 300_000), (131_070, 131_080), (299_999, 300_000)])
def test_however_much_of_a_file_is_read_it_is_asked_for_three_times(
    s3_server: str,
    bucket: str,
    packed: PackedTrips,
    monkeypatch: pytest.MonkeyPatch,
    reach_anew: Callable[[], None],
    first: int,
    end: int,
) -> None:
    place, content = place_of(f"s3://{bucket}/t"), encode(packed)
    place.write({"f": content})
    asked: list[str] = []
    with stood_between(s3_server, lambda method, _: asked.append(method)) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.address)
        reach_anew()
        rows = read_rows(place, "f", first, end)
    assert rows.t.tolist() == packed.t[first:end].tolist()
    assert rows.lat.tolist() == packed.lat[first:end].tolist()
    assert len(content) > 1_000_000
    assert asked == ["HEAD", "GET", "GET"]


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "shorter"])
def test_a_damaged_object_is_told_as_damaged(
    bucket: str, packed: PackedTrips, make_fixes: Make, harm: str
) -> None:
    content = bytearray(encode(packed))
    content[len(content) // 2] ^= 0xFF
    harmed = {
        "flip": content,
        "cut": content[:-100],
        "empty": b"",
        "shorter": encode(pack(make_fixes({"a": trip(0)}))),
    }
    place = place_of(f"s3://{bucket}/t")
    place.write({"f": bytes(harmed[harm])})
    with pytest.raises(NotReady, match="is damaged") as raised:
        read_rows(place, "f", 131_000, 300_000)
    assert raised.value.where == f"s3://{bucket}/t/f"
