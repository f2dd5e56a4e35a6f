"""Whom a sentence binds: its author, the other, both, or nobody in particular (F23, invariant 3). Pure.

No parser and no model. The other is written "you" throughout, and every "you" must stand where it plainly does nothing
("I call you when I am late"). What is not plain is a request: a request binds nobody who has not said yes, a promise in
another's name would. So most lists here name what is harmless, and a word missing from them makes one request too many.
"""

import re
from typing import Literal, TypeAlias

Bound: TypeAlias = Literal["theirs", "mine", "ours", ""]
Asked: TypeAlias = Literal[
    "exchange", "shared", "personal"
]  # what people were asked: for promises, for a "we", for a liking


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NAMES_TOO = _set(
    "will may mark hope grace joy faith bill rose sue rob art pat grant drew frank dawn june april summer"
)
_NP = r"(?:(?!you\b|and\b|but\b|so\b|if\b|when\b|please\b)[\w'-]+ ?)+"  # what a thank-you is for
_SAME = (  # the many names of the other and of the two together, in the order in which they are put plainly
    (r"\b(?:du|von dir|bitte(?: dich)?)\b", "you"),  # German says it so: there it is always asked, since its verbs are not known
    (r"\b(?:u|ya|y'all)\b", "you"),
    (r"\bur\b", "your"),
    (r"\bp(?:ls|lz)\b", "please"),
    (r"\byou ?'?ll\b", "you will"),
    (r"\byou'?re\b", "you are"),
    (r"\byou'd\b", "you would"),
    (r"\byou'?ve\b", "you have"),
    (r"\bmy (?:business )?(?:partner|co-?founder|husband|wife|spouse|boyfriend|girlfriend|boss|manager|colleague)\b", "you"),
    (r"\bthe other (?:one|person|half|of us)\b|\bsome(?:one|body) else\b", "you"),
    (r"\b(?:he|she)(?:'s)?\b|\b(?:they|him|her)\b", "you"),  # of two people, the one who does not speak
    (r"\bhis\b", "your"),
    (r"\b(?:hers|theirs)\b", "yours"),
    (r"\byou's?(?= \w)", "your"),
    (r"\byou and (?:i|me)\b|\bi and you\b|^me and you\b|\bthe two of us\b", "we"),
    (r"\bi(?:'d like| would like| want| need| would love|'d love) us to\b", "we"),
    (r"\b(?:you (?:can|may) )?(?:always )?(?:(?:count|rely|depend) on|trust) me\b", "i"),
    (r"\byou (?:always )?have my (?=word|help|support|promise)", "i give my "),
    (r"\blet you know\b", "tell you"),
    (r"\b(?:to be (?:quite |very )?(?:honest|fair|frank|clear)|honestly|frankly)\b[ ,]*", ""),
    # A thank-you says nothing about what will be done, unless it is given in advance.
    (rf"^(?:many )?(?:thanks|thank you)\b(?! in advance)(?: (?:so|very) much| a lot)?(?:,? you(?=[.,!]|$))?(?: for {_NP})?", ""),
)  # fmt: skip

# ---------------------------------------------------------------- "you" where it does nothing

_WHEN = _set("when whenever if where wherever how what whatever as who whom which whether while why")
_MIND = _set("need needs want wants like likes wish wishes prefer prefers feel feels love loves")
_IF = _MIND | _set("are is were was ask asks asked wanted needed felt")  # what may be said of the other: "if you ask"
_HAPPENS = _IF | _set(  # and as an occasion; "if you call" is already half a bargain
    "said told look looks seem seems call calls ring rings text texts write writes talk talks speak speaks say says tell tells"
)
_STATES = _set("is are was were will must should has needs means includes shall")
_AUX = _set(
    "am is are was were be been do does did will would can could must should shall may might have has had need ought 're 'll"
)
_APART = _set(  # before "you": a new clause, or the verb to be that makes somebody the one who does it
    ", ; : - ( . ! ? … and or but so then that because unless provided not only nor neither except"
) | (_AUX - {"have", "has", "had", "need"})
_GIVES = _set(  # one's own verbs whose object the other is
    "answer ask back bring brief buy call cook copy cover credit drive email find forgive give greet hear help hug include inform invite "
    "join keep lend love mail meet message offer owe pay phone promise read remind respect ring send show support teach tell text thank "
    "update visit wake walk warn write watch"
)
_TOWARDS = _set(
    "to from with for at of about on in near around behind beside between towards against without over under like after before than"
)
_LEADS = _set(
    "i do i'll i'd we we'll we'd to not will won't would wouldn't don't can can't cannot"
)  # before a verb of one's own
_OBJECT = _set(  # after "you": words with which it is an object, since none of them is a verb
    "the a an my our your this these those all any every each no what which how when whenever if where why who whether while before after "
    "until once twice as because since so and or but than too again back up down out off in on at by for from with without about of over "
    "through during within into more less better daily weekly monthly today tomorrow tonight early late later straight directly first "
    "immediately home alone both instead myself enough something anything everything nothing it them that here there now some one two "
    "three mondays tuesdays wednesdays thursdays fridays saturdays sundays monday tuesday wednesday thursday friday saturday sunday"
)
_ADVERBS = _set("always never also just only really not please still then sometimes usually often ever simply")
_NO_VERB = _set("morning mornings evening evenings nothing anything everything something during feeling king thing")

