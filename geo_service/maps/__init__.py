"""Interactive HTML maps."""
