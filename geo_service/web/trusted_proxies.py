"""What stands before the server: whose word about the sender is taken, and under which names."""

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

from geo_service.settings import Settings
from geo_service.web.problems import WrongHost, problem_of_error, problem_response
from geo_service.web.request_counts import RequestCounts
from geo_service.web.security_headers import SecurityHeaders

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_HOST: Final = re.compile(rb"(?:[A-Za-z0-9_.-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_PAIR: Final = re.compile(r'\s*([A-Za-z]+)=(?:"([^"\\]*)"|([^",;\s]*))\s*')
_PORT: Final = re.compile(r":[0-9]{1,5}$")
SCHEMES: Final = ("http", "https")
ADDRESSES_KEPT: Final = 256
LONGEST_ADDRESS: Final = 64
"""With a port, brackets and blanks around it."""


class TrustedProxies:
    """Takes from proxies that are trusted who asks and whether by https; from nobody else.

    Unless the settings say otherwise a proxy on this machine is trusted. ``Host`` must be the name
    of a host, and one of those of the settings if there are any: links are made of it.

    Parameters
    ----------
    app : ASGI app
        Takes the requests.
    settings : Settings
        Name the proxies and hosts.
    counts : RequestCounts
        Of the process.
    """

    def __init__(self, app: ASGIApp, settings: Settings, counts: RequestCounts) -> None:
        self._app = app
        self._counts = counts
        self._trusted = settings.trusted_networks()
        self._hosts = frozenset(name.encode() for name in settings.host_names())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, as it was sent."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not self._is_ours(scope["headers"]):
            refused = problem_response(problem_of_error(WrongHost("This is no name of this host.")))
            await SecurityHeaders(refused, self._counts)(scope, receive, send)
            return
        if self._trusted and self.trusts(scope["client"]):
            scope = self._told_by_proxy(scope)
        await self._app(scope, receive, send)

    def _is_ours(self, headers: Sequence[tuple[bytes, bytes]]) -> bool:
        names = [value for name, value in headers if name == b"host"]
        if not names:
            return not self._hosts
        if len(names) > 1 or not _HOST.fullmatch(names[0]):
            return False
        return not self._hosts or _PORT.sub("", names[0].decode().lower()).encode() in self._hosts

    def trusts(self, client: tuple[str, int] | None) -> bool:
        """Say whether who connects is a proxy that is trusted; raises nothing."""
        address = _address(client[0]) if client else None
        return address is not None and self._is_trusted(address)

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)

    def _told_by_proxy(self, scope: Scope) -> Scope:
        """Return a request as the nearest proxy got it from whom it does not pass on for."""
        headers: Sequence[tuple[bytes, bytes]] = scope["headers"]
        steps = _list(headers, b"x-forwarded-for")
        schemes = _list(headers, b"x-forwarded-proto")
        forwarded = _list(headers, b"forwarded")
        if forwarded and (steps or schemes):
            # One of them the proxy has passed on as it came, and nobody knows which.
            return scope
        if forwarded:
            told = [_pairs(one) for one in forwarded]
            steps = [pairs.get("for", "") for pairs in told]
            schemes = [told[-1].get("proto", "")]
        changed: dict[str, object] = {}
        sender = self._sender(steps)
        if sender is not None:
            changed["client"] = (str(sender), 0)
        if schemes and schemes[-1].lower() in SCHEMES:
            changed["scheme"] = schemes[-1].lower()
        return {**scope, **changed}

    def _sender(self, steps: Sequence[str]) -> Address | None:
        """Return the last address that is of no proxy of ours; None: nothing is known but that."""
        last: Address | None = None
        for step in reversed(steps):
            address = _address(step)
            if address is None:
                break
            last = address
            if not self._is_trusted(address):
                break
        return last


def _list(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> list[str]:
    whole = ",".join(value.decode("latin-1") for key, value in headers if key == name)
    return [one.strip() for one in whole.split(",")] if whole.strip() else []


def _pairs(element: str) -> dict[str, str]:
    """Read one element of ``Forwarded`` (RFC 7239); one that can't be read tells nothing."""
    found = [_PAIR.fullmatch(one) for one in element.split(";")]
    return {pair[1].lower(): pair[2] or pair[3] or "" for pair in found if pair}


def _address(told: str) -> Address | None:
    """Read an address, with a port or brackets or without; None if it is none."""
    return _read_address(told.strip()) if len(told) <= LONGEST_ADDRESS else None


# Most requests come by a few proxies, and to read an address takes longer than all else here.
@lru_cache(maxsize=ADDRESSES_KEPT)
def _read_address(text: str) -> Address | None:
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
