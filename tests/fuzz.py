"""`make fuzz`: reads a million mutated messages as the service would, in every state, and says what must not be.

    make fuzz FUZZ="--seed S --first K --messages N --jobs J"     messages K to K+N-1 of seed S, in J processes
    make fuzz FUZZ="FILE ..."                                     these messages, as answers to both letters

A message of a run follows from the seed and its number alone, so that a finding is read again by its number, and a run
that was broken off goes on where it stopped. The octets of a finding are kept in build/fuzz.
"""

import argparse
import multiprocessing
import os
import random
import re
import resource
import signal
import sys
import time
import traceback
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from mutants import DRAFT, JONAS, LINES, PROMPT, Mutant, mutant, stretched
from talk import FLOW, Talk

from agent.alliance.decide import decide
from agent.alliance.event import Event, Replied
from agent.alliance.model import Alliance
from agent.alliance.turn import House
from agent.alliance.words import read_answer, read_approval, read_consent, read_invitation
from agent.interpret import Asked, Nothing, event_of, start_of
from agent.mail.address import Doors
from agent.mail.html import text_of
from agent.mail.message import Message, read
from agent.mail.ours import QUOTED
from agent.mail.quote import new_text, typed
from agent.mail.report import reports_of

DOORS = Doors("alliance.example.org", (b"k" * 32,))
FOUND = Path(__file__).parents[1] / "build" / "fuzz"
SLOW_S = 1.0  # of processor time, for one message
CONSENTS = ("draft", "final", "invitation", "ready")
STUCK_S = 20.0  # of processor time; then it is a loop
MEMORY = 1_500_000_000  # octets of addresses of one process, most of which are libraries
SIZES = (24_000, 96_000)  # octets of a message that is stretched
STEEPER = 8  # times longer for four times as many octets: sixteen would be quadratic
STRETCHED = 1_000  # one message in so many is stretched
CHUNK = 250  # messages that a process takes at once
# Words with which no text is a plain yes; "not" and "but" are not among them: "not a single change", "nervous, but yes".
_DOUBT = re.compile(
    r"[?？؟]|\b(?:if|unless|until|except|maybe|perhaps|never|tomorrow|once|says)\b|吗|नहीं", re.IGNORECASE
)

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\x00]")

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class State:
    """Where an alliance stands, and who answers which letter of it."""

    alliance: Alliance
    now: datetime
    to: int
    about: str
    house: House


@cache
def states() -> tuple[State, ...]:
    """What can be answered, from the first letter to the check-ins."""
    talks = (
        Talk().starts(),
        Talk().starts().says(1, "Because."),
        Talk().invited(),
        Talk().joined(),
        Talk().joined().part(),
    )
    late = (Talk().drafted(), Talk().agreed(), Talk().agreed().waits(days=31))
    return tuple(
        State(t.alliance, t.now, s.to, s.about, t.house) for t in (*talks, *late) for s in t.sent[-4:] if s.about
    )


def check(one: Mutant, number: int) -> None:
    """Read one message in one state, and raise what must not be."""
    rest, at = divmod(number, len(states()))
    state, way = states()[at], rest % 3  # each message is read, and goes one of three ways from there
    begun = time.process_time()
    message = read(one.raw)
    found = new_text(message, (one.letter,))
    reports_of(message)
    if way == 0:
        start_of(message, JONAS, DOORS, finding="aligned", may_start=lambda _, level: level, cause="inbox:1")
    event = event_of(
        message,
        JONAS,
        _asked(state, one.letter),
        DOORS,
        finding="aligned",
        now=state.now,
        cause=f"inbox:{number + 1_000}",
    )
    if way == 0 and not isinstance(event, Nothing):
        decide(FLOW.flow, state.house, state.alliance, event, state.now)
    _must(time.process_time() - begun < SLOW_S, "takes more than a second")
    _must(_is_clean(message), "holds what cannot be kept")
    _made_of_its_words(message, found.kept)
    if way == 1:
        _nothing_lost(found.kept, state.now)
        _no_yes_made_up(found.kept)
    elif way == 2 and one.words is not None:
        _as_typed(one.words, one.letter, event, state)
    elif way == 2:
        _must(read(one.raw) == message and new_text(message, (one.letter,)) == found, "is read in two ways")


