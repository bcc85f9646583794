"""How often may be reported, a photo be drawn, and keys be tried that open nothing: by whom."""

import ipaddress
import math
from time import monotonic

from starlette.requests import Request

from geo_service.flows.check_keys import STAFF
from geo_service.settings import Settings
from geo_service.store.keys import Key
from geo_service.web.commons import Commons
from geo_service.web.problems import TooMany
from geo_service.web.token_buckets import TokenBuckets

NETWORK_BITS = 64
"""Of an IPv6 address: whoever has one has all that begin so."""


class Limits:
    """What is counted of senders and keys, by all processes of one machine together.

    Parameters
    ----------
    settings : Settings
        Say how many an hour.
    commons : Commons
        Where it is counted.
    """

    def __init__(self, settings: Settings, commons: Commons) -> None:
        def each(what: str, an_hour: int) -> TokenBuckets:
            return TokenBuckets(commons, what, an_hour)

        self._reports = each("reports", settings.reports_per_hour)
        self._previews = each("previews", settings.reports_per_hour)
        self._key_reports = each("reports by key", settings.key_reports_per_hour)
        self._failed_keys = each("failed keys", settings.failed_keys_per_hour)

    def count_report(self, request: Request, key: Key | None) -> None:
        """Count a report, unless it is one too many; staff's are not counted.

        Raises
        ------
        TooMany
            If so many came from this address without a key, or by this key.
        """
        if key is not None and key.role in STAFF:
            return
        if key is None:
            wait_s = self._reports.take(address_of(request), monotonic())
        else:
            wait_s = self._key_reports.take(key.key_id, monotonic())
        if wait_s:
            whom = "from this address" if key is None else "by this key"
            raise TooMany(f"Too many reports have come {whom}.", math.ceil(wait_s))

    def count_preview(self, request: Request) -> None:
        """Count a photo that is to be drawn for its form alone, unless it is one too many.

        Raises
        ------
        TooMany
            If as many came from this address as there may be reports without a key.
        """
        wait_s = self._previews.take(address_of(request), monotonic())
        if wait_s:
            raise TooMany("Too many photos have come from this address.", math.ceil(wait_s))

    def count_wrong_key(self, request: Request) -> None:
        """Count a key that opened nothing.

        Good ones are neither counted nor kept waiting: others at their holder's address fail.

        Raises
        ------
        TooMany
            If it is one too many from this address.
        """
        wait_s = self._failed_keys.take(address_of(request), monotonic())
        if wait_s:
            raise TooMany("Too many keys from this address were not valid.", math.ceil(wait_s))


def address_of(request: Request) -> str:
    """Return what is counted as one sender; blank where no address is known. Raises nothing."""
    return sender_of(request.client.host if request.client else "")


def sender_of(host: str) -> str:
    """Return what is counted as one sender of an address, as text; raises nothing."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, NETWORK_BITS), strict=False))
    return str(address)
