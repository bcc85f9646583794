"""Texts without their case or their accents, as CASEI and ACCENTI compare them."""

import sys
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache

_VOICED = {"\u3099", "\u309a"}
"""The marks that make other letters of Japanese syllables: no accents."""


def without_case(text: str) -> str:
    """Return a text in Unicode's full case folding, composed."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def without_accents(text: str) -> str:
    """Return a text without the marks that Unicode's canonical decomposition sets apart."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", apart.translate(_dropped()))


@cache
def _dropped() -> Mapping[int, None]:
    """Return all marks that take no room of their own, each to be left out."""
    marks = (code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Mn")
    return {code: None for code in marks if chr(code) not in _VOICED}


FOLDS: Mapping[str, Callable[[str], str]] = {"casei": without_case, "accenti": without_accents}
"""By the name of the function in a filter."""
