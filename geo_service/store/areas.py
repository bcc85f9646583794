"""Areas and the bodies that answer for them, in the database."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.body_tree import circle_among
from geo_service.errors import RefusedData
from geo_service.store import city
from geo_service.store.packed import pack_more, pack_set, unpack_more, unpack_set
from geo_service.store.schema import areas, bodies
from geo_service.store.upsert import Found, Written, upsert

READ_BODIES = select(*bodies.c)


def write(
    connection: Connection,
    area_records: Sequence[Area],
    body_records: Sequence[Body],
    *,
    replace: bool = False,
) -> Written:
    """Write areas and bodies by id; of two with the same id the later one stays.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    area_records : sequence of Area
    body_records : sequence of Body
        In any order: a parent may come after its children.
    replace : bool
        Whether areas and bodies that are not given are removed.

    Returns
    -------
    Written
        Areas and bodies counted together.

    Raises
    ------
    RefusedData
        If a body's parent, or the body of an area, is neither given nor known, or bodies stand
        above themselves.
    """
    written_bodies = upsert(
        connection, bodies, [_body_row(body) for body in body_records], replace=replace
    )
    written_areas = upsert(
        connection, areas, [_area_row(area) for area in area_records], replace=replace
    )
    _check_bodies(connection, area_records, body_records)
    city.count_change(connection)
    return written_areas + written_bodies


def read_areas(connection: Connection) -> list[Area]:
    """Return all areas in order of id."""
    found = [
        Area(
            area_id=row.area_id,
            name=row.name,
            body_id=row.body_id or "",
            wkb=row.wkb,
            name_en=row.name_en,
            more=unpack_more(row.more),
        )
        for row in connection.execute(select(areas))
    ]
    return sorted(found, key=lambda area: area.area_id)


def read_bodies(connection: Connection) -> list[Body]:
    """Return all bodies in order of id."""
    found = [_body(row) for row in connection.execute(READ_BODIES)]
    return sorted(found, key=lambda body: body.body_id)


def find_body(connection: Connection, body_id: str) -> Body | None:
    """Return one body; None if none has the id."""
    row = connection.execute(READ_BODIES.where(bodies.c.body_id == body_id)).one_or_none()
    return None if row is None else _body(row)


def bodies_by_id(connection: Connection) -> dict[str, Body]:
    """Return all bodies by id."""
    return {body.body_id: body for body in read_bodies(connection)}


def read_rows(connection: Connection) -> list[object]:
    """Return all that decides who answers for a place, as plain rows.

    Equal to what was read before as long as none of it has changed; a fraction of the time that
    `read_areas` and `read_bodies` take.
    """
    borders = select(areas.c.area_id, areas.c.body_id, areas.c.wkb).order_by(areas.c.area_id)
    return [
        *connection.execute(borders),
        *connection.execute(READ_BODIES.order_by(bodies.c.body_id)),
    ]


def _check_bodies(
    connection: Connection, area_records: Sequence[Area], body_records: Sequence[Body]
) -> None:
    """Refuse what points to a body that is not there, and bodies without a top.

    The database's own rule names nothing.
    """
    parents = {
        row.body_id: row.parent_id or ""
        for row in connection.execute(select(bodies.c.body_id, bodies.c.parent_id))
    }
    known = {"", *parents}
    for area in area_records:
        if area.body_id not in known:
            raise RefusedData(
                f"The area's body {area.body_id!r} is not there.",
                where=f"area {area.area_id}",
                remedy="Add the body to the file, or correct the area's body_id.",
            )
    for body in body_records:
        if body.parent_id not in known:
            raise RefusedData(
                f"The body's parent {body.parent_id!r} is not there.",
                where=f"body {body.body_id}",
                remedy="Add the parent to the file, or correct the body's parent_id.",
            )
    circle = circle_among(parents)
    if circle:
        raise RefusedData(
            f"Bodies stand above themselves, each under the next: {' < '.join(circle)} < "
            f"{circle[0]}.",
            where=f"body {circle[0]}",
            remedy="Give one of them a parent outside the circle, or none.",
        )


def _area_row(area: Area) -> dict[str, object]:
    return {
        "area_id": area.area_id,
        "name": area.name,
        "name_en": area.name_en,
        "body_id": area.body_id or None,
        "wkb": area.wkb,
        "more": pack_more(area.more),
    }


def _body(row: Found) -> Body:
    return Body(
        body_id=row.body_id,
        name=row.name,
        level=Level(row.level),
        name_en=row.name_en,
        parent_id=row.parent_id or "",
        categories=unpack_set(row.categories),
    )


def _body_row(body: Body) -> dict[str, object]:
    return {
        "body_id": body.body_id,
        "name": body.name,
        "name_en": body.name_en,
        "level": body.level,
        "parent_id": body.parent_id or None,
        "categories": pack_set(body.categories),
    }
