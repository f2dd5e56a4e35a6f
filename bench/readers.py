"""Thin functions in the shape that outside scorers call: nothing here but the product's own readers."""

# --- reading mail: new text, kind -----------------------------------------------------------------------------------
from agent.mail import kind as mail_kind
from agent.mail import message as mail_message
from agent.mail import quote as mail_quote


def new_text(raw: bytes) -> str:
    """What the person typed this time."""
    return mail_quote.new_text(mail_message.read(raw)).kept


def kind(raw: bytes, mail_from: str) -> str:
    """Who wrote: reply, bounce, auto_reply, list, other."""
    return mail_kind.kind_of(mail_message.read(raw), mail_from).kind.value


# --- end of reading mail --------------------------------------------------------------------------------------------

# --- reading words: confirm, answer, rating, schedule ----------------------------------------------------------------
from datetime import UTC, datetime  # noqa: E402

from agent.alliance import words  # noqa: E402

_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_SCORED = {
    "quiet": "pause",
    "pass": "skip",
    "later": "pause",
    "explain": "help",
    "who": "help",
    "next": "skip",
    "data": "status",
}


def _command(command: words.Command | None) -> str:
    return f"command:{_SCORED.get(command.name, command.name)}" if command else "unclear"


def confirm(text: str) -> str:
    """What a reply to a draft of six lines says."""
    reading = words.read_consent(text, 6, now=_NOW)
    if reading.verdict == "command":
        return _command(reading.command)
    return {"changes": "change_request"}.get(reading.verdict, reading.verdict)


def answer(text: str) -> str:
    """What a reply to a prompt says."""
    reading = words.read_answer(text, now=_NOW)
    if reading.commands:
        return _command(reading.commands[0])
    if reading.unsure or reading.not_an_answer:
        return "unclear" if reading.unsure or len(text) < 5 else "not_an_answer"
    return "answer"


def rating(text: str) -> int | None:
    """The rating of a check-in."""
    return words.read_checkin(text).rating


def schedule(text: str) -> dict | None:
    """The rule of a schedule."""
    rule = words.read_schedule(text)
    if rule is None:
        return None
    return {
        "freq": rule.freq.lower(), "interval": rule.interval, "byday": list(rule.byday), "bymonthday": list(rule.bymonthday),
        "time": None if rule.hour is None else f"{rule.hour:02d}:{rule.minute:02d}", "tz": rule.zone or None,
    }  # fmt: skip


# --- end of reading words --------------------------------------------------------------------------------------------
