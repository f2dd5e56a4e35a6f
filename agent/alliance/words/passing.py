"""Words for another person: whether they are to be passed on, or are meant for us alone (spec 4.7)."""

import re

_PASS_ON = re.compile(r"(?:pass (?:this |it |that )?on|weitergeben)\b[\s:,.-]*", re.IGNORECASE)
_BETWEEN_US = re.compile(
    r"\b(?:don['’]?t|do not|never|not) (?:tell|show|share|pass|forward|send|mention)\b|\bbetween (?:us|you and me)\b"
    r"|\b(?:confidential|secret|privately)\b|\b(?:unter uns|vertraulich|geheim|im vertrauen|nur für dich)\b"
    r"|\b(?:nicht|nichts|nie|niemals|kein\w*)\b[^.!?\n]{0,40}\b(?:weiter)?(?:sag|zeig|geb|gib|verrat|erzähl|schick|teil|erfahr|wiss)\w*"
    r"|\b(?:weiter)?(?:sag|zeig|geb|gib|verrat|erzähl|schick)\w*\b[^.!?\n]{0,40}\b(?:nicht|nichts|nie|niemals|kein\w*)\b",
    re.IGNORECASE,
)


def read_passing(text: str) -> tuple[str, bool]:
    """The words without "pass on:" in front, and whether these may be meant for us alone: asked about, never passed on at once."""
    told = _PASS_ON.match(text)
    return (text[told.end() :].strip(), False) if told else (text, _BETWEEN_US.search(text) is not None)
