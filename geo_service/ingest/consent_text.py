"""The text that riders agree to: the package's own, or the city's from a file."""

from importlib.resources import files
from pathlib import Path

from geo_service.domain.consent import ConsentText
from geo_service.errors import NotReady

PARTER = "---"
LONGEST = 20_000
"""Letters; nobody agrees to more than can be read."""


def read_consent_text(path: Path | None) -> ConsentText:
    """Read the text, Chinese above a line of ``---``, English below it.

    Parameters
    ----------
    path : Path or None
        UTF-8; None: the package's own.

    Raises
    ------
    NotReady
        If the file can't be read, or is not in two parts.
    """
    own = files("geo_service.ingest") / "texts" / "consent.txt"
    try:
        content = (own if path is None else path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise _unreadable(path) from problem
    lines = content.splitlines()
    if lines.count(PARTER) != 1 or len(content) > LONGEST:
        raise _unreadable(path)
    line = lines.index(PARTER)
    text = ConsentText("\n".join(lines[:line]).strip(), "\n".join(lines[line + 1 :]).strip())
    if not text.zh or not text.en:
        raise _unreadable(path)
    return text


def _unreadable(path: Path | None) -> NotReady:
    return NotReady(
        "The text that riders agree to can't be read, so no traces are taken.",
        where=str(path),
        remedy="Name in GEO_SERVICE_CONSENT_FILE a text in UTF-8: Chinese, a line of ---, English.",
    )
