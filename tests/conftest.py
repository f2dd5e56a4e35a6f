"""What all tests share: properties look at the same examples each time, so that CI says the same of the same code.

`HYPOTHESIS_PROFILE=seek` looks for new ones, as one does before a release and at night.
"""

import os

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("seek", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
