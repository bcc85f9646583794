"""What the tests of reading files share: a present, and a way to write small files."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

Feature = dict[str, object]


@pytest.fixture
def now() -> datetime:
    return datetime(2025, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Return a function that writes a file of a name and gives its path."""

    def _write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


@pytest.fixture
def collection() -> Callable[[Sequence[object]], str]:
    """Return a function that makes a GeoJSON file's text of features."""

    def _collection(features: Sequence[object]) -> str:
        return json.dumps({"type": "FeatureCollection", "features": list(features)})

    return _collection


@pytest.fixture
def feature() -> Callable[..., Feature]:
    """Return a function that makes a feature of a geometry and properties."""

    def _feature(kind: str | None, coordinates: object = None, /, **properties: object) -> Feature:
        shape = None if kind is None else {"type": kind, "coordinates": coordinates}
        return {"type": "Feature", "geometry": shape, "properties": properties}

    return _feature
