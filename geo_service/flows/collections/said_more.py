"""What else a record's source said of it, as one field of text."""

import json
from collections.abc import Mapping

from geo_service.features.columns import Field, Kind

MORE = Field(
    "more", Kind.TEXT, "What else its source said, a JSON object of texts; told to analysts only."
)


def more_text(more: Mapping[str, str]) -> str | None:
    """Write what else was said, names in order; None if that is nothing. Raises nothing."""
    return json.dumps(dict(more), ensure_ascii=False, sort_keys=True) if more else None
