"""Formats in: every file a user brings, read whole or refused with reasons."""
