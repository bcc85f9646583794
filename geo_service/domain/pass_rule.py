"""When a trip passes an issue: the rule's numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PassRule:
    """How close is a pass, and which fixes are joined to one path.

    Consecutive fixes of a trip are joined unless more than ``max_gap_s`` seconds or ``max_gap_m``
    metres apart; a segment hits an issue within ``radius_m`` metres of it; a pass is a longest run
    of hitting segments, and its moment the closest approach.
    """

    radius_m: float = 25.0
    max_gap_s: float = 120.0
    max_gap_m: float = 500.0