# ---------------------------------------------------------------- telling, wishing, promising

_VERBS = _set(
    "accept admit agree allow answer apologise apologize arrange arrive ask avoid be become begin believe book bring build buy call cancel "
    "care carry celebrate change chase check choose clean clear close come communicate complete consider cook count cover cut decide deliver "
    "discuss do drive drop eat email ensure explain feed fetch file fill find finish fix follow forget forgive get give go greet handle hand "
    "have hear help hire hold invite invoice join keep knock know lead learn leave lend let listen lock look lower make manage mail meet "
    "message mind move notice offer open order organise organize own pause pay phone pick plan praise prepare promise protect pull push put "
    "raise read remember remind remove repair reply report respect respond rest return review ring run say schedule see sell send set share "
    "show shut sign sit slow smile solve speak spend start stay step stop study support sweep take talk teach tell text thank think tidy "
    "treat trust try turn understand update use visit wait wake walk warn wash watch water welcome wipe work write"
)
_VERB = "|".join(sorted(_VERBS))
_OBJECTS = r"(?:me|my|it|them|the|a|an|your|yourself|this|that|up|down|out)"
_SMALL = (  # words that begin a sentence and are no verb in front of an object
    r"(?:(?:about|after|all|and|as|at|before|both|but|by|during|for|from|half|how|in|is|just|like|no|not|of|on|once|only|or|over|since|so"
    r"|than|then|there|through|to|twice|under|until|what|when|with|without|yes)\b|\w+(?:ing|ly|s)\b)"
)
_MINE = re.compile(r"(?:i|i'\w+|im|ill|ive|my|mine)\b|.*\b(?:is|are) (?:mine|my|on me|up to me)\b")
_OURS = re.compile(
    r"(?:we|we'\w+|our|ours|us|both|let's|lets|let us|together|(?:each|either|neither|none|all|one|any) of us|nobody|no one"
    r"|everybody|everyone|whoever|can we|shall we|could we)\b|.*\b(?:each other|one another|ourselves)\b"
)
_WISH = r"(?:would like|'d like|would love|'d love|want|need|wish|hope|expect|prefer|await)"
_OWN_WISH = re.compile(rf"{_WISH} to (?:be there for|listen to|{'|'.join(sorted(_GIVES - {'hear', 'find'}))}) you\b")
_WISHES = re.compile(
    rf"(?:{_WISH}|\b(?:want|need|wish|hop|expect|await)ing|\blike (?:it )?(?:when|if|that)|\blove (?:it )?(?:when|if)|\bi feel"
    r"|\b(?:count|rely|depend|insist)(?:ing)? on|\bappreciate|\bdemand|\bsuggest|\bpropose|\bbelieve|\bthink|\bsuppose|\bassume"
    r"|\btrust|\blook(?:ing)? forward to|\bask(?:ing)? (?:for|of|that))\b[^,;]*\byou(?:rs?)?\b"
    r"|\bmy (?:wish|request|hope|need|expectation|demand|condition)\b"
)
_HANDS_OVER = re.compile(
    r"\b(?:leave|left|assign|delegate|entrust|hand|pass)\b[^,;]*\b(?:to|with) you\b|\byou (?:in charge|responsible|accountable)\b"
    r"|\b(?:volunteer|nominate|sign|appoint|commit|bind|oblige|require|force|guarantee|task|charge|schedule|name|put|hold|order) your?\b"
    r"|\b(?:speak|promise|answer|vouch|sign|decide) for you\b|\bin your name\b|\byour (?:behalf|job|task|duty|turn|part|share)\b"
    r"|\b(?:is|are|be|falls?|stays?) (?:on|up to|with) you\b|\b(?:but|except|other than|not) (?:for )?me\b"
    r"|^(?!.*\b(?:hide|keep|learn|away|secrets?)\b).*\bfrom you\b"
)
_TELLS_ME = re.compile(
    rf"(?:^|[,;:.!?-]|\b(?:and|or|then|so|but|just|simply|always|never|also|instead|first|don't|not)) ?(?:{_VERB}) me\b"
)
_SO_DO = re.compile(rf"\bso,? (?:{_VERB})\b")
_LIKE = r"i(?: really| also| do| just)*(?:'d like|'d love| would like| would love| want| need| expect| wish)"
_WANTED = re.compile(  # what one would like without saying from whom, in answer to what one asks of the other
    rf"(?:{_LIKE}|i hope for|i ask (?:for(?! (?:help|advice|feedback))|that)|i would be|i'd be|i appreciate|i (?:count|rely|depend) on)\b"
    r"(?! to\b| that we\b| we\b)"
    rf"|{_LIKE} to (?:get|have|hear|know|receive|see|(?:be able to )?(?:count|rely|depend)"
    r"|(?:be|feel) (?:\w+ed|told|asked|heard|shown|given|paid|left|seen|kept))\b"
)
_TELLS = re.compile(
    rf"(?:don't|dont|do not|never|always|no|not|more|less|fewer|better|enough|need|want|would|hoping|looking)\b|(?:{_VERB})\b"
    rf"|(?!{_SMALL})\w+ {_OBJECTS}\b"
    rf"|.*\b(?:{_VERB}) {_OBJECTS}\b|(?:on|in|at|by|every|each|after|before|once|for|during)\b.*\b(?:{_VERB})\b"
    r"|.*\b(?:must|should|would|ha[sv]e to|needs?|ought|shall|supposed)\b|.*\?"
)
_FIRST = re.compile(  # words that lead up to what is said, and "I think", "we agreed"
    r"(?:(?:and|so|but|or|also|then|well|yes|ok|okay|now|plus|maybe|perhaps|kindly|ideally|simply|just|again|finally)\b[ ,]*"
    r"|(?:i|we)(?:'d| would| do| really| just| both)* (?:think|believe|hope|suggest|agree|agreed|mean|guess|suppose|say(?=[:,]| that))\b"
    r"(?! (?:to|of|about|for|with|so|you|before|after|twice|ahead|first|hard|through|it)\b)(?: that\b)?[ ,:]+)+"
)
_OFTEN = re.compile(
    r"(?:on|in|at|by|every|each|for|during|from|usually|often|sometimes|always|never|twice|today|tomorrow|this|next)\b[^,;:]*?(?=\b(?:i|i'\w+|we|we'\w+)\b)"
)
_UNDER = re.compile(
    r"(?:when|whenever|if|while|as|because|since|before|after|until|till|once|unless|though|although|whether|whatever|wherever|in case"
    r"|should|every time|each time|the (?:day|moment|minute|next time)|provided|given)\b"
)
_SUBJECT = re.compile(r"(?<!\w)(?:i|i'\w+|we|we'\w+|let's|please|nobody|everybody|everyone|no one|both)\b")


