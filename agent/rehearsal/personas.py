"""Whom one may be in a rehearsal: the mail programs and mailboxes that make it hard to read what somebody meant.

A persona says which program writes, and what else happens: what comes back by itself when a letter arrives, what is sent
before the person's own reply, and from where that reply comes. Pure; `play` sends what it says.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from agent.rehearsal import machines, programs
from agent.rehearsal.programs import Program, Typed


@dataclass(frozen=True, slots=True)
class Persona:
    """One way to be difficult. What it does not say is as usual."""

    key: str  # as scripts write it
    name: str  # as a menu shows it
    about: str  # what is difficult, in one sentence
    program: Program = programs.plain  # writes what the person types
    by_itself: Program | None = None  # a machine's mail to the return path of each letter, with the null sender
    beforehand: Program | None = None  # what the service is sent of this letter before the person's own reply
    was_it: str = ""  # what the registered address says when the service asks "was this you?"
    from_elsewhere: bool = False  # the reply comes from another address
    gateway: Callable[[bytes], bytes] | None = None  # what stands before the mailbox, and visits links
    receives: bool = True  # letters reach the person


def elsewhere(address: str) -> str:
    """The other address that somebody writes from."""
    return f"{address.partition('@')[0]}@phone.example.net"


def colleague(typed: Typed) -> bytes:
    """A well-meant reply of somebody to whom the letter was forwarded, sent to the address that they found in it."""
    asked = typed.answers
    assert asked is not None
    head = (
        "---------- Forwarded message ---------\n"
        f"From: {asked.name} <{asked.address}>\nDate: {asked.at:%a, %b %d, %Y at %H:%M}\n"
        f"Subject: {asked.subject}\nTo: {asked.to}\n\n\n"
    )
    mine = replace(asked, name=typed.name, address=typed.address, text=f"Have a look?\n\n{head}{asked.text}", html="")
    words = "Yes, I agree. Sounds good to me, go ahead!\n\nKim"
    kim = replace(typed, name="Kim Novak", address=f"kim.novak@{typed.host}", text=words, answers=mine)
    return programs.gmail(kim)


_ALL = (
    Persona("plain", "Plain text", "Text alone, with the answer above the quoted letter."),
    Persona(
        "gmail",
        "Gmail",
        "Wraps every line of the text half, also the typed ones, and quotes the letter's HTML inside its own.",
        programs.gmail,
    ),
    Persona(
        "outlook",
        "Outlook (German)",
        "Puts the whole letter below without one quote mark, under Von:, Gesendet:, An: and Betreff:, and doubles line ends.",
        programs.outlook,
    ),
    Persona("iphone", "iPhone", "Adds a footer that nobody typed, above the quote.", programs.iphone),
    Persona(
        "thunderbird",
        "Thunderbird",
        "Breaks long lines softly (format=flowed), and cites the HTML letter.",
        programs.thunderbird,
    ),
    Persona("bottom", "Bottom-poster", "Quotes everything first, and signs with a name and a number.", programs.bottom),
    Persona("interleaver", "Interleaver", "Puts short answers between the paragraphs of the letter.", programs.mutt),
    Persona(
        "out-of-office",
        "Out of office",
        "Each letter is answered by a machine first, with a day of return.",
        programs.outlook,
        by_itself=machines.out_of_office,
    ),
    Persona(
        "forwarder",
        "Forwards to a colleague",
        "A colleague agrees from their own address, and means well; it was not the person.",
        programs.gmail,
        beforehand=colleague,
        was_it="NO",
    ),
    Persona(
        "elsewhere",
        "Replies from another address",
        "Reads at one address and replies from another, so that each reply has to be released.",
        programs.iphone,
        was_it="YES",
        from_elsewhere=True,
    ),
    Persona(
        "bouncing",
        "Mailbox full",
        "For each letter a notice comes back that it is delayed, and then it arrives after all.",
        by_itself=machines.delayed,
    ),
    Persona(
        "gone",
        "Address does not exist",
        "Each letter is returned for good, and the person never sees one.",
        by_itself=machines.undelivered,
        receives=False,
    ),
    Persona(
        "reactor",
        "Emoji reaction (Gmail)",
        "Reacts to each letter with a thumb before replying.",
        programs.gmail,
        beforehand=machines.gmail_reaction,
    ),
    Persona(
        "outlook-reactor",
        "Emoji reaction (Outlook)",
        "Reacts with a thumb that becomes an ordinary mail, before replying.",
        programs.outlook,
        beforehand=machines.outlook_reaction,
    ),
    Persona(
        "scanner",
        "Link scanner",
        "A gateway marks the subject, puts a warning on top that the HTML reply then quotes, rewrites links and visits them.",
        programs.exchange,
        gateway=machines.gateway,
    ),
)

PERSONAS: dict[str, Persona] = {persona.key: persona for persona in _ALL}


def named(word: str) -> Persona | None:
    """The persona that somebody means by its key or its name; None when there is none."""
    wanted = word.strip().casefold()
    return next((p for p in _ALL if wanted in (p.key, p.name.casefold())), None)
