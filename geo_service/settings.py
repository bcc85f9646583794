"""Every setting of the program, with its default and its reason, in one frozen value.

Settings come from the environment (``GEO_SERVICE_`` and the name in capitals) and from nowhere
else; what belongs to a city (time zone, country) is kept in its workspace.
"""

import ipaddress
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Self, TypeAlias

from geo_service.errors import WrongUsage

PREFIX = "GEO_SERVICE_"
BOUNDS = {
    "max_dropped_share": (0.0, 1.0),
    "clock_jump_fixes": (1.0, math.inf),
    "cell_resolution": (0.0, 15.0),
    "hot_spot_q": (0.0, 1.0),
    "confirm_riders": (1.0, math.inf),
    "ask_riders": (1.0, math.inf),
    "photo_side_px": (1.0, 10_000.0),
    "release_resolution": (0.0, 15.0),
    "release_riders": (10.0, math.inf),
    "release_step": (10.0, math.inf),
    "release_trim_m": (200.0, math.inf),
}
"""Least and most of the numbers that have bounds besides being 0 or more.

Releases may be made coarser than what the public was promised, never finer.
"""
_TILE_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?:\{s\}[A-Za-z0-9.-]*)?(?::\d+)?/[!#-;=?-~]*")
"""A host that a policy of pages can name, then letters that need no escape in a page."""
_HOST = re.compile(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]")
_ORIGIN = re.compile(r"https?://(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
"""As browsers send it: in small letters, without a slash at its end."""
_STORE = re.compile(r"[a-z0-9]+://([\w.-]+(@[\w.-]+)?(:[0-9]{1,5})?)?(/[^?#]*)?", re.ASCII)
"""A bucket or server and a path in it: no password and no question, since logs tell of a place."""
NOBODY = "none"
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


class Basemap(StrEnum):
    """What lies under the layers of maps."""

    STREETS = "streets"
    OSM = "osm"
    AMAP = "amap"
    TIANDITU = "tianditu"


def _default_rider_key_file() -> Path:
    """Keep the key of the riders' pseudonyms outside any workspace."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "geo_service" / "rider.key"


@dataclass(frozen=True, slots=True)
class Settings:
    """Thresholds and places; see each attribute's comment for its meaning and unit."""

    workspace: Path = Path("workspace")
    """The folder that holds one city."""
    database_url: str = ""
    """SQLAlchemy address of the database; empty: a SQLite file in the workspace."""
    traces_url: str = ""
    """Where files of traces lie, as s3://bucket/prefix; empty: `traces` in the workspace."""
    rider_key_file: Path = field(default_factory=_default_rider_key_file)
    """The secret that turns rider ids into pseudonyms; made on first use."""

    max_snap_m: float = 500.0
    """A position or facility farther than this from any street is answered in a straight line."""
    extent_margin_m: float = 75_000.0
    """A record farther than this from the streets' extent is refused."""
    stale_after_s: float = 600.0
    """Live state older than this says nothing."""

    radius_m: float = 25.0
    """How close a trip comes to an issue for it to be passed."""
    max_gap_s: float = 120.0
    """Fixes farther apart than this in time are not joined."""
    max_gap_m: float = 500.0
    """Fixes farther apart than this in space are not joined."""

    max_speed_m_s: float = 40.0
    """A fix that needs a greater speed from the last good one is dropped."""
    clock_jump_s: float = 43_200.0
    """Time that goes on or back by more than this in a trip is a clock that was set, no pause."""
    clock_jump_fixes: int = 3
    """So many fixes that go back in time together are a clock that was set, fewer out of order."""
    max_dropped_share: float = 0.2
    """A trip that loses a greater share of its fixes is refused."""
    future_slack_s: float = 300.0
    """A time may lie this far in the future: clocks differ."""
    stop_radius_m: float = 30.0
    """Fixes this near the first of them make a stop: positions at rest wander about as far."""
    stop_min_s: float = 180.0
    """A stop lasts at least this long, more than a red light; its fixes are kept."""

    cell_resolution: int = 10
    """H3 resolution of exposure cells (10: about 130 m across)."""
    hot_spot_q: float = 0.05
    """A place is a hot spot up to this q-value: at most so great a share of hot spots is false."""
    confirm_riders: int = 3
    """So many riders who agree confirm an issue, or that it is gone."""
    report_max_m: float = 5_000.0
    """A report farther than this from any street is refused."""
    duplicate_m: float = 30.0
    """So near an open issue of its category is offered as the same, unless the category says."""
    photo_pixels: int = 50_000_000
    """A photo with more pixels than this is refused before it is decoded."""
    photo_side_px: int = 1_600
    """Photos are made smaller so that neither side is longer."""

    usual_days: int = 28
    """A rider's usual routes are those of the last so many days of which there are traces."""
    usual_trips: int = 3
    """An issue lies on a rider's usual routes if so many of these trips passed it."""
    ask_riders: int = 10
    """So many riders at most are asked about an issue at a time."""
    task_days: int = 7
    """A question to a rider lapses after so many days."""
    check_closed_days: int = 7
    """For so many days after it was closed riders are asked whether an issue is really gone."""

    points_report: int = 10
    """Points for a report that is confirmed."""
    points_check: int = 2
    """Points for an answered question."""
    points_check_in: int = 1
    """Points for a visit to a station, once a day each."""
    upkeep_s: float = 60.0
    """So often a server passes overdue issues on and asks riders; 0: never by itself."""

    trace_days: int = 0
    """Trips are removed so many days after they end; 0: never, so that no city loses unasked."""
    audit_days: int = 365
    """The audit log keeps its entries for so many days; 0: for ever."""
    consent_file: str = ""
    """Text that riders agree to, Chinese, a line of ---, English; empty: the package's own."""

    release_resolution: int = 9
    """H3 resolution of public releases (9: about 350 m across)."""
    release_riders: int = 10
    """A cell is released only with at least this many distinct riders."""
    release_step: int = 10
    """Released counts are rounded down to a multiple of this."""
    release_trim_m: float = 200.0
    """The first and last metres of each trip are left out of releases."""

    basemap: Basemap = Basemap.STREETS
    """Base map of maps: `streets` (own, no outside host), `osm`, `amap` or `tianditu`."""
    basemap_url: str = ""
    """Own tile server in the base map's place, with {z}, {x}, {y}, maybe {s}; its datum stays."""
    tianditu_key: str = ""
    """Key (`tk`) for browsers that Tianditu gives out; every page with its tiles shows it."""

    reports_per_hour: int = 120
    """Reports without a key from one address (IPv6: its /64) an hour, all at once or not; 0: any.
    A whole office, or a carrier's riders, may share one."""
    key_reports_per_hour: int = 600
    """Reports by one key an hour, but for staff's; 0: any."""
    failed_keys_per_hour: int = 600
    """So many keys from one address may open nothing; then such ones have to wait; 0: any."""
    trusted_proxies: str = "127.0.0.1,::1"
    """Addresses or networks whose word about senders (`X-Forwarded-...`) counts; `none`: none."""
    common_folder: str = ""
    """Where the processes that serve on one machine keep what all of them must know for a while
    (limits, photos of unfinished forms, parts of open maps, counts), best in memory; empty: `serve`
    makes one for its workers."""
    allowed_hosts: str = ""
    """Names, with commas, that `Host` may be, since links are made of it; empty: any name."""
    allowed_origins: str = ""
    """Origins, with commas, whose pages may ask (CORS), as https://map.example.org; `*`: all."""

    gbfs_system_id: str = "geo_service"
    """Name of the city's battery swapping among all systems of GBFS; choose once, never change."""
    gbfs_contact: str = "nobody@example.org"
    """Email address for who reads the GBFS feeds."""
    gbfs_licence: str = ""
    """SPDX identifier of the feeds' licence; empty means, says GBFS, the public domain (CC0)."""
    gbfs_range_m: float = 50_000.0
    """How far a full battery of a cabinet carries."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read settings from an environment.

        Parameters
        ----------
        environ : mapping of str to str
            Usually ``os.environ``.

        Raises
        ------
        WrongUsage
            If a value is not of its setting's type or out of bounds, no setting has the name, a
            base map is named that can't be asked for, or GBFS could not tell what is set for it.
        """
        known = {PREFIX + entry.name.upper(): entry.name for entry in fields(cls)}
        settings = cls()
        for name, text in environ.items():
            if not name.startswith(PREFIX) or not text:
                continue
            if name not in known:
                raise WrongUsage(
                    f"There is no setting {name}.",
                    where="environment",
                    remedy=f"Known: {', '.join(sorted(known))}.",
                )
            kind = type(getattr(settings, known[name]))
            least, most = BOUNDS.get(known[name], (0.0, math.inf))
            try:
                value = kind(text)
                # Written so that NaN, which is in no order with anything, is caught too.
                in_bounds = isinstance(value, Path | str) or least <= value <= min(most, 1e12)
            except ValueError:
                in_bounds = False
            if not in_bounds:
                raise WrongUsage(
                    f"{name} is {text!r}, not {_described(kind, least, most)}.",
                    where="environment",
                )
            settings = replace(settings, **{known[name]: value})
        if settings.release_step % 10:
            raise WrongUsage(f"{PREFIX}RELEASE_STEP is not a multiple of 10.", where="environment")
        _check_basemap(settings)
        _check_gbfs(settings)
        _check_front(settings)
        _check_traces_url(settings)
        return settings

    def trusted_networks(self) -> tuple[Network, ...]:
        """Return the proxies that are trusted; ValueError if one can't be read."""
        named = [one for one in _listed(self.trusted_proxies) if one != NOBODY]
        return tuple(ipaddress.ip_network(one) for one in named)

    def host_names(self) -> tuple[str, ...]:
        """Return the names that this server goes by, in small letters; none: by any."""
        return tuple(name.lower() for name in _listed(self.allowed_hosts))

    def origins(self) -> tuple[str, ...]:
        """Return the origins whose pages may ask."""
        return _listed(self.allowed_origins)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _check_front(settings: Settings) -> None:
    """Raise WrongUsage if what is set of proxies, names and origins can't be meant."""
    where = "environment"
    try:
        settings.trusted_networks()
    except ValueError:
        raise WrongUsage(
            f"{PREFIX}TRUSTED_PROXIES holds what is no address or network.",
            where=where,
            remedy="Write for example 127.0.0.1,10.0.0.0/8",
        ) from None
    if not all(_HOST.fullmatch(name) for name in settings.host_names()):
        raise WrongUsage(
            f"{PREFIX}ALLOWED_HOSTS holds what is no name of a host.",
            where=where,
            remedy="Write for example geo.example.org,[::1] without ports.",
        )
    if not all(one == "*" or _ORIGIN.fullmatch(one) for one in settings.origins()):
        raise WrongUsage(
            f"{PREFIX}ALLOWED_ORIGINS holds what is no origin.",
            where=where,
            remedy="Write for example https://map.example.org,https://other.example:8443",
        )


def _check_traces_url(settings: Settings) -> None:
    """Raise WrongUsage if an address says more than a place, such as a password; not repeated."""
    if ":" in settings.traces_url and not _STORE.fullmatch(settings.traces_url):
        raise WrongUsage(
            f"{PREFIX}TRACES_URL is not the address of a bucket or folder alone.",
            where="environment",
            remedy="Write for example s3://bucket/prefix, and set credentials as the store's own "
            "library takes them (S3: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, or a profile).",
        )


def _check_basemap(settings: Settings) -> None:
    """Raise WrongUsage if maps could not be given the base map; a key is not repeated."""
    address, key, where = settings.basemap_url, settings.tianditu_key, "environment"
    if address:
        name = f"{PREFIX}BASEMAP_URL"
        asked = sorted(re.findall(r"\{(.*?)\}", address))
        if not _TILE_ADDRESS.fullmatch(address) or asked not in (list("xyz"), list("sxyz")):
            raise WrongUsage(
                f"{name} is {address!r}, not the address of tiles.",
                where=where,
                remedy="Write for example https://tiles.example.org/{z}/{x}/{y}.png",
            )
        if settings.basemap is Basemap.STREETS:
            raise WrongUsage(
                f"{name} is set, but {PREFIX}BASEMAP is streets, which needs no tiles.",
                where=where,
                remedy=f"Set {PREFIX}BASEMAP=osm, or amap if the tiles are drawn in GCJ-02.",
            )
    if key and not re.fullmatch(r"[0-9A-Za-z]+", key):
        raise WrongUsage(
            f"{PREFIX}TIANDITU_KEY has other characters than letters and digits.",
            where=where,
            remedy="Copy the key from console.tianditu.gov.cn once more.",
        )
    if settings.basemap is Basemap.TIANDITU and not (key or address):
        raise WrongUsage(
            f"{PREFIX}BASEMAP is tianditu, which needs a key.",
            where=where,
            remedy=f"Set {PREFIX}TIANDITU_KEY to one for browsers from console.tianditu.gov.cn.",
        )


def _check_gbfs(settings: Settings) -> None:
    """Raise WrongUsage if readers of GBFS could not read what is set for them."""
    for name, pattern, meant in (
        ("gbfs_system_id", r"[A-Za-z0-9_.-]+", "letters, digits and _ . -"),
        ("gbfs_contact", r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", "an email address"),
        ("gbfs_licence", r"[A-Za-z0-9.+-]*", "an SPDX identifier, as CC-BY-4.0"),
    ):
        if not re.fullmatch(pattern, getattr(settings, name)):
            raise WrongUsage(f"{PREFIX}{name.upper()} is not {meant}.", where="environment")


def _described(kind: type, least: float, most: float) -> str:
    if issubclass(kind, StrEnum):
        return f"one of {', '.join(kind)}"
    number = "a whole number" if kind is int else "a number"
    return (
        f"{number} of {least:g} or more"
        if most == math.inf
        else f"{number} from {least:g} to {most:g}"
    )
