"""Which issues riders could confirm."""

import numpy as np

from geo_service.overlay.unconfirmed import to_confirm


def test_open_issues_with_enough_riders_come_most_riders_first() -> None:
    still_open = np.array([True, True, False, True, True, True])
    riders = np.array([3, 2, 9, 7, 3, 0])
    assert to_confirm(still_open, riders, 3).tolist() == [3, 0, 4]
    assert to_confirm(still_open, riders, 1).tolist() == [3, 0, 4, 1]
    assert to_confirm(still_open, riders, 8).tolist() == []


def test_no_issues_are_none_to_confirm() -> None:
    assert to_confirm(np.zeros(0, np.bool_), np.zeros(0, np.int64), 3).tolist() == []
