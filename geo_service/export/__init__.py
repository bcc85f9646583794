"""Formats out: tables and features for analysts."""
