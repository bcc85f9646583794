"""Text files as spreadsheets and servers really write them: which bytes mean which characters."""

import gzip
import unicodedata
import zlib
from dataclasses import dataclass
from pathlib import Path

from geo_service.errors import UnreadableFile

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_STRANGE = frozenset({"Cc", "Cn", "Co"})
"""Unicode categories that text doesn't hold: control, unassigned, private use."""
_BLANKS = b"\xef\xbb\xbf \t\r\n"
_LINE_MARKS = frozenset("\t\r\n\f")
_LOOKED_AT = 100_000
"""Characters in which strange ones are looked for."""
_PIECE = 1 << 24
"""Bytes unpacked at once."""
_HARMLESS = 1 << 26
"""Bytes (64 MB) that may come of a packed file of any size: every machine has room for them."""
_HIGHEST_RATIO = 100
"""Tables shrink to a tenth, monotonous ones to a fortieth; bombs to a thousandth."""
_MOST_UNPACKED = 1 << 31
"""Bytes (2 GB) read from a packed file at most; a table takes several times that in memory."""


@dataclass(frozen=True, slots=True)
class Text:
    """What a file says, and what had to be guessed to read it."""

    utf8: bytes
    """Without a byte order mark."""
    warnings: tuple[str, ...] = ()


def read_bytes(path: Path) -> bytes:
    """Read a whole file; one whose name ends in ``.gz`` is unpacked.

    Raises
    ------
    UnreadableFile
        If it is not there, may not be read, is empty, is cut off, or would unpack to too much.
    """
    try:
        packed = path.suffix.lower() == ".gz"
        content = _unpack(path) if packed else path.read_bytes()
    except FileNotFoundError as problem:
        raise UnreadableFile("There is no such file.", where=str(path)) from problem
    except (gzip.BadGzipFile, EOFError, zlib.error) as problem:
        raise UnreadableFile(
            "The file is cut off, or not gzip though its name says so.",
            where=path.name,
            remedy="Fetch or pack it again.",
        ) from problem
    except OSError as problem:
        raise UnreadableFile(
            f"The file can't be opened ({problem.strerror}).", where=str(path)
        ) from problem
    # Mostly told by the first bytes, for to strip a file is to copy it.
    if not (content[:_LOOKED_AT].strip(_BLANKS) or content.strip(_BLANKS)):
        raise UnreadableFile("The file is empty.", where=path.name)
    return content


def _unpack(path: Path) -> bytes:
    """Unpack a file piece by piece, so that one that swells beyond reason is stopped early."""
    packed_size = path.stat().st_size
    most = min(max(_HARMLESS, _HIGHEST_RATIO * packed_size), _MOST_UNPACKED)
    pieces, size = list[bytes](), 0
    with gzip.open(path) as unpacked:
        while piece := unpacked.read(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise UnreadableFile(
                    f"The file's {packed_size / 1e6:,.1f} MB would unpack to more than "
                    f"{most / 1e6:,.0f} MB; no more is unpacked.",
                    where=path.name,
                    remedy="If it is what it should be, unpack it yourself or split it, and load "
                    "that.",
                )
    return b"".join(pieces)


def read_text(path: Path) -> Text:
    """Read a text file in UTF-8, UTF-16 with a byte order mark, or GB18030.

    Raises
    ------
    UnreadableFile
        If it is not there, empty, or not text.
    """
    return decode(read_bytes(path), path.name)


def decode(content: bytes, file: str) -> Text:
    """Find out which characters bytes mean.

    Parameters
    ----------
    content : bytes
        UTF-8 with or without a byte order mark, UTF-16 with one, or GB18030 (which Chinese
        spreadsheets write); the last gives a warning, for it is a guess.
    file : str
        How errors name the file.

    Raises
    ------
    UnreadableFile
        If the bytes are no text in any of these.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            plain = content[len(mark) :]
            text = _checked(plain, encoding, file)
            return Text(plain if encoding == "utf-8" else text.encode())
    if b"\0" in content:
        raise _not_text(file)
    try:
        _check_characters(content.decode(), file)
    except UnicodeDecodeError:
        text = _checked(content, "gb18030", file)
        return Text(text.encode(), (f"{file} is not UTF-8; it was read as GB18030 (Chinese).",))
    return Text(content)


def _checked(content: bytes, encoding: str, file: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as problem:
        raise _not_text(file) from problem
    _check_characters(text, file)
    return text


def _check_characters(text: str, file: str) -> None:
    strange = set(text[:_LOOKED_AT]) - _LINE_MARKS
    if any(unicodedata.category(character) in _STRANGE for character in strange):
        raise _not_text(file)


def _not_text(file: str) -> UnreadableFile:
    return UnreadableFile(
        "The file is not text, though its name says so.",
        where=file,
        remedy="Save it as UTF-8 text (a spreadsheet: as 'CSV UTF-8') and load that.",
    )
