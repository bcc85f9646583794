"""QR codes, drawn into our own pages as SVG."""

import segno
from markupsafe import Markup

QUIET_MODULES = 4
"""The empty border that readers need around a code (ISO/IEC 18004, 9.1)."""


def qr_picture(text: str) -> Markup:
    """Draw a QR code that still reads when a quarter of it is dirty or torn (level Q).

    Parameters
    ----------
    text : str
        What a phone reads, usually an address.

    Returns
    -------
    Markup
        An SVG element of the class ``qr`` without a size of its own; black on white, whatever the
        page's colours, since phones need it so.

    Raises
    ------
    segno.DataOverflowError
        If the text has more than some 1,600 bytes.
    """
    code = segno.make(text, error="q", boost_error=False, micro=False)
    drawn = code.svg_inline(
        border=QUIET_MODULES, omitsize=True, light="#fff", svgclass="qr", lineclass=None
    )
    return Markup(drawn)  # noqa: S704 - modules and numbers only
