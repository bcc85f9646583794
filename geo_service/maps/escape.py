"""Text that other people wrote, made harmless before it enters a page.

Escaping for HTML alone is not enough: folium puts text into JavaScript template strings, where a
back-tick or ``${`` runs, and branca renders each piece of a page a second time as a Jinja
template, where ``{{`` runs on the server. An entity for every character that is not a letter or
a digit is inert in all of them.
"""

import json
import re

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_RISKY = re.compile("[<>&'`${}\u2028\u2029\x7f\ud800-\udfff]")


def as_entities(text: str) -> str:
    """Write text as HTML in which only letters and digits stand for themselves.

    Parameters
    ----------
    text : str
        Anything. Raises nothing: a lone surrogate becomes an entity too.

    Returns
    -------
    str
        Safe in HTML text, attributes, JavaScript strings of any quotes, and Jinja templates.
    """
    return "".join(letter if letter.isalnum() else f"&#{ord(letter)};" for letter in text)


def as_script(value: object) -> str:
    """Write a value as JSON that can stand in a script of a page.

    Parameters
    ----------
    value : object
        What ``json.dumps`` takes; lists, mappings, text, finite numbers, None.

    Returns
    -------
    str
        JSON whose strings can end neither the script nor a template, and start no Jinja tag.

    Raises
    ------
    ValueError
        If a number is not finite.
    """
    # Letters of other scripts stay as they are, three bytes instead of six.
    dumped = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return _STRING.sub(lambda string: _RISKY.sub(_as_unicode_escape, string.group()), dumped)


def _as_unicode_escape(letter: re.Match[str]) -> str:
    return f"\\u{ord(letter.group()):04x}"
