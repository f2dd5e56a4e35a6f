"""Letters on one core: .venv/bin/python bench/letters.py [--rounds 5]. What it takes to render, build and sign each of all letters.

Every sample of every letter in English is put into words, written as bytes and signed, with RSA of 2048 bits and with Ed25519.
Printed is the processor time of one letter, of the best of the rounds, and how many that is a second.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from stage import table

from agent import templates
from agent.alliance import samples
from agent.mail.address import Doors
from agent.mail.dkim import Signer, signed
from agent.mail.letter import Letter, write
from agent.settings import shipped

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DOORS = Doors("alliance.test", (b"k" * 32,))


def letter(number: int, said: templates.Rendered) -> Letter:
    """A letter as `compose` makes it, in a thread of four."""
    thread = tuple(DOORS.message_id(1, n) for n in range(4))
    return Letter(
        kind="prompt",
        from_name="Alliance (for Maya and Jonas)",
        from_address=DOORS.reply_address(1, number),
        to_address="maya@example.org",
        subject=said.subject,
        date=NOON,
        message_id=DOORS.message_id(1, number),
        text=said.text,
        html=said.html,
        in_reply_to=thread[-1],
        references=thread,
        list_unsubscribe="STOP",
        flow="one_to_one",
    )


def took(rounds: int, work: Callable[[], list[object]]) -> float:
    """Microseconds of processor time for each thing that this work makes."""
    best = []
    for _ in range(rounds + 1):  # the first one compiles
        begun = time.process_time()
        made = work()
        best.append((time.process_time() - begun) / len(made) * 1e6)
    return min(best[1:])


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    folder = shipped("templates")
    render, every = templates.load(folder, sure=folder).render, samples.samples()
    reader = {"me": "Maya", "partner": "Jonas", "names": "Maya and Jonas", "language": "en", "zone": ZoneInfo("UTC"), "contact": "op@example.org", "service": "Alliance"}  # fmt: skip
    said = [render(one, **reader) for one in every]
    raw = [write(letter(number, one)) for number, one in enumerate(said)]
    keys = {"RSA": rsa.generate_private_key(65537, 2048), "Ed25519": ed25519.Ed25519PrivateKey.generate()}
    signers = {name: [Signer("alliance.test", "s", key)] for name, key in keys.items()}
    work: dict[str, Callable[[], list[object]]] = {
        "render": lambda: [render(one, **reader) for one in every],
        "build": lambda: [write(letter(number, one)) for number, one in enumerate(said)],
        "sign with RSA": lambda: [signed(one, signers["RSA"], NOON) for one in raw],
        "sign with Ed25519": lambda: [signed(one, signers["Ed25519"], NOON) for one in raw],
    }
    parts = {name: took(given.rounds, one) for name, one in work.items()}
    for name in keys:
        parts[f"all, {name}"] = parts["render"] + parts["build"] + parts[f"sign with {name}"]
    rows = [[name, round(us), round(1e6 / us)] for name, us in parts.items()]
    table([["", "CPU µs", "letters/s"], *rows])
    print(json.dumps({"bench": "letters", "letters": len(every), "load": os.getloadavg()[0], "rows": rows}))


if __name__ == "__main__":
    main()
