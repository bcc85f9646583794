import hashlib

from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.rider import LENGTH, pseudonym

BLOCK = 64


def keyed_hash(message: bytes, key: bytes) -> str:
    """HMAC-SHA-256 as RFC 2104 writes it."""
    if len(key) > BLOCK:
        key = hashlib.sha256(key).digest()
    key = key.ljust(BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).hexdigest()


@given(st.text(st.characters(exclude_categories=["Cs"])), st.binary(min_size=1, max_size=100))
def test_a_pseudonym_is_the_beginning_of_the_keyed_hash(rider_id: str, key: bytes) -> None:
    assert pseudonym(rider_id, key) == keyed_hash(rider_id.encode(), key)[:16]


def test_the_same_rider_has_the_same_pseudonym_under_one_key_only() -> None:
    assert pseudonym("骑手-7", b"a") == pseudonym("骑手-7", b"a")
    assert pseudonym("骑手-7", b"a") != pseudonym("骑手-7", b"b")
    assert pseudonym("骑手-7", b"a") != pseudonym("骑手-8", b"a")


def test_a_pseudonym_is_hexadecimal_and_of_one_length() -> None:
    for rider_id in ("", "r", "r" * 1000):
        told = pseudonym(rider_id, b"key")
        assert len(told) == LENGTH
        assert int(told, 16) >= 0
