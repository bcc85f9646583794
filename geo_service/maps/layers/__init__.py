"""The layers of a map, one file each."""