def _asked(state: State, letter: str) -> Asked:
    return Asked(state.to, state.about, JONAS, JONAS, letter)


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)


def _is_clean(message: Message) -> bool:
    """Whether all of it can be stored: no NUL and no half of a surrogate pair, and a subject of one line."""
    names = [text for pair in message.froms for text in pair] + [
        text for part in message.parts for text in astuple(part)
    ]
    said = "".join(
        (
            message.text,
            message.html,
            message.shown,
            message.subject,
            message.message_id,
            message.in_reply_to,
            *message.references,
            *names,
        )
    )
    return "\x00" not in said and "\n" not in message.subject and not re.search("[\ud800-\udfff]", said)


def _made_of_its_words(message: Message, kept: str) -> None:
    """What is kept was in the message: nothing is made up, not even half a word from here and half from there."""
    if kept:
        whole = f"{message.text} {message.shown or text_of(message.html)}"
        wrong = next((word for word in kept.split() if word not in whole), "")
        _must(not wrong, f"keeps what was not said: {wrong!r:.80}")


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", _plain(text)))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()


def _nothing_lost(kept: str, now: datetime) -> None:
    """Every word of an answer is shared or private, or there is a command."""
    reading = read_answer(kept, now=now)
    said = _plain(f"{reading.text} {reading.private}")
    lost = {word for word in _words(kept) if word not in said and "privat" not in word}
    _must(bool(reading.commands) or not lost, f"loses words: {sorted(lost)!r:.80}")


def _yeses(text: str) -> set[str]:
    """The questions to which this text is a plain yes."""
    found = {"draft"} if read_consent(text, LINES, version=2).verdict == "confirm" else set()
    found |= {"invitation"} if read_invitation(text).verdict == "yes" else set()
    return found | ({"copy"} if read_approval(text).verdict in ("send", "short") else set())


def _no_yes_made_up(kept: str) -> None:
    doubt = _DOUBT.search(kept) if len(kept) < 800 else None
    _must(not doubt or not _yeses(kept), f"is a yes in spite of {doubt and doubt[0]!r}: {kept!r:.80}")


def _as_typed(words: str, letter: str, event: Event, state: State) -> None:
    """A program and the quote of our letter make no yes of what is none, and nothing public of what is private.

    What nobody sees is lost on the way or ends a line, and a signature or a quote may have been typed too: the words alone
    are read in each of these ways.
    """
    if not isinstance(event, Replied):
        return
    seen = [_CONTROLS.sub(end, _INVISIBLE.sub("", words)) for end in (" ", "\n", "")]
    seen.append("\n".join(line for line in seen[1].split("\n") if not QUOTED.match(line)))
    alone = [*seen, " ".join(words.split()), *(typed(text, (letter,), ("jonas", "berg")).kept for text in seen)]
    if state.about.startswith(CONSENTS):
        made = _yeses(event.text).difference(*map(_yeses, alone))
        _must(not made, f"is a yes to the {made} that was not typed: {words!r:.80} -> {event.text!r:.80}")
    told = _words(read_answer(event.text, now=state.now).text)
    for text in alone if told else ():
        meant = read_answer(text, now=state.now)
        told = {word for word in told & _words(meant.private) if word not in _plain(meant.text)}
    _must(not told, f"shows what is private: {sorted(told)!r:.80}")


def grows(one: Mutant, number: int) -> None:
    """Stretch the message, and raise when the time grows faster than its size, or when it is over a second."""
    chance = random.Random(number)
    took = []
    for mutant_ in stretched(one, chance, SIZES):
        begun = time.process_time()
        check(mutant_, number - number % (3 * len(states())) + number % len(states()))  # the way to the alliance
        took.append(time.process_time() - begun)
    steep = took[1] > STEEPER * took[0] and took[1] > 0.2
    _must(not steep, f"takes {took[0]:.3f} s, and {took[1]:.3f} s for four times as many octets")


# ---------------------------------------------------------------- the run


