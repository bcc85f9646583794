"""True, false and unknown of every feature, joined as SQL joins them."""

from typing import NamedTuple

from geo_service.arrays import Flags


class Truth(NamedTuple):
    """Where something is true and where it is false; elsewhere it is unknown."""

    yes: Flags
    no: Flags
    """Both of shape (features,), or of none if they are the same for all."""

    @staticmethod
    def of(result: Flags, missing: Flags) -> "Truth":
        """Return what a test found, unknown where something was missing."""
        return Truth(result & ~missing, ~(result | missing))

    def negated(self) -> "Truth":
        """Return the opposite; of the unknown the unknown."""
        return Truth(self.no, self.yes)

    def both(self, other: "Truth") -> "Truth":
        """Return true where both are, false where one is."""
        return Truth(self.yes & other.yes, self.no | other.no)

    def either(self, other: "Truth") -> "Truth":
        """Return true where one is, false where both are."""
        return Truth(self.yes | other.yes, self.no & other.no)
