"""By which name a rider's traces go: one that changes, so that no trace tells of those before.

A rider's account (keys, consent, teams, points) has one pseudonym for good. A trace bears the name
of the generation in which it begins: before any rotation that is the account's pseudonym itself;
later it is a keyed hash of that, each generation under a secret of its own.
"""

import hmac
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from geo_service.domain.rider import LENGTH
from geo_service.errors import NotReady

FIRST_MONTH = ""
"""Of the generation before any rotation."""
ALWAYS = datetime(1, 1, 1, tzinfo=UTC)
"""When that one begins."""


class Generation(NamedTuple):
    """Trips that begin then or later, up to the next generation, have names of their own."""

    month: str
    """The month of the city's calendar with which it begins, as ``2027-01``."""
    begins: datetime
    """UTC."""
    mark: str
    """Tells its secret from any other; not the secret."""


class Span(NamedTuple):
    """From when on, and before when, trips begin; None: no bound."""

    since: datetime | None
    until: datetime | None


class Secret(NamedTuple):
    """What is here of a generation's secret."""

    key: bytes | None
    """None: it is missing, or not the one that the workspace knows."""
    file: str
    """Where it lies, or should."""


@dataclass(frozen=True, slots=True)
class TraceNames:
    """The generations after the first one, in order, with their secrets as far as they are here."""

    generations: tuple[Generation, ...] = ()
    secrets: tuple[Secret, ...] = ()
    """In the same order."""

    def span(self, number: int) -> Span:
        """Say when the trips of a generation begin; 0 is the one before any rotation."""
        begins = [None, *(one.begins for one in self.generations), None]
        return Span(begins[number], begins[number + 1])

    def generation_of(self, starts: datetime) -> int:
        """Say of which generation a trip is that begins at a moment, with a zone."""
        return bisect_right([one.begins for one in self.generations], starts)

    def name(self, account: str, generation: int) -> str:
        """Name a rider in the traces of a generation.

        Parameters
        ----------
        account : str
            The pseudonym of the rider's account.
        generation : int
            As `generation_of` gives it.

        Raises
        ------
        NotReady
            If the secret is not here: another one would make other riders of them.
        """
        if generation == 0:
            return account
        secret = self.secrets[generation - 1]
        if secret.key is None:
            month = self.generations[generation - 1].month
            raise NotReady(
                f"The key for riders' names in trips from {month} on is not here, or is another.",
                where=secret.file,
                remedy="Put it back from where it is kept; without it the same riders would be "
                "others in these trips.",
            )
        return trace_pseudonym(account, secret.key)

    def names(self, account: str) -> tuple[str, ...]:
        """Return all names of a rider as far as secrets are here, the account's first."""
        later = (trace_pseudonym(account, one.key) for one in self.secrets if one.key is not None)
        return account, *later

    def lost(self) -> tuple[int, ...]:
        """Return the generations whose secret is not here, so that their trips are nobody's."""
        return tuple(number for number, one in enumerate(self.secrets, 1) if one.key is None)

    def accounts(self, among: Iterable[str]) -> Mapping[str, str]:
        """Return which of some accounts each name in traces is of. Raises nothing."""
        return {name: account for account in among for name in self.names(account)}


def trace_pseudonym(account: str, key: bytes) -> str:
    """Turn an account's pseudonym into that of its traces in one generation.

    Parameters
    ----------
    account : str
        16 hexadecimal digits.
    key : bytes
        The secret of the generation; without it the two can't be told to be one rider's.
    """
    return hmac.digest(key, account.encode(), "sha256").hex()[:LENGTH]
