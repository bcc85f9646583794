"""Nearest on streets: the directed network of a profile, and the way to the nearest. Pure."""
