"""Streets from any kind of file, or of a place by its name, as ways."""
