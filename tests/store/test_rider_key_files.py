from pathlib import Path
from threading import Thread

from geo_service.store.rider_key_files import generation_file, make_key, months_beside, read_key


def test_a_key_is_whole_its_owners_and_made_once(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "rider.key"
    threads = [Thread(target=make_key, args=(path,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    key = read_key(path)
    assert key is not None
    assert len(key) == 32
    make_key(path)
    assert read_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    # Nothing of those who came later is left.
    assert list(path.parent.iterdir()) == [path]


def test_what_is_no_whole_key_is_none(tmp_path: Path) -> None:
    path = tmp_path / "rider.key"
    assert read_key(path) is None
    for content in (b"", b"ab" * 31, b"zz" * 32, b"\xff" * 64):
        path.write_bytes(content)
        assert read_key(path) is None
    path.write_text("ab" * 32 + "\n")
    assert read_key(path) == b"\xab" * 32


def test_keys_of_months_lie_beside_it(tmp_path: Path) -> None:
    base = tmp_path / "rider.key"
    assert months_beside(base) == []
    for month in ("2027-03", "2027-01"):
        make_key(generation_file(base, month))
    (tmp_path / "rider.key.old").touch()
    (tmp_path / "rider.key.2027-13").touch()
    (tmp_path / "other.key.2027-02").touch()
    assert months_beside(base) == ["2027-01", "2027-03"]
