"""Mutation testing: break a line, see a test fail."""
