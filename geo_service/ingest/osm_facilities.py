"""Facilities out of OpenStreetMap files, by their tags."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from geo_service.domain.facility import Facility, Kind, Service
from geo_service.domain.opening import check_opening_hours
from geo_service.domain.refusal import Batch
from geo_service.errors import RefusedData, WrongUsage
from geo_service.geometry.extent import Extent
from geo_service.ingest.columns import name_columns
from geo_service.ingest.files.rows import Rows
from geo_service.ingest.intake import repeated_names, take_records
from geo_service.ingest.osm_kinds import (
    KINDS,
    TABLE,
    WANTED,
    LeftOut,
    Tags,
    amenities_of,
    says_for_whom,
    sort_place,
)
from geo_service.ingest.osm_places import OsmPlace, read_places
from geo_service.ingest.positions import Positions, read_positions

_POSITION: Mapping[str, str] = MappingProxyType({"lon": "", "lat": ""})
_NAMES = ("name:zh", "name")
"""Keys of a place's name; the first that says something is taken."""
_STREETS = ("addr:street", "addr:place")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SHOWN = 5


def read_osm_facilities(
    path: Path, *, kind: str | None = None, near: Extent | None = None
) -> Batch[Facility]:
    """Read the places that serve riders from an OpenStreetMap file.

    Which tags make which kind, and which places are left out (and counted in a warning), is told
    in `osm_kinds`. Opening hours that can't be read are kept in ``more``, with a warning. A
    charger's service is ``charge``; batteries to swap have no tag of their own.

    Parameters
    ----------
    path : Path
        ``.osm``, ``.osm.bz2``, ``.osm.gz`` or ``.osm.pbf``.
    kind : str, optional
        Take only places of this kind.
    near : Extent, optional
        Around the streets; places too far from it are refused.

    Returns
    -------
    Batch of Facility
        Ids are ``osm/node/1``, ``osm/way/1``, ``osm/relation/1``; tags without a place of their
        own are in ``more``. Places that are left out are not counted as read.

    Raises
    ------
    UnreadableFile
        If the file as a whole can't be read.
    RefusedData
        If it holds no place that serves riders.
    WrongUsage
        If no tag makes the ``kind``.
    """
    if kind is not None and kind not in KINDS:
        raise WrongUsage(
            f"No tag of OpenStreetMap makes a {kind!r}.",
            where="--kind",
            remedy=f"Its kinds are: {', '.join(KINDS)}.",
        )
    places, left_out = _choose(read_places(path, WANTED), kind)
    if not places:
        raise _nothing(path.name, kind, left_out)
    rows = Rows(
        pd.DataFrame([place.point or (0.0, 0.0) for place, _ in places], columns=list(_POSITION)),
        file=path.name,
        faults={row: place.fault for row, (place, _) in enumerate(places) if place.fault},
    )
    maker = _Maker(places, read_positions(name_columns(rows, {}, _POSITION), near=near))
    batch = take_records(rows, [place.osm_id for place, _ in places], maker.make)
    warnings = (
        *_left_out_warnings(path.name, left_out),
        *_hours_warnings(path.name, maker.unread_hours),
        *_charger_warnings(path.name, batch.records),
        *repeated_names(path.name, [one.name for one in batch.records]),
    )
    return Batch(batch.records, batch.refusals, warnings, batch.read)


def _choose(
    found: Iterable[OsmPlace], kind: str | None
) -> tuple[list[tuple[OsmPlace, Kind]], Counter[LeftOut]]:
    """Part the places that riders can use from those left out, of one kind or of all."""
    places, left_out = list[tuple[OsmPlace, Kind]](), Counter[LeftOut]()
    for place in found:
        made = sort_place(place.tags)
        if made is None or (kind is not None and made.kind != kind):
            continue
        if made.left_out is None:
            places.append((place, made.kind))
        else:
            left_out[made.left_out] += 1
    return places, left_out


