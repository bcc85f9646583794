"""What people may write: any language, but nothing that can't be read, shown or stored."""

import unicodedata

_ALLOWED_CONTROLS = frozenset("\n\r\t")
_UNSEEN = frozenset({"Cc", "Cs", "Co", "Cn"})
"""Unicode's categories of controls, half characters, private and unassigned ones."""


def can_be_kept(text: str) -> bool:
    """Say whether a text can be in a database at all; PostgreSQL won't even be asked for others."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def text_fault(text: str, longest: int) -> str:
    """Say why a text can't be kept; blank if it can.

    Parameters
    ----------
    text : str
        As it came.
    longest : int
        How many characters it may have.
    """
    if len(text) > longest:
        return f"It is longer than {longest:,} characters."
    for character in text:
        if character in _ALLOWED_CONTROLS or unicodedata.category(character) not in _UNSEEN:
            continue
        if unicodedata.category(character) == "Cs":
            return "It holds half a character (a lone surrogate)."
        return "It holds a character that can't be shown (a control character, say)."
    return ""


def line_fault(text: str, longest: int) -> str:
    """Say why a text can't be kept as one line; blank if it can."""
    fault = text_fault(text, longest)
    if not fault and _ALLOWED_CONTROLS & set(text):
        return "It must be one line."
    return fault
