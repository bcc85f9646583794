"""``python -m geo_service`` is the same as the command ``geo-service``."""

import sys

from geo_service.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
