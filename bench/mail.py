"""How long reading takes: python bench/mail.py [MESSAGE.eml ...]. CPU time of reading the bytes and finding the new text.

Without files it plays the rehearsal of the pair, lets each mail program answer each of its letters, and reads the answers
against the letter, as the service does. With files it reads these against nothing.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from agent.mail.message import read
from agent.mail.quote import new_text
from agent.rehearsal import mailbox, programs, script
from agent.rehearsal.play import play, rehearsing
from agent.settings import shipped

PROGRAMS = (programs.plain, programs.gmail, programs.outlook, programs.exchange, programs.iphone, programs.thunderbird, programs.bottom, programs.mutt)  # fmt: skip
SAID = ("AGREE", "2B, 3C\nNEXT", "I would rather hear it at once, even when it is late.\n\nAnd never by phone.")


async def letters() -> list[mailbox.Mail]:
    """The letters of one alliance, from the invitation to the check-ins."""
    played = script.read((shipped("rehearsals") / "pair.txt").read_text("utf-8"), "pair")
    with tempfile.TemporaryDirectory() as folder:
        async with rehearsing(played.people, Path(folder) / "a.db", lambda _: None, played.start) as rehearsal:
            await play(played, rehearsal)
            return [mail for mail in rehearsal.mails if not mail.mine]


def answers(sent: list[mailbox.Mail]) -> Iterable[tuple[bytes, tuple[str, ...]]]:
    """What each program makes of each answer, and the letter that is answered."""
    at = datetime(2026, 3, 3, 8, 7, tzinfo=UTC)
    for mail in sent:
        letter = mailbox.quoted(mail)
        for number, program in enumerate(PROGRAMS):
            for text in SAID:
                who = programs.Typed(number, "Jonas Berg", "jonas@example.org", letter.address, "Us", text, at, letter)
                yield program(who), (mail.text,)


def measured(messages: Iterable[tuple[bytes, tuple[str, ...]]]) -> list[float]:
    """Milliseconds of each."""
    found = []
    for raw, ours in messages:
        begun = time.process_time()
        new_text(read(raw), ours)
        found.append(1000 * (time.process_time() - begun))
    return sorted(found)


def main() -> None:
    """Measure, and print one line."""
    files = [(Path(name).read_bytes(), ()) for name in sys.argv[1:]]
    messages = files or list(answers(asyncio.run(letters())))
    measured(messages[:100])  # imports and expressions, once
    ms = measured(messages)
    print(
        f"{len(ms)} messages: mean {sum(ms) / len(ms):.2f} ms, p99 {ms[int(0.99 * len(ms))]:.2f} ms, max {ms[-1]:.2f} ms"
    )


if __name__ == "__main__":
    main()