def read_all(seed: int, first: int, messages: int) -> tuple[list[tuple[int, str]], float, int]:
    """Check the messages of these numbers: the findings, the longest time of one, and which one that was."""
    findings: list[tuple[int, str]] = []
    slowest, which = 0.0, first
    signal.signal(signal.SIGPROF, _stuck)
    for number in range(first, first + messages):
        begun = time.process_time()
        try:
            signal.setitimer(signal.ITIMER_PROF, STUCK_S)
            one = mutant(seed, number)
            check(one, number)
            took = time.process_time() - begun
            if number % STRETCHED == 0:
                grows(one, number)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            findings.append((number, _said(error)))
            took = time.process_time() - begun
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        slowest, which = max((slowest, which), (took, number))
    return findings, slowest, which


def _said(error: Exception) -> str:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/agent/" in f.filename]
    if not frames:  # one of ours
        return str(error)
    place = f"{frames[-1].filename.rpartition('/agent/')[2]}:{frames[-1].lineno}"
    return f"raises {type(error).__name__} at {place}: {error!s:.80}"


def _stuck(*_: object) -> None:
    raise TimeoutError


def _prepare() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    states()


def _chunk(what: tuple[int, int, int]) -> tuple[list[tuple[int, str]], float, int, int, int]:
    return *read_all(*what), what[2], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def run(seed: int, first: int, messages: int, jobs: int) -> int:
    """Read them in so many processes, tell each finding as it comes, and say at the end how it was."""
    begun, done, slowest, memory = time.monotonic(), 0, (0.0, 0), 0
    kinds: Counter[str] = Counter()
    chunks = [(seed, n, min(CHUNK, first + messages - n)) for n in range(first, first + messages, CHUNK)]
    with multiprocessing.get_context("spawn").Pool(jobs, _prepare) as pool:
        for findings, took, which, many, kb in pool.imap_unordered(_chunk, chunks):
            done, slowest, memory = done + many, max(slowest, (took, which)), max(memory, kb)
            for number, what in findings:
                kind = re.sub(r"[^a-zA-Z]+", " ", what.partition(":")[0])
                kinds[kind] += 1
                if kinds[kind] <= 3:
                    _tell(seed, number, what)
            if done % (CHUNK * 40) == 0:
                _say(f"{done} read, {kinds.total()} findings, {time.monotonic() - begun:.0f} s")
        pool.close()
        pool.join()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    _say(f"{done} messages of seed {seed} from number {first}: {kinds.total()} findings")
    _say(
        f"{time.monotonic() - begun:.0f} s in {jobs} processes, {used.ru_utime + used.ru_stime:.0f} s of processor time"
    )
    _say(f"at most {slowest[0]:.2f} s for a message (number {slowest[1]}), and {memory >> 10} MB for a process")
    for kind, many in kinds.most_common():
        _say(f"{many:>8} {kind}")
    return 1 if kinds else 0


def _tell(seed: int, number: int, what: str) -> None:
    FOUND.mkdir(parents=True, exist_ok=True)
    path = FOUND / f"{seed}-{number}.eml"
    path.write_bytes(mutant(seed, number).raw)
    _say(
        f'number {number} {what}\n    make fuzz FUZZ="--seed {seed} --first {number} --messages 1"     # kept in build/fuzz/{path.name}'
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def files(paths: Sequence[str]) -> int:
    """Check the messages in these files in every state; how many of them are findings."""
    _prepare()
    wrong = 0
    for path in paths:
        for letter in (PROMPT, DRAFT):
            for number in range(len(states())):
                try:
                    check(Mutant(Path(path).read_bytes(), letter), number)
                except Exception as error:  # noqa: BLE001 - as above
                    wrong += 1
                    _say(f"{path} {_said(error)}")
    return wrong


def main() -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description="Read mutated messages, and say what must not be.")
    parser.add_argument("files", nargs="*")
    for name, default in (("messages", 1_000_000), ("seed", 1), ("first", 0), ("jobs", len(os.sched_getaffinity(0)))):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    return files(asked.files) if asked.files else run(asked.seed, asked.first, asked.messages, asked.jobs)


if __name__ == "__main__":
    sys.exit(main())
