"""Features of a collection: those in a box, at a time, that a filter lets through, page by page."""
