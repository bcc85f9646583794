"""A report as it was sent, by a program or by the page's form: its fields, answers and photos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, WithJsonSchema

from geo_service.domain.report import Report
from geo_service.flows.answer_once import HEADER
from geo_service.geometry.datum import Datum, to_wgs84
from geo_service.web.parameters import Moment, Number, Parameters


class ReportFields(Parameters):
    """Fields of the form, besides photos in `media` and answers in `attribute[CODE]`."""

    service_code: Annotated[str, Field(description="What it is, of those in services.")]
    lat: Annotated[Number, Field(description="Latitude, decimal degrees.")]
    long: Annotated[Number, Field(description="Longitude, decimal degrees.")]
    datum: Annotated[
        Datum,
        WithJsonSchema({"type": "string", "enum": list(Datum)}),
        Field(description="Of the position."),
    ] = Datum.WGS84
    description: Annotated[str, Field(description="Up to 4,000 characters.")] = ""
    address_string: Annotated[str, Field(description="The place in words.")] = ""
    requested_datetime: Annotated[
        Moment | None, Field(description="When it was seen; for drafts that are sent later.")
    ] = None
    api_key: Annotated[str, Field(description="Not needed; a Bearer header does as well.")] = ""
    idempotency_key: Annotated[
        str, Field(description=f"As the header {HEADER}, for those who can't send it.")
    ] = ""
    media_url: Annotated[str, Field(description="Nothing is fetched from it.")] = ""


@dataclass(frozen=True, slots=True)
class SentReport:
    """What was sent, read."""

    fields: ReportFields
    answers: Mapping[str, tuple[str, ...]]
    photos: Sequence[bytes]
    idempotency_key: str
    placed_by_photo: bool = False
    """Whether the place is that of a photo, for want of another."""

    def report(self) -> Report:
        """Put the report, its position in WGS-84."""
        told = self.fields
        lon, lat = to_wgs84(told.long, told.lat, told.datum)
        return Report(
            category=told.service_code,
            lon=lon,
            lat=lat,
            description=told.description,
            address=told.address_string,
            seen_at=told.requested_datetime,
            answers=self.answers,
        )
