"""Which keys a database was written with: a node without one of them would refuse the replies that it sealed.

With another last key it would also give letters other names, and forget who is never to be invited again.
"""

from collections.abc import Sequence

from agent.mail.address import derived
from agent.store.database import Connection

MISSING = (
    "ALLIANCE_KEY: a key is missing with which this database was written; put it behind the others, as other nodes have it, "
    "or let it go for good with `alliance drop-keys`"
)
ORDER = "ALLIANCE_KEY: another key was the last when this database was written; put it at the end again, as other nodes have it"


def _fingerprints(keys: Sequence[bytes]) -> dict[str, int]:
    """A hash of each, and whether it is the last."""
    return {derived(key, b"fingerprint").hex(): int(key == keys[-1]) for key in keys}


async def fault(c: Connection, keys: Sequence[bytes]) -> str:
    """Why these keys, newest first, are not those of this database, and what to do; "" if they are, with new ones or none."""
    ours = _fingerprints(keys)
    written: dict[str, int] = dict(await c.fetch("SELECT fingerprint, last FROM keys"))
    if written.keys() - ours.keys():
        return MISSING
    return ORDER if any(last != ours[key] for key, last in written.items()) else ""


async def note(c: Connection, keys: Sequence[bytes]) -> None:
    """From now on every node needs these too."""
    await c.executemany(
        "INSERT INTO keys (fingerprint, last) VALUES ($1, $2) ON CONFLICT (fingerprint) DO NOTHING",
        sorted(_fingerprints(keys).items()),
    )


async def renew(c: Connection, keys: Sequence[bytes]) -> None:
    """From now on every node needs these alone: what others sealed is lost."""
    await c.execute("DELETE FROM keys")
    await note(c, keys)
