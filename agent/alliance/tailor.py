"""The flow as these people meet it: one value, made anew whenever what they are or what they voted changes."""

from itertools import zip_longest

from agent.alliance.flow import Flow
from agent.alliance.model import Alliance
from agent.alliance.parts import Part, Prompt

OWN = "own"
_OWN_QUESTIONS = 9  # as many as the article has; more would be a questionnaire


def tailored(flow: Flow, alliance: Alliance) -> Flow:
    """The flow as these people meet it: in the wording of their kind of relationship, or as a team has voted for it.

    A team can have all of its prompts, one from each part, or questions of its own (S35, S36).
    """
    flow = flow.of(alliance.kind)
    if not flow.is_team:
        return flow
    chosen = alliance.rules.get("questions", "all")
    usual = [part for part in flow.parts if not part.when]
    few = [part.model_copy(update={"prompts": tuple(q for q in part.prompts if q.short)}) for part in usual]
    if chosen == "all":
        parts = usual
    elif chosen == "short":
        parts = [part for part in few if part.prompts]
    else:
        asking = [part for part in flow.parts if part.when == OWN]
        prompts = _own_prompts(flow, alliance.questions)
        own = (
            [Part.model_construct(id=OWN, title=asking[0].title, reveal="together", when=OWN, prompts=prompts)]
            if prompts
            else []
        )
        parts = asking + own if own or asking[0].id not in alliance.revealed else asking + [p for p in few if p.prompts]
    return flow.changed(parts=tuple(parts))


def written(alliance: Alliance, part: Part) -> tuple[str, ...]:
    """The questions that members wrote, one of each in turn, the same one once."""
    lists = [
        [line.strip(" -*•\t") for line in answer.text.splitlines() if line.strip(" -*•\t")]
        for prompt in part.prompts
        for _, answer in alliance.said(prompt.id)
    ]
    turns = [line for row in zip_longest(*lists) for line in row if line]
    return tuple({" ".join(line.casefold().split()): line for line in reversed(turns)}.values())[::-1][:_OWN_QUESTIONS]


def _own_prompts(flow: Flow, questions: tuple[str, ...]) -> tuple[Prompt, ...]:
    section = next(q.section for q in reversed(flow.prompts.values()) if q.kind == "shared")
    return tuple(
        Prompt(
            id=f"{OWN}{n}",
            kind="shared",
            ask=line,
            subject=_short(line),
            title=_short(line),
            section=section,
            short=True,
            private=n == 1,
        )
        for n, line in enumerate(questions, 1)
    )


def _short(line: str) -> str:
    return line if len(line) <= 40 else line[:39].rsplit(" ", 1)[0] + "…"
