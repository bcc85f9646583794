"""The collection of facilities, each as it stands in the workspace."""

from collections.abc import Collection as Several

import shapely

from geo_service.domain.facility import Facility, Service
from geo_service.domain.visibility import Viewer
from geo_service.features.columns import Features, Field, Kind, Row, Value
from geo_service.flows.collections.collection import Collection, Shape, Sight, point_rows
from geo_service.flows.collections.said_more import MORE, more_text
from geo_service.flows.wiring import Workspace
from geo_service.store import facilities as stored_facilities
from geo_service.store.change_journal import FACILITIES as JOURNAL
from geo_service.store.database import Connection

FIELDS = (
    Field("kind", Kind.TEXT, "What sort of place it is, as rest_station."),
    Field("name", Kind.TEXT, "What it is called."),
    Field("name_en", Kind.TEXT, "What it is called in English."),
    Field("operator", Kind.TEXT, "Who runs it."),
    Field("address", Kind.TEXT, "Where it is, in words."),
    Field("opening_hours", Kind.TEXT, "When it is open, in OpenStreetMap's syntax."),
    Field("amenities", Kind.TEXTS, "What riders find there, as water or seats."),
    Field(
        "services", Kind.TEXTS, "What a charging cabinet offers; none told: both.",
        choices=tuple(Service),
    ),
    Field("state_observed_at", Kind.MOMENT, "When it last reported its state."),
    Field("charged", Kind.INTEGER, "Charged batteries ready to be taken then.", "batteries"),
    Field("empty", Kind.INTEGER, "Empty working slots then.", "slots"),
    Field("free", Kind.INTEGER, "Free spaces then.", "spaces"),
    Field("out_of_order", Kind.FLAG, "Whether it was out of order then."),
    MORE,
)  # fmt: skip


def facility_row(facility: Facility, sight: Sight) -> Row:
    """Make the feature of one facility.

    Parameters
    ----------
    facility : Facility
        As it is stored.
    sight : Sight
        By whose rights; what else the source said is for analysts. Raises nothing.
    """
    point = shapely.Point(facility.lon, facility.lat)
    return facility.facility_id, point, _values(facility, sight)


def read_facilities(workspace: Workspace, sight: Sight) -> Features:
    """Read all facilities. Raises nothing of its own."""
    with workspace.database.reading() as connection:
        told = [
            (one.facility_id, one.lon, one.lat, _values(one, sight))
            for one in stored_facilities.each(connection)
        ]
    return Features.of(FIELDS, point_rows(told))


def read_some(connection: Connection, ids: Several[str], sight: Sight) -> dict[str, Row | None]:
    """Read the facilities with some ids; None for each that is not there. Raises nothing."""
    found = stored_facilities.find_many(connection, ids)
    return {**dict.fromkeys(ids), **{one.facility_id: facility_row(one, sight) for one in found}}


def _values(facility: Facility, sight: Sight) -> tuple[Value, ...]:
    state = facility.state
    return (
        facility.kind,
        facility.name or None,
        facility.name_en or None,
        facility.operator or None,
        facility.address or None,
        facility.opening_hours or None,
        tuple(sorted(facility.amenities)) or None,
        tuple(map(str, sorted(facility.services))) or None,
        None if state is None else state.observed_at,
        None if state is None else state.charged,
        None if state is None else state.empty,
        None if state is None else state.free,
        None if state is None else state.out_of_order,
        None if sight.viewer is Viewer.PUBLIC else more_text(facility.more),
    )


FACILITIES = Collection(
    name="facilities",
    title="Facilities",
    description="Places that serve riders: rest stations, parking points, charging cabinets and "
    "others. Each with the state it last reported, whenever that was.",
    shape=Shape.POINT,
    id_name="facility_id",
    fields=FIELDS,
    read=read_facilities,
    journal=JOURNAL,
    read_some=read_some,
    called=("name", "name_en"),
    sort="kind",
)
