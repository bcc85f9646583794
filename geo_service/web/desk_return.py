"""Back from an issue to the desk's list as it was: filters and page go along in addresses."""

from urllib.parse import parse_qsl, quote, urlencode

Pairs = list[tuple[str, str]]

CHOICES = ("stage", "category", "body_id", "overdue", "approved")
"""What the list's form asks; anything else in the address is left alone, for messengers add
parameters of their own to links they pass on."""
AFTER = "after"
"""Where the list goes on."""
BACK = "back"
"""What the list was asked, in the addresses and forms of an issue's page."""
LONGEST = 2_000


def list_path(asked: str) -> str:
    """Return the address of the list for what it was asked; raises nothing."""
    return f"/desk?{asked}" if asked else "/desk"


def going_back(asked: str) -> str:
    """Return what an issue's address ends with, so that it leads back; raises nothing."""
    return f"?{BACK}={quote(asked, safe='')}" if asked else ""


def write_asked(pairs: Pairs) -> str:
    """Write what the list is asked; raises nothing."""
    return urlencode(pairs)


def read_asked(text: str) -> str:
    """Read what an address says the list was asked; what the list never asks is left out.

    Raises nothing: from a broken address one comes back to the whole list.
    """
    if len(text) > LONGEST:
        return ""
    try:
        pairs = parse_qsl(text, max_num_fields=2 * len(CHOICES), errors="strict")
    except ValueError:
        return ""
    return write_asked([pair for pair in pairs if pair[0] in (*CHOICES, AFTER)])
