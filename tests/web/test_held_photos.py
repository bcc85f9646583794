from datetime import UTC, datetime, timedelta
from pathlib import Path

from geo_service.web.commons import Commons
from geo_service.web.held_photos import HELD_MINUTES, SHARE, HeldPhoto, HeldPhotos

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
SMALL = HeldPhoto(b"x" * 90, b"y" * 10)


def test_a_photo_is_found_by_what_was_told_and_by_nothing_else() -> None:
    held = HeldPhotos(Commons())
    tokens = {held.keep(SMALL, NOW, "a") for _ in range(3)}
    assert len(tokens) == 3
    assert all(held.find(token, NOW) == SMALL for token in tokens)
    assert held.find("", NOW) is None
    assert held.find(tokens.pop()[:-1], NOW) is None


def test_it_is_held_for_a_while_only() -> None:
    held = HeldPhotos(Commons())
    token = held.keep(SMALL, NOW, "a")
    later = NOW + timedelta(minutes=HELD_MINUTES)
    assert held.find(token, later) == SMALL
    assert held.find(token, later + timedelta(seconds=1)) is None
    assert held.find(token, NOW) is None


def test_of_too_many_the_longest_held_goes_first() -> None:
    held = HeldPhotos(Commons(), most_bytes=450)
    first, second, *others = (held.keep(SMALL, NOW, sender) for sender in "abcde")
    assert held.find(first, NOW) is None
    assert all(held.find(token, NOW) == SMALL for token in (second, *others))


def test_one_sender_pushes_out_no_others() -> None:
    held = HeldPhotos(Commons(), most_bytes=200 * SHARE)
    others = [held.keep(SMALL, NOW, "others") for _ in range(2)]
    first, *rest = [held.keep(SMALL, NOW, "a") for _ in range(30)]
    assert all(held.find(token, NOW) == SMALL for token in others)
    assert held.find(first, NOW) is None
    assert [held.find(token, NOW) for token in rest[-3:]] == [None, SMALL, SMALL]


def test_another_process_finds_it_too(tmp_path: Path) -> None:
    here, there = (HeldPhotos(Commons(tmp_path)) for _ in range(2))
    token = here.keep(SMALL, NOW, "a")
    assert there.find(token, NOW) == SMALL
    assert there.find(token, NOW + timedelta(hours=1)) is None
    assert here.find(token, NOW) is None
