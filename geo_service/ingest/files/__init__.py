"""Any file as rows, with clear words where that can't be."""
