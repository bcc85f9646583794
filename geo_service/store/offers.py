"""What points are taken for, in the database."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from geo_service.domain.offer import Offer
from geo_service.store import city
from geo_service.store.credit_schema import offers
from geo_service.store.upsert import Written, upsert

READ = select(*offers.c)


def write(connection: Connection, records: Sequence[Offer], *, replace: bool = False) -> Written:
    """Write offers by id; of two with the same id the later one stays.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    records : sequence of Offer
    replace : bool
        Whether offers that are not given are removed; what was taken of them stays in the ledger.
    """
    written = upsert(connection, offers, [_row(record) for record in records], replace=replace)
    city.count_change(connection)
    return written


def read_all(connection: Connection) -> list[Offer]:
    """Return all offers in order of id, those that are over or all taken too."""
    found = [Offer(*row) for row in connection.execute(READ)]
    return sorted(found, key=lambda record: record.offer_id)


def find(connection: Connection, offer_id: str) -> Offer | None:
    """Return one offer; None if none has the id."""
    row = connection.execute(READ.where(offers.c.offer_id == offer_id)).one_or_none()
    return None if row is None else Offer(*row)


def _row(record: Offer) -> dict[str, object]:
    return {
        "offer_id": record.offer_id,
        "name": record.name,
        "name_en": record.name_en,
        "provider": record.provider,
        "facility_id": record.facility_id,
        "points": record.points,
        "stock": record.stock,
        "until": record.until,
    }
