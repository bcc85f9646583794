"""Documents of ``/ogc``, asked for over HTTP."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Got = Callable[..., dict[str, Any]]


@pytest.fixture
def got(city_door: httpx.Client) -> Got:
    """Ask for a document that must be there; return its JSON."""

    def got(address: str, **params: str) -> dict[str, Any]:
        told = {name.replace("_", "-"): text for name, text in params.items()}
        answer = city_door.get(address, params=told or None)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return got


@pytest.fixture
def api(got: Got) -> dict[str, Any]:
    """Return the description of ``/ogc`` in OpenAPI."""
    return got("/ogc/api")
