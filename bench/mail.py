"""How long reading takes: python bench/mail.py [MESSAGE.eml ...]. CPU time of each step, from the bytes to what the words mean.

Without files it plays the rehearsal of the pair, lets each mail program answer each of its letters, and reads the answers
against the letter, as the service does. With files it reads these against nothing.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from agent.alliance import words
from agent.mail.kind import kind_of
from agent.mail.message import read
from agent.mail.quote import new_text
from agent.rehearsal import mailbox, programs, script
from agent.rehearsal.play import play, rehearsing
from agent.settings import shipped

PROGRAMS = (programs.plain, programs.gmail, programs.outlook, programs.exchange, programs.iphone, programs.thunderbird, programs.bottom, programs.mutt)  # fmt: skip
STEPS = ("parse", "new text", "kind", "words as answer", "words as consent")
NOW = datetime(2026, 3, 3, 8, 7, tzinfo=UTC)
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
    for mail in sent:
        letter = mailbox.quoted(mail)
        for number, program in enumerate(PROGRAMS):
            for text in SAID:
                who = programs.Typed(number, "Jonas Berg", "jonas@example.org", letter.address, "Us", text, NOW, letter)
                yield program(who), (mail.text,)


def measured(messages: Iterable[tuple[bytes, tuple[str, ...]]]) -> dict[str, list[float]]:
    """Milliseconds of each message, by what is done with it; mail is parsing and finding the new text."""
    spent: dict[str, list[float]] = {}
    for raw, ours in messages:
        at = [time.process_time()]
        message = read(raw)
        at.append(time.process_time())
        kept = new_text(message, ours).kept
        at.append(time.process_time())
        kind_of(message, message.froms[0][1] if message.froms else "")
        at.append(time.process_time())
        words.read_answer(kept, now=NOW)
        at.append(time.process_time())
        words.read_consent(kept, 6, now=NOW)
        at.append(time.process_time())
        took = [1000 * (after - before) for before, after in pairwise(at)]
        for name, ms in zip(("mail", *STEPS), (took[0] + took[1], *took), strict=True):
            spent.setdefault(name, []).append(ms)
    return spent


def main() -> None:
    """Measure, and print a line for each step."""
    files = [(Path(name).read_bytes(), ()) for name in sys.argv[1:]]
    messages = files or list(answers(asyncio.run(letters())))
    measured(messages[:100])  # imports and expressions, once
    for name, ms in measured(messages).items():
        ms.sort()
        mean, p99 = sum(ms) / len(ms), ms[int(0.99 * len(ms))]
        print(f"{name:18} {len(ms)} messages: mean {mean:.2f} ms, p99 {p99:.2f} ms, max {ms[-1]:.2f} ms")


if __name__ == "__main__":
    main()
