"""What all letters are: values with a role, known by the name of their kind."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

# Every kind of note that `_notes` can put into words.
NOTES = frozenset((
    "kept", "replaced", "joined_answers", "passed", "later", "rule", "zone", "rhythm", "rhythm_slower", "chosen",
    "settled", "left_open", "said_yes", "welcome", "passed_on", "stale", "not_understood", "short_set", "resumed",
    "address_changed", "redesign", "numbers_on", "hidden", "released", "awake", "unplaced", "added", "quiet",
    "kind_unknown", "objection_stands", "no_checkins", "guessed", "left_out", "language", "unchanged", "also_yours",
    "listed", "saved", "widest", "look_at", "look_again",
))  # fmt: skip


class Role(Enum):
    """What becomes of a letter that still waits."""

    QUESTION = "question"  # not owed any more once it is answered or moot
    NEWS = "news"  # tells something: it stays owed
    RECEIPT = "receipt"  # answers what somebody just wrote
    RECORD = "record"  # is theirs to keep; neither this nor a receipt offers a way to unsubscribe


@dataclass(frozen=True, slots=True)
class Letter:
    """One kind of letter; a subclass is a frozen dataclass whose fields are the facts of its template."""

    role: ClassVar[Role] = Role.NEWS
    encloses: ClassVar[bool] = False  # papers or a picture go along, which take a while to make
    asks_back: ClassVar[bool] = False  # asks what a reply means, which was not understood
    kinds: ClassVar[dict[str, type["Letter"]]] = {}  # by name

    def __init_subclass__(cls) -> None:
        Letter.kinds[cls.__name__] = cls  # a dataclass with slots is made twice; the second one counts