def bound_by(sentence: str, author: str, other: str, asked: Asked = "exchange") -> Bound:
    """Whom one sentence of the author binds, seen with this other person; "" when it says of nobody what they do."""
    text = _plain(sentence, author, other)
    clauses = [c for c in (clause.strip(" ,-") for clause in re.split(r"[;.!?…](?=\s)", text)) if re.search(r"\w", c)]
    parts = [_part(c, asked) for c in clauses]
    tails = [_part(c[m.end() :], asked) for c in clauses for m in re.finditer(r":\s+|\s-\s+", c)]
    if "theirs" in parts + tails or _acts(re.findall(r"\w+(?:['-]\w+)*|[^\w\s]", text)):
        return "theirs"
    return next((p for p in parts if p), _frame(text))


def _plain(sentence: str, author: str, other: str) -> str:
    """The sentence in small letters, where the author is "I" and the other is "you" whatever they are called."""
    text = sentence.replace("’", "'").replace("–", "-").replace("—", "-")
    for name, pronoun in ((other, "you"), (author, "I")):
        if name:
            fold = re.NOFLAG if name.casefold() in _NAMES_TOO else re.IGNORECASE
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", pronoun, text, flags=fold)
    text = text.casefold().strip(" -*•\"'“”")
    for pattern, same in _SAME:
        text = re.sub(pattern, same, text)
    if not re.search(r"\bone\b", text):  # "one cooks, the other cleans" is said of both
        text = re.sub(r"\bthe other\b(?! (?:day|hand|way|side|night|week))", "you", text)
    return text.strip()


