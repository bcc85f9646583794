import re

from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.rider import pseudonym
from geo_service.domain.secret_code import is_code, secret_code

KEY, OTHER = bytes(32), bytes(31) + b"\1"


def test_a_code_is_short_and_always_the_same() -> None:
    code = secret_code("station", "驿站/1", KEY)
    assert re.fullmatch("[A-Z2-7]{10}", code)
    assert code == secret_code("station", "驿站/1", KEY)


@given(st.text(), st.text())
def test_codes_tell_uses_subjects_and_keys_apart(one: str, other: str) -> None:
    codes = {
        secret_code("station", one, KEY),
        secret_code("station", other, KEY),
        secret_code("voucher", one, KEY),
        secret_code("station", one, OTHER),
    }
    same = one.encode(errors="replace") == other.encode(errors="replace")
    assert len(codes) == (3 if same else 4)


def test_no_riders_name_gives_a_code_away() -> None:
    """Pseudonyms are shown to analysts, and riders' names are anybody's to choose."""
    code = secret_code("voucher", "7", KEY)
    for name in ("voucher", "\0voucher", "voucher7", "\0voucher7", "7"):
        assert not pseudonym(name, KEY).upper().startswith(code[:4])


def test_a_code_may_be_typed_in_small_letters_and_with_blanks() -> None:
    code = secret_code("station", "a", KEY)
    assert is_code(f" {code.lower()} ", code)
    for wrong in ("", code[:-1], code + "A", "站", "\ud800", code[::-1]):
        assert not is_code(wrong, code)
