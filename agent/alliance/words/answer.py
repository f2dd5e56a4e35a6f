"""What a reply to a prompt says: an answer, commands, or both; what is private; several answers at once (F11, F12, F17).

An answer swallowed as a command is lost, so a command must be the whole reply, or stand apart from the answer: in
capitals, on a line of its own, or in words that can only mean us. What may be either is `unsure`, and asked about.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from agent.alliance.words.commands import command_of, is_aside, leading_command
from agent.alliance.words.courtesy import ungreeted, unsigned
from agent.alliance.words.dates import tail_day
from agent.alliance.words.grammar import grammar, texts
from agent.alliance.words.tokens import LONGEST, Sentence, sentences, straight, words
from agent.alliance.words.values import AnswerReading, Command

_PRIVATE = re.compile(
    r"""(?P<open>[(\[{]?)["'“”‘’«»*_#•>–—-]*[ \t]*
    (?: (?<![^\W_])(?<!['’-]) PRIVAT(?:E|ELY)? (?![^\W_]|['’])                                    # in capitals it is the word to us, anywhere
      | (?: ^[ \t"'“”‘’«»*_#•>–—([{-]* | (?<=[.!?…)\]][ ]) ) (?i:private?) (?![^\W_]|['’-])  # at the start of a line, in any case
      | (?<=[^\w\s.,'’"“”!?]\s) (?i:private?) (?![^\W_]|['’-])               # or behind a sign: "- private", "🔒 private"
      | (?<![^\W_])(?<!['’-]) (?i:privat(?:e|ely)?) (?=[ \t]*[:\])] )                   # or with a colon behind it
    )[*_]*[ \t]*[:,–—)\]}*-]*[ \t]*""",
    re.MULTILINE | re.VERBOSE,
)
_NEARLY = re.compile(  # with slips, in a neighbour's language or in words that mean the same: in capitals, or with a colon
    r"^(?P<mark>[ \t>*_#•(\[-]*)(?!(?i:privat(?:e|ely)?)(?![^\W_]))(?P<words>(?:P[RIV]{2,4}[ATE]{2,4}|PRIVAD[OA]|PRIVAT[OA]|PRIVÉE?|P[ .]R[ .]I[ .]V[ .]A[ .]T[ .]E)(?![^\W_]|['’])"
    r"|(?i:p[riv]{2,4}[ate]{2,4}|priv(?:ad[oa]|at[oa]|ée?|ee?)|p r i v a t e|confidential|off the record|secret|(?:only|just) for (?:me|you)|for (?:me|you) only"
    r"|not for \w+|vertraulich|geheim|nur für (?:mich|dich|euch)|nicht für \w+)(?=[ \t*_]*:))",
    re.MULTILINE,
)
_ALL_PRIVATE = re.compile(  # a sentence that asks for it, without the word where it counts
    r"^[ \t]*(?:please,?[ ]|bitte[ ])?(?:(?:keep|leave|treat)[ ](?:all[ ](?:of[ ])?)?(?:this|that|it|the[ ](?:next|following|above|rest|last)\b.{0,20}|what[ ]follows)[ ](?:as[ ])?private"
    r"|(?:all[ ](?:of[ ])?)?(?:this|that|the[ ](?:next|following|above|rest|last)\b.{0,20}|what[ ]follows)[ ](?:is|stays|should[ ]stay|must[ ]stay)[ ](?:strictly[ ])?private|(?:das|alles|dies|das[ ]folgende)[ ](?:hier[ ])?(?:ist|bleibt)[ ]privat)[ \t]*[.!]*[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_GUESS = re.compile(  # to the next blank line; in small letters only with a colon behind it
    r"^[ \t\"'“‘*_#•>–—(\[-]*(?:(?i:and|my|here's my|here is my)[ \t]+)?(?:(?:GUESS|TIPP)(?![^\W_])[*_]*[ \t]*[:,–—-]*|(?i:guess)[*_]*[ \t]*:)[ \t*_]*(?P<words>(?:.|\n(?![ \t]*\n))*)",
    re.MULTILINE,
)
_FANCY = re.compile("[\U0001d400-\U0001d7ff]+")  # letters of mathematics, which some use for bold
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_SEEN_AS = {0xA0: " ", 0x2007: " ", 0x202F: " ", 0x2028: "\n", 0x2029: "\n", 0x85: "\n", 0x200B: None, 0x200C: None, 0x200D: None,
            0x2060: None, 0xFEFF: None, 0xAD: None} | {0xFF01 + i: chr(0x21 + i) for i in range(94)}  # fmt: skip
_BLANK = re.compile(r"\n[ \t]*\n")
_AT_PROMPTS = frozenset(
    ("pass", "later", "pause", "resume", "all", "short", "next", "back", "help", "status", "stop", "explain", "who", "show",
     "both", "edit", "delete", "data", "human", "resend", "bank")
)  # fmt: skip
_OURS = re.compile(
    r"\b(?:please|pls|question|prompt|mails?|e-?mails?|unsubscribe|list|this one|my (?:data|answers?|account))\b",
    re.IGNORECASE,
)
_CARE = re.compile(
    r"\b(?:(?:afraid|scared|frightened|terrified) of (?:him|her|them|my (?:partner|husband|wife|boss))|(?:he|she|they) (?:hits?|hit|hurts?|beats?|threatens?|threatened|chokes?|stalks?) me"
    r"|(?:kill|hurt|harm) (?:my|him|her)self|suicid\w+|end my life|don't want to live|want to die|self[- ]harm|domestic (?:violence|abuse)|angst vor (?:ihm|ihr|mein\w+ (?:mann|frau|partner\w*|freund\w*|chef\w*))|(?:er|sie) (?:schlägt|bedroht|würgt|verfolgt) mich|(?:mir|mich) (?:etwas an(?:tun|zutun)|umbringen|umzubringen|verletzen)|nicht mehr leben|selbstmord|suizid|häusliche gewalt|abus(?:es|ed|ing|ive) (?:me|relationship|partner)"
    r"|how dare you|fuck (?:you|off)|(?:stop|quit) (?:harassing|spamming|bothering) me|leave me the (?:hell|fuck) alone|not safe (?:with|at home)|in danger)\b",
    re.IGNORECASE,
)
_TO_US = re.compile(  # a question about us and the question, rather than an answer
    r"(?:please |sorry,? |i want to know |tell me )*(?:what|which|who|how|are|is|can|could|will|would|do|does|tell me)\b.{0,80}\b(?:you|your|question|repeat|rephrase|bot)\b.{0,60}|how (?:do|can) i (?:stop|leave|unsubscribe|pause|skip)\b.{0,40}",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\s*(?:CHANGE|EDIT) +(?:(?i:answer|question|line) +)?#?(\d{1,2})\b[ \t]*[:.,–—-]*\s*"
)  # "CHANGE 1 In writing."
_NOTHING = frozenset({"ok", "hm", "hmm", "lol", "haha", "ha", "hi", "hello", "test", "wait", "k"})
_ELSEWHERE = re.compile(  # it points to words that are not here
    r"(?:please |my |the |bitte )*(?:see|siehe|s\.)? ?(?:(?:my |the )?(?:answers?|replies|reply|comments?|antworten?) )?(?:(?:is|are|stehen) )?(?:below|above|inline|in-line|attached|attachment|enclosed|in (?:red|blue|green|bold|the attachment|between)|u\.|unten|oben|anbei|im anhang|im text|angehängt)(?: please)?\W*",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\b(?:out of (?:the )?office|auto(?:matic)?[- ]?reply|ticket (?:number|#)|give me a (?:day|week|moment)|still thinking|will (?:answer|reply) (?:later|tomorrow|soon))\b",
    re.IGNORECASE,
)
_LEAVES = re.compile(  # without one of these it is no such wish, which is found out at once
    r"stop|unsubscribe|leave|take me|shut |cancel|abort|halt|remove|delete|erase|wipe|forget|n[o']t |never|no more|quit|end |out|alone|pause|snooze|abmeld|lösch|aufhör|keine|rimandare|aplazar|adiar|reporter|verschieben|uitstellen",
    re.IGNORECASE,
)
_MAYBE = re.compile(
    r"(?:(?:please|just|ok|sorry)[ ,]+)*(?:(?:can|could|will|would) you (?:please |just )*|i (?:want|need|would like|'d like) you (?:to )?|i'd like you (?:to )?)?"
    r"(?:(?:stop|cancel|abort|halt|quit) (?:it|that|this|everything|talking|speaking|asking|what you(?:'re| are) doing)(?: (?:now|at once))?|(?<=you to )(?:stop|quit)|shut up|no more talking|(?P<pause>(?:pause|pausiere|snooze) (?:this )?(?:until|till|bis) .{1,60}|(?:possiamo rimandare|podemos aplazar(?:lo)?|podemos adiar|on peut reporter|peut-on reporter|können wir (?:das )?verschieben|kunnen we (?:dit )?uitstellen)\b.{0,60}))(?: please)?\W*",
    re.IGNORECASE,
)
_NOT_THAT = re.compile(  # a command taken back, and nothing else: "please don't pause this one"
    r"(?:please\s+)?(?:don't|do not|i did not ask to|i didn't ask to)\s+(?:pause|stop|skip|delete|unsubscribe|pass)(?:\s+(?:this one|anything|yet|it|me|everything))*\W*(?:i'?m (?:fine|still thinking))?\W*",
    re.IGNORECASE,
)


def read_answer(text: str, *, now: datetime, prompts: Mapping[str, str] | None = None) -> AnswerReading:
    """Read a reply to a prompt. `prompts` maps labels ("1", "good feedback") to prompt ids for answers in one letter."""
    labelled, rest = _labelled(text, prompts or {})
    unguessed = [(prompt, *_guessed(words)) for prompt, words in labelled]
    rest, guess = _guessed(rest)
    guesses = tuple((prompt, words) for prompt, words in (("", guess), *((p, g) for p, _, g in unguessed)) if words)
    parts = [(p, *_parted(words)) for p, words, _ in unguessed]  # behind a label PRIVATE ends at the next label
    labelled = tuple((prompt, shared) for prompt, shared, hidden in parts if shared or hidden)
    own = tuple((prompt, hidden) for prompt, _, hidden in parts if hidden)
    rest, private = _parted(rest)
    commands, body, unsure = _commands(rest, now)
    both = any(c.name == "both" for c in commands)
    nothing = not (commands or private or labelled or unsure or guesses) and _is_nothing(body)
    return AnswerReading(
        commands=commands, text=body, private=private, guesses=guesses, labelled=labelled, own=own, both=both,
        not_an_answer=nothing, care=is_care(text[: LONGEST * 4]), unsure=unsure,
    )  # fmt: skip


def is_care(text: str) -> bool:
    """Whether somebody writes in anger at us, in fear, or of harm."""
    return bool(_CARE.search(straight(text)))


def _guessed(text: str) -> tuple[str, str]:
    """The text without what begins with GUESS, and that. First of all, so that nothing private can hide in it."""
    text = text.replace("\r\n", "\n").translate(_SEEN_AS)
    found = [words for m in _GUESS.finditer(text) if (words := m["words"].strip())]
    return (_GUESS.sub("", text).strip(), "\n".join(found)) if found else (text, "")


def _parted(text: str) -> tuple[str, str]:
    """What others may see, and what runs from the word PRIVATE to the next blank line (decision 11).

    In brackets it runs to the closing one. The word alone on its line means the paragraph below it. When in doubt more is
    private, since showing too much is the worst of errors.
    """
    text = _FANCY.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text.replace("\r\n", "\n").translate(_SEEN_AS))
    if _ALL_PRIVATE.search(text):
        return "", text.strip()
    text = _NEARLY.sub(r"\g<mark>PRIVATE \g<words>", text)
    if "privat" not in text.casefold():
        return text.strip(), ""
    shared, private, at = [], [], 0
    for mark in _PRIVATE.finditer(text):
        if mark.start() < at:
            continue  # a second PRIVATE inside a private paragraph
        end = _end_of(text, mark)
        shared.append(text[at : mark.start()])
        hidden = _PRIVATE.sub("", text[mark.end() : end]).strip(" \t\n)]}")
        if not hidden or _stands_behind(text, mark):  # "... (private)": said behind the words that it means
            kept, _, behind = "".join(shared).rpartition("\n\n")
            shared, hidden = ([f"{kept}\n\n"] if kept else []), f"{behind.strip()}\n\n{hidden}"
        private.append(hidden.strip())
        at = end + (end < len(text) and text[end] in ")]}")
    shared.append(text[at:])
    return "".join(shared).strip(), "\n\n".join(p for p in private if p)


def _stands_behind(text: str, mark: re.Match[str]) -> bool:
    """Whether the word is in brackets at the end of a line that says something: it may mean that, or what is below."""
    line = text.rfind("\n", 0, mark.start()) + 1
    return (
        mark[0].rstrip()[-1:] in (")", "]", "}")
        and bool(text[line : mark.start()].strip())
        and text[mark.end() :][:1] in ("\n", "")
    )


def _end_of(text: str, mark: re.Match[str]) -> int:
    """Where the private words end."""
    blank = _BLANK.search(text, mark.end())
    at = mark.start()
    while blank and _means_the_next(text, mark, at, blank.start()):
        at = blank.end()
        blank = _BLANK.search(text, at)
    end = blank.start() if blank else len(text)
    closing = _CLOSING.get(mark["open"], "")
    closed = text.find(closing, mark.end(), end) if closing and closing not in mark[0] else -1
    return closed if closed >= 0 else end


def _means_the_next(text: str, first: re.Match[str], at: int, end: int) -> bool:
    """Whether a paragraph ends in a PRIVATE that can only mean the one below: not "(this is private)"."""
    marks = list(_PRIVATE.finditer(text, at, end))
    if not marks or text[marks[-1].end() : end].strip():
        return False
    last = marks[-1]
    closes = last.start() > first.start() and last[0].rstrip()[-1:] in ")]}"
    return not (closes and text[text.rfind("\n", 0, last.start()) + 1 : last.start()])


def _labelled(text: str, prompts: Mapping[str, str]) -> tuple[tuple[tuple[str, str], ...], str]:
    """The answers that stand behind a label at the start of a line, and the text before the first of them."""
    if not prompts:
        return (), text
    text = "\n".join(_on_lines(line, prompts) for line in text.split("\n"))
    by_label = {label.casefold().strip(): prompt for label, prompt in prompts.items()}
    names = "|".join(re.escape(label) for label in sorted(by_label, key=len, reverse=True) if label)
    mark = re.compile(
        rf"^[ \t]*[(*#]*({names})(?:[ \t]*[*]*[:.)–—]+[*]*|[ \t]+-|[ \t]*$)[ \t]*\n?", re.IGNORECASE | re.MULTILINE
    )
    found = list(mark.finditer(text))
    ends = [*(m.start() for m in found[1:]), len(text)][: len(found)]
    answers = tuple(
        (by_label[m[1].casefold()], text[m.end() : end].strip()) for m, end in zip(found, ends, strict=True)
    )
    answers = tuple((prompt, answer) for prompt, answer in answers if answer)
    return (answers, text[: found[0].start()].strip()) if answers else ((), text)


def _on_lines(line: str, prompts: Mapping[str, str]) -> str:
    """A line such as "1. Text me 2. In private 3. Straight" as three; two numbers more are needed, for "every 2. Monday" is one answer."""
    first = re.match(r"[ \t]*\(?(\d{1,2})[.:)]", line)
    if not first or first[1] not in prompts:
        return line
    number, at = int(first[1]), first.end()
    cuts: list[int] = []
    while str(number + 1) in prompts and (mark := re.compile(rf"\s+\(?(?={number + 1}[.:)]\s)").search(line, at)):
        cuts, number, at = [*cuts, mark.end()], number + 1, mark.end()
    return "\n".join(line[a:b] for a, b in pairwise((0, *cuts, len(line)))) if len(cuts) > 1 else line


def _commands(text: str, now: datetime) -> tuple[tuple[Command, ...], str, Command | None]:
    """The commands, the text without them, and a command that may be meant."""
    if not text or len(text) > LONGEST * 10:
        return (), text, None
    if earlier := _CHANGE.match(text):
        return (), text, Command("edit", None, earlier[1], text[earlier.end() :].strip())
    found = sentences(text)
    plain = unsigned(ungreeted(text)) if 1 < len(found) < 5 else text
    whole = _all_commands(found, text, now) or (_all_commands(sentences(plain), plain, now) if plain != text else ())
    if whole:
        return whole, "", None
    if maybe := _maybe(text, found):
        return (), text, maybe
    if len(found) < 2:
        return _leading(text, found, now)
    commands: list[Command] = []
    unsure: Command | None = None
    start, end = 0, len(text)
    for place in (found[0], found[-1]):
        command = _at_prompt(place.text, now)
        if command is None:
            continue
        if not _stands_apart(place, found, command):
            unsure = unsure or (command if len(words(place.text)) > 1 else None)
            continue
        commands.append(command)
        start, end = (place.end, end) if place is found[0] else (start, place.start)
    return tuple(commands), text[start:end].strip(), unsure if not commands else None


def _maybe(text: str, found: tuple[Sentence, ...]) -> Command | None:
    """A wish to leave that goes on in other words, or a pause without a day: it may be an answer too."""
    if not _LEAVES.search(text):
        return None
    if leaving := next((c for s in found if (c := leading_command(s.text))), None):
        return leaving
    asked = _MAYBE.fullmatch(straight(text.strip())) if len(found) == 1 else None
    return Command("pause" if asked["pause"] else "stop") if asked else None


def _all_commands(found: tuple[Sentence, ...], text: str, now: datetime) -> tuple[Command, ...]:
    """When there is nothing but commands, courtesies and reasons: the commands."""
    if not found or len(found) > 6:
        return ()
    flat = " ".join(text.split())
    one = _at_prompt(flat, now)
    if one or len(found) == 1:
        return (one,) if one else ()
    read = [(s, _at_prompt(s.text, now)) for s in _unsigned(found)]
    commands = tuple(dict.fromkeys(c for _, c in read if c))
    if not commands or not all(c or is_aside(s.text, now) for s, c in read):
        return ()
    day = next((d[1] for s, c in read if not c and (d := tail_day(s.text, now))), None)
    return tuple(replace(c, until=c.until or day) if c.name == "pause" else c for c in commands)


def _unsigned(found: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """Without a name under a courtesy: "Thanks / Omar"."""
    closing = (
        len(found) > 2
        and found[-1].line != found[-2].line
        and re.fullmatch(r"[A-Z][\w'’-]*( [A-Z][\w'’-]*)?", found[-1].text)
    )
    return found[:-1] if closing and is_aside(found[-2].text) else found


def _leading(text: str, found: tuple[Sentence, ...], now: datetime) -> tuple[tuple[Command, ...], str, Command | None]:
    """One sentence that begins with a word to us: "pass, too private"; "Pause, breathe, then answer" is an answer."""
    head = re.match(
        r"\s*(pass|skip|PASS|SKIP|LATER|STOP|PAUSE|HELP|ALL|SHORT|NEXT|BOTH|Pass|Skip)\s*(?:[,;:–—-]|\.\s)\s*(?=\S)",
        text,
    )
    if head and (command := _at_prompt(head[1], now)):
        tail = text[head.end() :].strip()
        return (command,), "" if command.name == "pass" and is_aside(tail) else tail, None
    unsure = _at_prompt(re.split(r"[,;:.]| - | because | as ", text, maxsplit=1)[0], now) if found else None
    if len(found) == 1 and _TO_US.match(text.strip()):
        return (), text, Command("help")
    return (), text, unsure if unsure and _OURS.search(text) else None


def _at_prompt(sentence: str, now: datetime) -> Command | None:
    command = command_of(sentence, now)
    return command if command and (command.name in _AT_PROMPTS or _shouted(sentence)) else None


def _shouted(sentence: str) -> bool:
    """Whether it begins with a word in capitals: PASS, PAUSE until 12 May."""
    return bool(re.match(r"\W*[A-Z]{3,}(?:[ :.,!]|$)", sentence))


def _stands_apart(place: Sentence, found: tuple[Sentence, ...], command: Command) -> bool:
    """Whether a command beside an answer can be nothing else."""
    if _shouted(place.text):
        return True
    alone = sum(s.line == place.line for s in found) == 1
    if command.name in ("pass", "pause", "later") and (alone or command.until):
        return True
    if command.name in ("pass", "explain", "both") and len(place.text.split()) == 1:
        return command.name == "pass"
    return bool(_OURS.search(place.text))


def _is_nothing(text: str) -> bool:
    """A courtesy, a promise to answer, an "ok": no answer to a prompt."""
    found = sentences(text[:LONGEST])
    if not text.strip() or not re.search(r"\w|[^\w\s]", text):
        return True
    if len(text) > LONGEST or len(found) > 4:
        return False
    if (
        _ELSEWHERE.fullmatch(text.strip())
        or _AWAY.search(text)
        or (len(found) == 1 and _NOT_THAT.fullmatch(straight(text.strip())))
    ):
        return True
    g = grammar("consent")
    return all(
        any(r <= {"thanks", "defer"} for r in g.classes(s.text))
        or (len(found) == 1 and set(texts(words(s.text))) <= _NOTHING)
        for s in found
    )
