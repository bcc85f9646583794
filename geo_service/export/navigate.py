"""Links that hand a rider over to the navigation of Amap."""

from urllib.parse import urlencode

from geo_service.domain.facility import Facility
from geo_service.geometry.datum import Datum, convert

AMAP = "https://uri.amap.com/navigation"


def amap_link(facility: Facility, *, riding: bool) -> str:
    """Return a link that opens the way to a facility, in GCJ-02 as Amap expects.

    Parameters and their values: Amap's "URI API" for navigation (``to``, ``mode``, ``coordinate``).

    Parameters
    ----------
    facility : Facility
        Where to go.
    riding : bool
        Whether one rides; otherwise one walks.
    """
    lon, lat = convert(facility.lon, facility.lat, source=Datum.WGS84, target=Datum.GCJ02)
    # A comma parts the position from the name, so the name may hold none.
    name = (facility.name or facility.name_en).replace(",", " ")
    return f"{AMAP}?" + urlencode(
        {
            "to": f"{float(lon):.6f},{float(lat):.6f}" + (f",{name}" if name else ""),
            "mode": "ride" if riding else "walk",
            "coordinate": "gaode",
            "callnative": "1",
        }
    )
