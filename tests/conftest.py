"""What all tests share."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real files beside the checkout, or skip, saying so."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real files are not here: {folder.name} beside the checkout")
    return folder


@pytest.fixture(scope="session")
def demo_data() -> Path:
    """Return the demo district's files."""
    return ROOT / "data" / "geojson"