def _part(text: str, asked: Asked) -> Bound:
    """Whom a part between full stops and semicolons binds, but for where "you" stands in it."""
    main, under = _main(text)
    named = re.search(r"\byou(?:rs?|rself)?\b", text)
    mine, ours = _MINE.match(main), _OURS.match(main)
    if asked != "personal" and _is_told(text, main, own=bool(mine or ours), asked=asked):
        return "theirs"
    if _HANDS_OVER.search(text) or _WISHES.search(
        _OWN_WISH.sub("", re.sub(r"\byou (?:need|want|wish|prefer)\b", "you", text))
    ):
        return "theirs"
    if mine or ours:
        return _frame(main)
    if named:
        return "theirs"
    if not under:
        return ""
    # After "when ..." somebody does something. Unless it is plainly a thing, it is who hears this.
    thing = re.match(r"(?:the|a|an|this|that|it|there|one)\b", main)
    return "ours" if thing or asked != "exchange" else "theirs"


def _frame(text: str) -> Bound:
    """Who speaks, where that is all there is: "I hope the bread is good"."""
    if _MINE.match(text):
        return "mine"
    return "ours" if _OURS.match(text) else ""


def _main(text: str) -> tuple[str, bool]:
    """The text without the courtesies and subordinate clauses in front, and whether there was one of the latter."""
    under = False
    while True:
        text = text[m.end() :] if (m := _FIRST.match(text)) else text
        head, comma, rest = (
            (text[: m.start()], True, text[m.end() :]) if (m := re.search(r" ?[,:] ?| - ", text)) else (text, False, "")
        )
        if (m := _OFTEN.match(text)) and not re.search(
            rf"^\w+ (?:{_VERB})\b|\b(?:{_VERB}) (?:{_OBJECTS}|what|how|when|if)\b", m[0]
        ):
            text = text[m.end() :]
        elif m := _UNDER.match(head):
            under = True
            text = rest if comma else _after_clause(text[m.end() :])
        elif comma and not _MINE.match(head) and not _OURS.match(head) and not _TELLS.match(head):
            text = rest
        else:
            return text, under


def _after_clause(text: str) -> str:
    """What follows a subordinate clause that no comma ends: from the next subject on; "" when there is none."""
    first = re.match(r" *\S+", text)
    for found in _SUBJECT.finditer(text, first.end() if first else 0):
        before = text[: found.start()].split()[-1:]
        if not before or before[0] not in _WHEN | {"and", "or", "that", "than"}:
            return text[found.start() :]
    return ""


def _is_told(text: str, main: str, *, own: bool, asked: Asked) -> bool:
    """Whether somebody is told or asked to do something without being named. Where a "we" was asked for, it is meant."""
    if re.search(r"\bplease\b", text) or _TELLS_ME.search(text):
        return True
    if own:
        return bool(_SO_DO.search(text)) or (asked == "exchange" and bool(_WANTED.match(main)))
    about_me = re.search(r"\b(?:i|i'm|me|my)\b", text)
    return bool(_TELLS.match(main)) and (asked == "exchange" or bool(about_me))


def _acts(words: list[str]) -> bool:
    """Whether any "you" or "your" in it is, or may be, the one who does something."""
    words = ["", "", *words, *[""] * 5]
    return any(_ACTS[w](words, i) for i, w in enumerate(words) if w in _ACTS)


def _you_act(words: list[str], at: int) -> bool:
    before, (after, then, *_) = words[at - 1], [w for w in words[at + 1 :] if w not in _ADVERBS]
    stem = before.removesuffix("ing") if before != "bring" else before
    if before == "by":
        return words[at - 2] not in ("stand", "stands", "standing")
    if after == "to":
        return stem not in ("help", "promise")
    if after in _VERBS | _AUX | _HAPPENS or (after.endswith("ing") and after not in _NO_VERB):
        occasion = (
            before in _WHEN
            and after in (_IF if before == "if" else _HAPPENS)
            and not (after in ("are", "is") and then == "to")
        )
        liking = after in _MIND and before not in _APART and bool(before) and then != "to"
        return not (occasion or liking or stem == "help")
    if before in _APART | _WHEN or not before:
        called = (before in ("", ",") and after in (",", "!")) or (before == "," and after in ("", "."))
        return not called  # "Jonas, I do the books" only speaks to him
    if stem in _GIVES | _TOWARDS:
        return False
    lead = next(w for w in reversed(words[: at - 1]) if w not in _ADVERBS and not w.endswith("ly"))
    return lead not in _LEADS or not (after in _OBJECT or not after[:1].isalnum())


def _your_part_acts(words: list[str], at: int) -> bool:
    before, ahead = words[at - 1], words[at + 2 : at + 5]
    clause = next((i for i, w in enumerate(ahead) if not w[:1].isalnum() or w in _WHEN), len(ahead))
    if before in _WHEN - {"if"}:
        return False
    return before in _APART | {"if", "by", ""} or bool(_STATES & set(ahead[:clause]))


def _is_yours(words: list[str], at: int) -> bool:
    return words[at - 1] in _APART | {""}


_ACTS = {"you": _you_act, "your": _your_part_acts, "yours": _is_yours}
