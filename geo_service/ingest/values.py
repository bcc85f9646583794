"""What single cells say: lists, counts, yes or no, slugs, names."""

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import PurePath

from geo_service.domain.category import ANY_CATEGORY

_PARTERS = re.compile(r"[;,|，；、]")
_YES = frozenset({"true", "t", "yes", "y", "1", "是"})
_NO = frozenset({"false", "f", "no", "n", "0", "否"})
_LONGEST_ID = 200
_LONGEST_NAME = 200
_SHOWN = 60
_LONGEST_TEXT = 10_000
"""Characters, some five pages: more is no description, but a slip that swallowed other records."""
_HASH_DIGITS = 16


def words_of(text: str) -> list[str]:
    """Read a list: a JSON list, or words parted by ``; , |`` or their Chinese counterparts."""
    if text.startswith("["):
        try:
            return [str(word).strip() for word in json.loads(text) if str(word).strip()]
        except (RecursionError, ValueError):
            pass
    return [word.strip() for word in _PARTERS.split(text) if word.strip()]


def slug_of(text: str) -> str:
    """Write words as a slug: small letters, joined by underscores; letters of any script stay."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\W+", "_", plain).strip("_")


def count_of(text: str, most: int) -> int | None:
    """Read a count; blank is None.

    Raises
    ------
    ValueError
        If it is not a whole number from 0 to ``most``.
    """
    if not text:
        return None
    number = float(text)
    if not (number.is_integer() and 0 <= number <= most):
        raise ValueError(text)
    return int(number)


def positive_of(text: str, most: float) -> float:
    """Read a number.

    Raises
    ------
    ValueError
        If it is none, or not more than 0 and at most ``most``.
    """
    number = float(text)
    if not 0.0 < number <= most:
        raise ValueError(text)
    return number


def truth_of(text: str, *, blank: bool) -> bool:
    """Read yes or no; ``blank`` is what nothing means.

    Raises
    ------
    ValueError
        If it is neither.
    """
    word = text.casefold()
    if not word:
        return blank
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError(text)


def made_id(prefix: str, *parts: str, lon: float, lat: float) -> str:
    """Make an id for a record that bears none, from what it says and where it is.

    Parameters
    ----------
    prefix : str
        Of the sort of record: ``f`` for facilities.
    parts : str
        Its name, for example.
    lon, lat : float
        WGS-84, decimal degrees; a millionth of a degree counts.

    Returns
    -------
    str
        The same for the same record in every file. Raises nothing of its own.
    """
    place = f"{round(lon * 1e6)},{round(lat * 1e6)}"
    content = "\n".join((*parts, place)).encode(errors="surrogatepass")
    return f"{prefix}-{hashlib.sha256(content).hexdigest()[:_HASH_DIGITS]}"


def made_trip_id(file: str, number: int, rider: str = "", key: bytes = b"") -> str:
    """Make an id for a trip that bears none.

    Parameters
    ----------
    file : str
        The file it came in.
    number : int
        Its place there, from 1.
    rider : str
        Whose it is, if known: two riders' files of one name hold different trips.
    key : bytes
        Without it nobody can find out by trying which rider a trip is of.

    Returns
    -------
    str
        ``morning-1``; with a rider a keyed hash of all three follows. Raises nothing of its own.
    """
    name = f"{PurePath(file).stem}-{number}"
    if not rider:
        return name
    content = f"{rider}\0{name}".encode(errors="surrogatepass")
    return f"{name}-{hmac.digest(key, content, 'sha256').hex()[:_HASH_DIGITS]}"


def long_text_reason(texts: Mapping[str, str]) -> str:
    """Say which of a record's texts is too long to be kept; blank if none is."""
    for name, text in texts.items():
        if len(text) > _LONGEST_TEXT:
            return (
                f"Its {name} has {len(text):,} characters; {_LONGEST_TEXT:,} are allowed. Shorten "
                "it, or look for a quotation mark that is not closed."
            )
    return ""


def long_name_reason(texts: Mapping[str, str]) -> str:
    """Say which of a record's names is too long to stand on a line; blank if none is."""
    for name, text in texts.items():
        if len(text) > _LONGEST_NAME:
            return f"Its {name} has {len(text):,} characters; {_LONGEST_NAME} are allowed."
    return ""


def id_reason(record_id: str, what: str = "id") -> str:
    """Say why an id, or what else a record is known by, can't be one; blank if it can."""
    if len(record_id) > _LONGEST_ID:
        return f"Its {what} is longer than {_LONGEST_ID} characters."
    return "" if record_id.isprintable() else f"Its {what} holds characters that can't be printed."


def category_reason(category: str) -> str:
    """Say why something can't be a category as issues name it; blank if it can."""
    if not category:
        return "It says no category."
    if category == ANY_CATEGORY:
        return f"Its category is {ANY_CATEGORY!r}, which stands for all others in deadlines."
    return id_reason(category, "category")


def shown(text: str) -> str:
    """Quote what a cell says, as far as a sentence has room for it."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
