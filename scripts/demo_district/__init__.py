"""The demo district: an invented business district, its streets, places, problems and riders."""
