"""Which parts of OGC's Common Query Language (CQL2, 21-065r2) filters here fulfil."""

_CLASSES = (
    "accent-insensitive-comparison",
    "advanced-comparison-operators",
    "arithmetic",
    "array-functions",
    "basic-cql2",
    "basic-spatial-functions",
    "basic-spatial-functions-plus",
    "case-insensitive-comparison",
    "cql2-json",
    "cql2-text",
    "property-property",
    "spatial-functions",
    "temporal-functions",
)

CONFORMS = tuple(f"http://www.opengis.net/spec/cql2/1.0/conf/{name}" for name in _CLASSES)
"""The URIs of the conformance classes."""
