"""The only source of chance in the demo district: generators that always start alike."""

import random


def chance(topic: str) -> random.Random:
    """Return a generator that gives the same numbers for the same topic on every run."""
    return random.Random(f"demo district: {topic}")  # noqa: S311 - drawn for looks, not secrecy
