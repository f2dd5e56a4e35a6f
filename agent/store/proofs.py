"""The mails by which people said yes, for as long as their agreement lives: sealed, since they hold reply addresses (T12)."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from agent.mail.address import derived
from agent.store.database import Connection, instant, rows


@dataclass(frozen=True, slots=True)
class Proof:
    """One message as it came, with what was found of its author then. `raw` is empty when it was not kept any more."""

    inbox: int
    alliance_id: int
    participant: int
    rcpt: str
    raw: bytes
    at: datetime
    verdict: str  # JSON of `mail.authentic.Verdict`; "" where the registered address was enough


def _box(keys: Sequence[bytes]) -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(derived(key, b"proof"))) for key in keys])


async def keep(c: Connection, wanted: Iterable[tuple[int, int, int]], keys: Sequence[bytes]) -> None:
    """Keep these messages of the inbox: inbox, alliance, participant. The newest key seals."""
    owners = {number: owner for number, *owner in wanted}
    found = await c.fetch(
        "SELECT id, rcpt, raw, at, verdict FROM inbox WHERE id IN rows($1 bigint)", rows((n,) for n in owners)
    )
    box = _box(keys)
    await c.executemany(
        """
        INSERT INTO proofs (inbox, alliance_id, participant, sealed) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING
        """,
        [
            (n, *owners[n], box.encrypt(msgspec.json.encode((rcpt, raw or b"", at, said))))
            for n, rcpt, raw, at, said in found
        ],
    )


async def of_alliance(c: Connection, alliance_id: int, keys: Sequence[bytes]) -> list[Proof]:
    """All that is kept of an alliance and that these keys open."""
    found = await c.fetch(
        "SELECT inbox, participant, sealed FROM proofs WHERE alliance_id = $1 ORDER BY inbox", alliance_id
    )
    box, proofs = _box(keys), []
    for number, participant, sealed in found:
        try:
            rcpt, raw, at, verdict = msgspec.json.decode(box.decrypt(bytes(sealed)), type=tuple[str, bytes, int, str])
        except InvalidToken:  # its key was dropped
            continue
        proofs.append(Proof(number, alliance_id, participant, rcpt, raw, instant(at), verdict))
    return proofs


async def drop(c: Connection, unwanted: Iterable[tuple[int, int]]) -> None:
    """Keep these no longer, by alliance and inbox: the yes was taken back."""
    await c.executemany("DELETE FROM proofs WHERE alliance_id = $1 AND inbox = $2", sorted(unwanted))


async def erase(c: Connection, alliance_id: int, participant: int | None = None) -> None:
    """Leave nothing of this person in this alliance; without one, of all of them."""
    await c.execute(
        "DELETE FROM proofs WHERE alliance_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR participant = $2)",
        alliance_id,
        participant,
    )
