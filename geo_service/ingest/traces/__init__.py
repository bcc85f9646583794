"""Traces from any kind of file, cleaned, as fixes."""
