"""The collections whose features can be asked for: what each is, and its features as columns."""
