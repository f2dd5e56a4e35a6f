"""How long a test lasts: a short run in the suite, and the whole of it under `make soak`, which sets SOAK=1."""

import json
import os
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def size(short: T, whole: T) -> T:
    """The one for the suite, or the one for `make soak`."""
    return whole if os.environ.get("SOAK") else short


def tell(what: str, found: Mapping[str, object]) -> None:
    """Print what came of it, which `make soak` shows."""
    print(what, json.dumps(found))  # noqa: T201
