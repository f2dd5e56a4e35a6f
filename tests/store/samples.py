"""Values that the store's tests keep: small, and one alliance that uses every field of the model."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from agent.alliance import model as m
from agent.store import inbox
from agent.store.alliances import put_flow
from agent.store.database import Connection, rows
from agent.store.inbox import Arrival
from agent.store.outbox import Letter

NOW = datetime(2026, 3, 4, 9, 30, 15, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
FLOW = "one_to_one@5f2c"


def arrival(words: str = "Shipped!", rcpt: str = "r+1.abc@reply.example") -> Arrival:
    return Arrival(rcpt, "maya@example.org", words.encode(), NOW, "192.0.2.7")


async def kept_as(c: Connection, arrivals: Sequence[Arrival]) -> list[int]:
    """Keep these; as which rows."""
    await inbox.put(c, arrivals)
    digests = [inbox._digest(a) for a in arrivals]
    ids: dict[str, int] = dict(
        await c.fetch("SELECT digest, id FROM inbox WHERE digest IN rows($1 text)", rows((d,) for d in digests))
    )
    return [int(ids[digest]) for digest in digests]


async def claim_of(c: Connection, number: int) -> inbox.Claim:
    """The claim of whoever has this row of the inbox."""
    kept = await inbox.get(c, number)
    assert kept
    return kept.claim


def alliance(number: int = 1, created: datetime = NOW) -> m.Alliance:
    """One between Maya, who started it, and Jonas."""
    maya = m.Participant(1, "maya@example.org", "Maya")
    jonas = m.Participant(2, "jonas@example.net", "Jonas", stage=m.Stage.INVITED)
    people = {p.address: m.Person(p.address, p.name) for p in (maya, jonas)}
    return m.Alliance(number, FLOW, created, participants=(maya, jonas), people=people)


def letter(number: int = 1, alliance_id: int = 1, participant: int = 1, about: str = "prompt:P01") -> Letter:
    return Letter(
        alliance_id=alliance_id,
        number=number,
        participant=participant,
        about=about,
        rcpt="maya@example.org",
        mail_from="b+1.abc@reply.example",
        message_id=f"<{alliance_id}.{number}@reply.example>",
        subject="What do you hope for?",
        words="What do you hope for from this?",
        raw=b"From: Alliance\r\n\r\nWhat do you hope for from this?\r\n",
        due_at=NOW,
        at=NOW,
    )


async def flow_of(c: Connection) -> None:
    """Put the flow that the samples run."""
    await put_flow(c, FLOW, "name = 'one_to_one'")


def rich() -> m.Alliance:
    """One with words that are hard to keep, a person with everything, and one with nothing."""
    maya = m.Participant(1, "maya@example.org", "Maya", open=m.Open("draft:2", NOW), paused_until=NOW + DAY)
    jonas = m.Participant(2, "jonas@example.net", notes=(m.Note("kept", text="\u201cMornings\u201d\0\r\n"),))
    return m.Alliance(
        id=2**48 - 1,
        flow=FLOW,
        created=NOW - DAY,
        phase=m.Phase.CHANGING,
        participants=(maya, jonas),
        people={
            "maya@example.org": m.Person("maya@example.org", "Maya", "Europe/Berlin", 3600, "de", suppressed=True),
            "jonas@example.net": m.Person("jonas@example.net", offset_s=-18000),
        },
        why="because \U0001f331",
        answers=(m.Answer(1, "P01", "calm", "and paid", NOW, "inbox:17"),),
        rhythm=m.Rhythm((14,), 2, "week"),
    )
