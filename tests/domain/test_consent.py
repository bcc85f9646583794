from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.consent import Agreement, ConsentText, fill_in

NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)


@given(st.text(), st.text(), st.text(), st.text())
def test_a_version_is_of_one_text_only(zh: str, en: str, zh2: str, en2: str) -> None:
    one, other = ConsentText(zh, en), ConsentText(zh2, en2)
    if "\0" not in zh + en + zh2 + en2:
        assert (one.version == other.version) == (one == other)


def test_how_long_traces_are_kept_is_part_of_the_text() -> None:
    text = ConsentText("保存{retention}。", "Kept {retention}.")
    assert fill_in(text, 0).en == "Kept until you delete them."
    assert fill_in(text, 90) == ("保存行程结束后 90 天。", "Kept for 90 days after the trip ends.")
    assert len({fill_in(text, days).version for days in (0, 30, 90)}) == 3


def test_an_agreement_holds_for_its_text_until_it_is_withdrawn() -> None:
    assert Agreement("v", NOON).holds_for("v")
    assert not Agreement("v", NOON).holds_for("w")
    assert not Agreement("v", NOON, NOON).holds_for("v")
