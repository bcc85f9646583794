"""Filters in OGC's Common Query Language: a text in, true or false of each feature out."""