class _Maker:
    """Makes the facility of a row."""

    def __init__(self, places: Sequence[tuple[OsmPlace, Kind]], positions: Positions) -> None:
        self.places = places
        self.positions = positions
        self.unread_hours: list[str] = []
        """Ids of the places whose opening hours can't be read, as far as they are made."""

    def make(self, row: int) -> tuple[str, Facility]:
        """Return a row's id and facility; RefusedData says what is wrong with it."""
        (osm_id, tags, _, _), kind = self.places[row]
        if reason := self.positions.reason(row):
            raise RefusedData(reason)
        name = _first(tags, _NAMES)
        address, told = _address(tags)
        told |= {"name:en", "operator", *(key for key in _NAMES if tags.get(key) == name)}
        hours = tags.get("opening_hours", "")
        if _readable(hours):
            told.add("opening_hours")
        else:
            self.unread_hours.append(osm_id)
            hours = ""
        return osm_id, Facility(
            facility_id=osm_id,
            kind=kind.value,
            lon=float(self.positions.lon[row]),
            lat=float(self.positions.lat[row]),
            name=name.strip(),
            name_en=tags.get("name:en", "").strip(),
            operator=tags.get("operator", "").strip(),
            address=address,
            opening_hours=hours,
            amenities=amenities_of(kind, tags),
            services=frozenset({Service.CHARGE} if kind is Kind.CHARGING_CABINET else ()),
            more={key: text for key, text in tags.items() if key not in told},
        )


@lru_cache(maxsize=4096)
def _readable(hours: str) -> bool:
    """Say whether opening hours can be read; most places share theirs with others."""
    try:
        if hours:
            check_opening_hours(hours)
    except RefusedData:
        return False
    return True


def _first(tags: Tags, keys: Iterable[str]) -> str:
    return next((tags[key] for key in keys if tags.get(key)), "")


def _address(tags: Tags) -> tuple[str, set[str]]:
    """Return an address as its country writes it, and the keys it was made of.

    Chinese goes from the large to the small without spaces, others from the small to the large.
    """
    if tags.get("addr:full"):
        return tags["addr:full"].strip(), {"addr:full"}
    street = _first(tags, _STREETS)
    if not street:
        return "", set()
    number, city = tags.get("addr:housenumber", ""), tags.get("addr:city", "")
    keys = {*_STREETS, "addr:housenumber", "addr:city"}
    if _HAN.search(street):
        return f"{city}{tags.get('addr:district', '')}{street}{number}", {*keys, "addr:district"}
    return ", ".join(filter(None, (f"{street} {number}".strip(), city))), keys


def _nothing(file: str, kind: str | None, left_out: Counter[LeftOut]) -> RefusedData:
    what = f"{kind} that riders can use" if kind else "place that serves riders"
    though = f"; left out as of no use to them: {_counted(left_out)}" if left_out else ""
    tags = ", ".join(f"{row.key}={row.value}" for row in TABLE if kind in {None, row.kind})
    return RefusedData(
        f"The file holds no {what}{though}.",
        where=file,
        remedy=f"Looked for: {tags}. Extracts made for routing often lack such places.",
    )


def _left_out_warnings(file: str, left_out: Counter[LeftOut]) -> tuple[str, ...]:
    if not left_out:
        return ()
    return (f"{file}: left out as of no use to riders: {_counted(left_out)}.",)


def _counted(left_out: Counter[LeftOut]) -> str:
    return ", ".join(f"{reason} ({left_out[reason]})" for reason in LeftOut if left_out[reason])


def _hours_warnings(file: str, unread: Sequence[str]) -> tuple[str, ...]:
    if not unread:
        return ()
    said = (
        f"Opening hours that can't be read: {len(unread)} ({_shown(unread)}). Their text is kept; "
        "such a place is taken to be always open."
    )
    return (f"{file}: {said}",)


def _charger_warnings(file: str, records: Iterable[Facility]) -> tuple[str, ...]:
    unsure = [
        one.facility_id
        for one in records
        if one.kind == Kind.CHARGING_CABINET and not says_for_whom(one.more)
    ]
    if not unsure:
        return ()
    said = (
        f"Chargers that don't say for which vehicles they are: {len(unsure)} ({_shown(unsure)}). "
        "Some may be for cars only."
    )
    return (f"{file}: {said}",)


def _shown(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_SHOWN]) + (", ..." if len(ids) > _SHOWN else "")
