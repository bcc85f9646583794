"""What is kept of a day's counts comes back whole, or is as if it were not there."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo_service.overlay.pass_counts import Counted, Pairs
from geo_service.store import kept_counts
from geo_service.store.kept_counts import KeptCounts, KeptDay

DAY, BASIS = 20_000, "a stamp, a rule, a program"


def kept_day(issues: int = 3, pairs: int = 4) -> KeptDay:
    return KeptDay(
        marks=np.arange(issues, dtype=np.uint64) + np.uint64(2**63),
        counted=Counted(
            issue=np.arange(issues),
            passes=np.arange(issues) * 2,
            first_us=np.arange(issues) - 2**62,
            last_us=np.arange(issues) + 2**62,
            closest_m=np.where(np.arange(issues) % 2, np.inf, 0.1),
            pairs=Pairs(np.arange(pairs) % max(issues, 1), np.arange(pairs) % 2, np.arange(pairs)),
            rider_ids=("骑手", 'a "quoted"\nname'),
        ),
    )


def told(kept: KeptDay | None) -> object:
    """Return all figures as bytes, to hold one day against another to the last bit."""
    if kept is None:
        return None
    counted = kept.counted
    columns = (counted.passes, counted.first_us, counted.last_us, counted.closest_m)
    numbers = (kept.marks, counted.issue, *columns, *counted.pairs)
    return [(one.dtype.kind, one.tobytes()) for one in numbers], counted.rider_ids


@pytest.fixture
def counts(tmp_path: Path) -> KeptCounts:
    return KeptCounts(tmp_path / "counts")


@pytest.fixture
def path(counts: KeptCounts, tmp_path: Path) -> Path:
    """Keep a day, and return its file."""
    counts.write(DAY, BASIS, kept_day())
    (file,) = (tmp_path / "counts").iterdir()
    return file


@pytest.mark.parametrize(("issues", "pairs"), [(3, 4), (1, 0), (0, 0), (200, 999)])
def test_a_day_comes_back_to_the_last_bit(counts: KeptCounts, issues: int, pairs: int) -> None:
    counts.write(DAY, BASIS, kept_day(issues, pairs))
    assert told(counts.read(DAY, BASIS)) == told(kept_day(issues, pairs))


@given(
    arrays(np.uint64, st.integers(0, 5)),
    st.lists(st.text(), max_size=3),
    st.text(),
)
def test_any_marks_riders_and_basis_come_back(
    tmp_path_factory: pytest.TempPathFactory, marks: np.ndarray, riders: list[str], basis: str
) -> None:
    counts = KeptCounts(tmp_path_factory.getbasetemp() / "any-counts")
    figures = marks.view(np.int64)
    none = np.zeros(0, dtype=np.int64)
    counted = Counted(
        np.arange(len(marks)), figures, figures, figures, figures.view(np.float64),
        Pairs(none, none, none), tuple(riders),
    )  # fmt: skip
    counts.write(DAY, basis, KeptDay(marks, counted))
    assert told(counts.read(DAY, basis)) == told(KeptDay(marks, counted))


def test_nothing_is_kept_at_first(counts: KeptCounts) -> None:
    assert counts.read(DAY, BASIS) is None
    counts.tidy([DAY])


def test_only_the_last_figures_of_a_day_are_kept(counts: KeptCounts, path: Path) -> None:
    counts.write(DAY, BASIS, kept_day(5))
    assert told(counts.read(DAY, BASIS)) == told(kept_day(5))
    assert list(path.parent.iterdir()) == [path]


def test_figures_on_another_basis_or_of_another_day_are_not_those(
    counts: KeptCounts, path: Path
) -> None:
    assert path.exists()
    assert counts.read(DAY, BASIS + " ") is None
    assert counts.read(DAY + 1, BASIS) is None
    counts.write(DAY, "other", kept_day())
    assert counts.read(DAY, BASIS) is None


def test_a_file_of_another_format_is_not_read(
    counts: KeptCounts, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert path.exists()
    monkeypatch.setattr(kept_counts, "FORMAT", kept_counts.FORMAT + 1)
    assert counts.read(DAY, BASIS) is None


def test_a_file_cut_off_anywhere_is_not_read(counts: KeptCounts, path: Path) -> None:
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert counts.read(DAY, BASIS) is None, length
    path.write_bytes(whole + b"\0")
    assert counts.read(DAY, BASIS) is None


def test_a_file_with_any_bit_turned_is_not_read(counts: KeptCounts, path: Path) -> None:
    whole = path.read_bytes()
    for place in range(len(whole)):
        turned = bytes([whole[place] ^ (1 << place % 8)])
        path.write_bytes(whole[:place] + turned + whole[place + 1 :])
        assert counts.read(DAY, BASIS) is None, place
    path.write_bytes(whole)
    assert told(counts.read(DAY, BASIS)) == told(kept_day())


@pytest.mark.parametrize("length", range(9))
def test_zeros_where_the_disk_lost_a_file_are_not_read(
    counts: KeptCounts, path: Path, length: int
) -> None:
    path.write_bytes(bytes(length))
    assert counts.read(DAY, BASIS) is None


def test_a_folder_under_the_name_is_nothing(counts: KeptCounts, path: Path) -> None:
    path.unlink()
    path.mkdir()
    assert counts.read(DAY, BASIS) is None
    counts.write(DAY, BASIS, kept_day())
    assert counts.read(DAY, BASIS) is None
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_where_nothing_can_be_written_nothing_is_kept_and_nobody_is_stopped(
    tmp_path: Path,
) -> None:
    (tmp_path / "counts").write_bytes(b"a file where the folder should be")
    counts = KeptCounts(tmp_path / "counts")
    counts.write(DAY, BASIS, kept_day())
    assert counts.read(DAY, BASIS) is None
    counts.tidy([])


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_a_write_that_fails_leaves_what_was_kept_and_nothing_besides(
    counts: KeptCounts, path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        if isinstance(error, OSError):
            counts.write(DAY, BASIS, kept_day(9))
        else:
            with pytest.raises(KeyboardInterrupt):
                counts.write(DAY, BASIS, kept_day(9))
    assert [one.read_bytes() for one in path.parent.iterdir()] == [before]


def test_figures_take_their_name_only_when_they_are_whole(
    counts: KeptCounts, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, seen = Path.replace, []

    def look_and_replace(self: Path, target: Path) -> Path:
        seen.append(len(self.read_bytes()))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", look_and_replace)
    counts.write(DAY, BASIS, kept_day(50))
    assert seen == [path.stat().st_size]


def test_other_days_and_what_a_killed_process_left_are_tidied_away(
    counts: KeptCounts, path: Path
) -> None:
    shutil.copy(path, path.parent / "left-by-a-kill")
    counts.write(DAY + 1, BASIS, kept_day())
    counts.write(DAY + 2, BASIS, kept_day())
    counts.tidy([DAY, DAY + 2, DAY + 3])
    assert counts.read(DAY + 1, BASIS) is None
    assert told(counts.read(DAY + 2, BASIS)) == told(kept_day())
    assert len(list(path.parent.iterdir())) == 2


def test_a_day_tidied_away_while_it_is_written_is_not_kept(
    counts: KeptCounts, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def tidy_and_replace(self: Path, target: Path) -> Path:
        KeptCounts(path.parent).tidy([])
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", tidy_and_replace)
    counts.write(DAY, BASIS, kept_day())
    assert list(path.parent.iterdir()) == []
