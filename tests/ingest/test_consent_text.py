from pathlib import Path

import pytest

from geo_service.errors import NotReady
from geo_service.ingest.consent_text import LONGEST, read_consent_text
from geo_service.web.consent_words import consent_words
from geo_service.web.rider_words import EN, ZH


def test_the_packages_own_text_says_in_both_languages_what_matters() -> None:
    text = read_consent_text(None)
    for told in text:
        for word in (
            "{retention}",
            "10",
            "200",
        ):
            assert word in told
        for verb in ("GET", "PUT", "DELETE", "{trip_id}"):
            assert verb not in told, "it is read on a phone"
    for told, tongue in zip(text, (ZH, EN), strict=True):
        words = consent_words(tongue)
        for button in (words.heading, words.delete, words.delete_all, words.withdraw):
            assert button in told
        assert words.with_trips in told
    assert "代号" in text.zh
    assert "备份" in text.zh
    assert "Backups" in text.en
    assert "pseudonym" in text.en


def test_a_city_may_have_its_own(tmp_path: Path) -> None:
    path = tmp_path / "own.txt"
    path.write_text("\ufeff中文\n第二行\n---\nEnglish\n", encoding="utf-8")
    assert read_consent_text(path) == ("中文\n第二行", "English")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"one",
        b"\n---\n",
        b"a\n---\n",
        b"a\n---\nb\n---\nc",
        b"\xff\n---\nb",
        b"a\n---\n" + b"b" * LONGEST,
    ],
)
def test_what_can_not_be_agreed_to_is_no_text(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.txt"
    path.write_bytes(content)
    with pytest.raises(NotReady, match="GEO_SERVICE_CONSENT_FILE"):
        read_consent_text(path)
    with pytest.raises(NotReady):
        read_consent_text(tmp_path / "none.txt")
