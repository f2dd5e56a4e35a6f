"""The whole house: a pair in it, and both engines below it."""

from engines import postgresql, url  # noqa: F401
from pair import pair  # noqa: F401
