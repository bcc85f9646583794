"""OGC API - Features: the collections, for the tools that people have already."""
