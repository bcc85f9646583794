"""Text as XML holds it, so that what is read is what was written."""

from geo_service.export.open311_document import plain

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
"""A carriage return as it is would be read as a line feed."""


def xml_text(text: str) -> str:
    """Write text between tags; what XML can't hold is left out. Raises nothing."""
    return plain(text).translate(_ESCAPES)
