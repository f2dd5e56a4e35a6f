"""How far each mailbox was read. A bookmark is written after what lies before it was kept: reading twice keeps once."""

from agent.mail.envelope import Bookmark
from agent.store.database import Connection, instant, micros, text


async def get(c: Connection, mailbox: str) -> Bookmark | None:
    """Where we are in this mailbox; None when it was never read."""
    found = await c.fetch("SELECT validity, uid, at FROM bookmarks WHERE mailbox = $1", text(mailbox))
    return Bookmark(found[0][0], found[0][1], instant(found[0][2])) if found else None


async def put(c: Connection, mailbox: str, mark: Bookmark) -> None:
    """Go on from here."""
    await c.execute(
        """
        INSERT INTO bookmarks (mailbox, validity, uid, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (mailbox) DO UPDATE SET validity = excluded.validity, uid = excluded.uid, at = excluded.at
        """,
        text(mailbox),
        mark.validity,
        mark.uid,
        micros(mark.at),
    )
