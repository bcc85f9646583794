"""Why a filter can't be used: said without telling the filter back."""

from geo_service.errors import WrongUsage

_SHOWN = 40
_KNOWN = 20


def refusal(what: str, remedy: str = "") -> WrongUsage:
    """Make the error of a filter.

    Parameters
    ----------
    what : str
        What is wrong with it, as a sentence. Never the filter's own text, but for a short name.
    remedy : str
        What to do.
    """
    return WrongUsage(what, where="filter", remedy=remedy)


def short(name: str) -> str:
    """Return a name that stands in a filter, fit to be shown: printable, not long."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in name[: _SHOWN + 1])
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."


def some_of(names: list[str]) -> str:
    """Return names in a row, at most so many of them."""
    more = len(names) - _KNOWN
    return ", ".join(names[:_KNOWN]) + (f" and {more} more" if more > 0 else "")
