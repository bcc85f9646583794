"""What answers about a rider's own things look like: points, vouchers and visits."""

from geo_service.domain.credit import Reason
from geo_service.web.schemas.facilities import FACILITY_ID, NAME, NAME_EN
from geo_service.web.schemas.shapes import (
    Schema,
    choice,
    moment,
    or_null,
    record,
    several,
    text,
    truth,
    whole,
)

VOUCHER = text("To be shown where it is redeemed.", "12-ABCDEFGHIJ")
_BALANCE: Schema = {"type": "integer", "description": "The points there are.", "examples": [34]}
_POINTS: Schema = {
    "type": "integer",
    "description": "Given, or below 0: taken.",
    "examples": [-20],
}
_ENTRY_ID = whole("Of the entry, from 1 in the order of time.", 12, minimum=1)
_OFFER_ID = text("The offer's id.", "battery-swap")
_COST = whole("What it takes.", 20)


def _next(example: str) -> Schema:
    return or_null(text("The address of the next page; null: this is the last.", example))


CREDITS = record(
    "Credits",
    {
        "balance": _BALANCE,
        "entries": several(
            record(
                "CreditEntry",
                {
                    "entry_id": _ENTRY_ID,
                    "entered_at": moment("When."),
                    "points": _POINTS,
                    "reason": choice("What for.", list(Reason)),
                    "subject": text("The id of what it is about.", "battery-swap"),
                    "voucher": or_null(VOUCHER),
                },
            ),
            "Newest first.",
        ),
        "next": _next("/credits?before=12&limit=50"),
    },
)
_OFFER: dict[str, Schema] = {
    "offer_id": _OFFER_ID,
    "name": text("What it is.", "免费换电一次"),
    "name_en": text("The same in English; may be empty.", "One battery swap"),
    "provider": text("Who gives it.", "Tower Swap"),
    "facility_id": text("Where; empty: not at a facility.", "cabinet-changhong"),
    "points": _COST,
    "until": or_null(moment("Until when; null: without an end.")),
}
OFFERS = record(
    "Offers",
    {
        "offers": several(
            record(
                "ListedOffer",
                {
                    **_OFFER,
                    "left": or_null(whole("How many are left; null: enough.", 500)),
                    "available": truth("Whether it can be taken now."),
                },
            ),
            "In order of id.",
        )
    },
)
REDEMPTION = record(
    "Redemption",
    {
        "entry_id": _ENTRY_ID,
        "offer_id": _OFFER_ID,
        "points": _COST,
        "balance": _BALANCE,
        "voucher": VOUCHER,
    },
)
GOOD_VOUCHER = record(
    "GoodVoucher",
    {
        "valid": {"type": "boolean", "const": True},
        "offer_id": _OFFER_ID,
        "points": _COST,
        "redeemed_at": moment("When it was taken."),
        "used_at": or_null(moment("When something was handed out for it; null: not yet.")),
        "offer": or_null(record("Offer", _OFFER)),
    },
)
VOUCHER_ANSWER: Schema = {
    "oneOf": [GOOD_VOUCHER, record("NoVoucher", {"valid": {"type": "boolean", "const": False}})]
}
CHECKED_IN = record(
    "CheckedIn",
    {
        "counted": truth("Whether it counts: once a day."),
        "points": whole("Given for it.", 1),
        "balance": _BALANCE,
    },
)
VISITS = record(
    "Visits",
    {
        "visits": several(
            record(
                "Visit",
                {
                    "facility_id": FACILITY_ID,
                    "name": NAME,
                    "name_en": NAME_EN,
                    "day": text("Of the city.", "2026-10-01", format="date"),
                    "checked_in_at": moment("When."),
                },
            ),
            "Newest first.",
        ),
        "next": _next("/checkins?before=2026-10-01&limit=50"),
    },
)
