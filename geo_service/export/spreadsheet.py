"""Text from strangers, made safe for people who open tables in a spreadsheet."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are full-width signs, which spreadsheets set to Chinese or Japanese run too."""


def safe_cell(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    Source: OWASP, "CSV Injection". Numbers are not text and don't come through here.
    """
    return "'" + text if text.startswith(FORMULA_STARTS) else text
