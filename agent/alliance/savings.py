"""What stands in a trust bank, made of its answers each time: nothing of it is kept twice, so what is erased is gone.

People and numbers are those of the newest answers. Each time that the bank is looked at again begins a round with numbers of
its own; within a round the newest number of each person counts, so that "Jo 5 8" changes Jo alone.
"""

from agent.alliance import letters
from agent.alliance.flow import Flow
from agent.alliance.model import Alliance
from agent.alliance.words import Named, Saving, called, read_relationships, read_savings

ME = 1  # a trust bank has one participant


def people(flow: Flow, alliance: Alliance) -> tuple[Named, ...]:
    """Who matters, in the order of the list; empty when there is no list."""
    prompt = flow.of_kind("people")
    answer = alliance.answer(ME, prompt.id) if prompt else None
    return read_relationships(answer.text, signed(alliance)) if answer else ()


def signed(alliance: Alliance) -> tuple[str, str]:
    """The names below a mail of this person, who is not on the list."""
    me = alliance.participant(ME)
    return me.name, me.full_name


def rounds(flow: Flow, alliance: Alliance) -> tuple[dict[str, Saving], ...]:
    """The numbers of each round by name, those that were given; the first round begins with the bank."""
    prompt, named = flow.of_kind("savings"), people(flow, alliance)
    begins = [alliance.created, *(c.asked for c in alliance.checkins if c.asked is not None)]
    found: list[dict[str, Saving]] = [{} for _ in begins]
    for answer in alliance.answers:
        if prompt is None or answer.prompt != prompt.id:
            continue
        number = max((i for i, at in enumerate(begins) if at <= answer.at), default=0)
        if answer.passed:
            found[number] = {}
        else:
            found[number] |= {s.name: s for s in read_savings(answer.text, named).savings}
    return tuple(found)


def newest(flow: Flow, alliance: Alliance) -> dict[str, Saving]:
    """The newest number of each person."""
    merged: dict[str, Saving] = {}
    for numbers in rounds(flow, alliance):
        merged |= numbers
    return merged


def widest(flow: Flow, alliance: Alliance) -> str:
    """The person with the widest gap between now and hoped for; "" when nothing is missing anywhere."""
    gaps = {s.name: s.hoped - s.now for s in newest(flow, alliance).values() if s.hoped is not None}
    name = max(gaps, key=lambda n: gaps[n], default="")
    return name if name and gaps[name] > 0 else ""


def chosen(flow: Flow, alliance: Alliance) -> str:
    """Whom the guess and the question are about: as chosen or proposed, else the widest gap, else the first; "" for nobody."""
    names = [n.name for n in people(flow, alliance)]
    picked = next((c.text for c in reversed(alliance.choices) if c.text in names), "")
    return picked or widest(flow, alliance) or (names[0] if names else "")


def is_asked(flow: Flow, alliance: Alliance, kind: str) -> bool:
    """Whether a prompt of this kind still waits for its first answer. Without people there is nothing to save or to guess.

    The guess and the question are asked again once somebody else was chosen.
    """
    prompt = next((p for p in flow.prompts.values() if p.kind == kind), None)
    if prompt is None or (kind in ("savings", "guess") and not people(flow, alliance)):
        return False
    answer = alliance.answer(ME, prompt.id)
    since = alliance.choices[-1].at if alliance.choices and kind in ("guess", "to_ask") else alliance.created
    return answer is None or answer.at < since


def page(flow: Flow, alliance: Alliance, *, may_invite: bool) -> letters.BankPage:
    """The page: everybody with the numbers of every round, and the question under the person it is for."""
    about, prompt = chosen(flow, alliance), flow.of_kind("to_ask")
    answer = alliance.answer(ME, prompt.id) if prompt else None
    question = answer.text if answer else ""
    looks, language = rounds(flow, alliance), flow.language
    rows = tuple(
        letters.BankRow(
            called(n.name, language),
            tuple(str(r[n.name].now) for r in looks if n.name in r),
            next((s.hoped for r in reversed(looks) if (s := r.get(n.name)) and s.hoped is not None), None),
            question if n.name == about else "",
        )
        for n in people(flow, alliance)
    )
    return letters.BankPage((), rows, called(about, language), "" if rows else question, may_invite)
