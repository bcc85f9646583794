"""Text from strangers, made safe for people who open tables in a spreadsheet."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    Source: OWASP, "CSV Injection". Numbers are not text and don't come through here.
    """
    return "'" + text if text.startswith(FORMULA_STARTS) else text
