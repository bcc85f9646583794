"""Write a GeoJSON file of the demo district, marked as illustrative."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

NOTICE = (
    "示意数据，为演示而虚构，并非实测；街道、场所、骑手与问题均不对应真实的人和地点。"
    " Illustrative data, invented for demonstration, not surveyed: streets, places, riders and "
    "issues stand for no real person or place."
)


def write_features(
    path: Path, name: str, description: str, features: Iterable[Mapping[str, object]]
) -> int:
    """Write features, one a line, and return how many; the same features give the same bytes.

    Parameters
    ----------
    path : Path
        The file to write or overwrite.
    name, description : str
        What the file holds; both go to its head, with the notice and the licence.
    features : iterable of mapping
        GeoJSON features, positions in WGS-84 longitude and latitude.
    """
    head = {
        "type": "FeatureCollection",
        "name": name,
        "description": description,
        "notice": NOTICE,
        "license": "Apache-2.0",
    }
    lines = [_compact(feature) for feature in features]
    text = _compact(head)[:-1] + ',"features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return len(lines)


def _compact(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
