"""The store is tested on both engines, by the same tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from engines import database, postgresql, url  # noqa: F401
