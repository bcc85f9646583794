"""Which requirement classes of the OGC standards ``/ogc`` is built to meet."""

from geo_service.features.filters.conformance import CONFORMS

PART_1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
PART_2 = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/"
PART_3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/"

CONFORMS_TO = (
    f"{PART_1}core",
    f"{PART_1}oas30",
    f"{PART_1}html",
    f"{PART_1}geojson",
    f"{PART_2}crs",
    f"{PART_3}queryables",
    f"{PART_3}queryables-query-parameters",
    f"{PART_3}filter",
    f"{PART_3}features-filter",
    *CONFORMS,
)
