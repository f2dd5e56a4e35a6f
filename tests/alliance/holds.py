"""What must hold after any step of a pair and of a team alike, beside what each of their properties looks at itself."""

from agent.alliance import letters
from agent.alliance.event import Replied
from agent.alliance.model import Alliance, Stage
from agent.alliance.turn import Send

_GUIDANCE = letters.Ideas | letters.Tools | letters.Tool | letters.Explain


def holds(before: Alliance, after: Alliance, event: object, new: list[Send]) -> None:
    """Invariants 10, 11, 13 and 14."""
    who = getattr(event, "participant", 0)
    for send in new:
        if isinstance(send.letter, _GUIDANCE):
            assert isinstance(event, Replied), send
            assert send.to == who, send
        if isinstance(send.letter, letters.Digest) and send.letter.rows:
            assert all(p.numbers for p in before.present), send
            assert not any(r.hide for r in after.checkins[send.letter.number - 1].replies), send
        if isinstance(send.letter, letters.Left):
            assert send.letter == letters.Left(after.participant(who).name, bool(after.agreed), send.letter.until)
    if not any(isinstance(s.letter, letters.Erased) for s in new):
        _is_only_added_to(before, after)


def _is_only_added_to(before: Alliance, after: Alliance) -> None:
    """Nobody alters what was said, put and agreed to; only a leaver's unseen words go, and a yes may be taken back."""
    gone = {p.number for p in after.participants if p.stage == Stage.LEFT}
    kept = [a for a in before.answers if a in after.answers]
    lost = {a.participant for a in before.answers if a not in after.answers}
    assert after.drafts[: len(before.drafts)] == before.drafts
    assert list(after.answers[: len(kept)]) == kept
    assert lost <= gone
    assert all(c in after.confirmations or c.version > before.agreed for c in before.confirmations)
