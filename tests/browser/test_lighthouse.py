"""The rider's page as Lighthouse sees it; how fast it is, ``scripts/bench pages`` says."""

import lighthouse
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEAST = 95


def test_everybody_can_use_the_riders_page_and_it_is_made_well(demo: tuple[str, str]) -> None:
    missing = lighthouse.what_is_missing()
    if missing:
        pytest.skip(f"{missing} is not installed")
    found = lighthouse.audit(f"{demo[0]}/", "accessibility", "best-practices")
    assert min(found.scores.values()) >= LEAST, found.faults
