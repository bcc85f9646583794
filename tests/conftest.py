"""What all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# Kernels that run as plain Python, for their lines to be counted, are a hundred times slower.
PLAIN = os.environ.get("NUMBA_DISABLE_JIT") == "1"

# Machines are noisy, so no example has a deadline; CI tries the same examples each time.
settings.register_profile(
    "here", deadline=None, derandomize="CI" in os.environ, max_examples=10 if PLAIN else 100
)
settings.load_profile("here")


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
