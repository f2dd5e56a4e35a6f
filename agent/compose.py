"""From a decision to letters as bytes: the joint between what an alliance is and what mail is. Pure.

Each letter goes to one person alone, from its own reply address, which is also its From where that may be: programs that
ignore Reply-To then still answer to the right place (mail.md section B). Message-IDs follow from the letter's number: the same letter
always has the same one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol

from agent.alliance import letters
from agent.alliance.dates import zone_named, zone_of
from agent.alliance.letters import Role
from agent.alliance.model import Alliance, Participant, Person
from agent.alliance.turn import Decision, House, Send
from agent.alliance.words import joined, phrase
from agent.mail import letter as mail
from agent.mail.address import Doors

TWO = 2  # from three on it is a team, which letters call so instead of by all its names
_ASKED_FOR = (Role.RECORD, Role.RECEIPT)  # these offer no way to unsubscribe


class InWords(Protocol):
    """A letter in words, as `templates` renders it."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def words(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Post:
    """All that composing needs of the house."""

    doors: Doors
    house: House
    service: str
    contact: str
    render: Callable[..., InWords]
    papers: Callable[[Alliance, letters.Letter, tzinfo], tuple[mail.Attachment, ...]]
    page: Callable[[int, int], str]  # the URL that unsubscribes from this letter; "" for none


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as bytes, with what is kept of it."""

    number: int
    participant: int
    about: str
    rcpt: str
    mail_from: str
    message_id: str
    subject: str
    words: str
    raw: bytes
    question: bool = True  # withdrawn once it is answered or moot; what tells something stays owed
    due: datetime | None = None  # None = now


def letters_of(decision: Decision, post: Post, now: datetime, answers: tuple[int, str] = (0, "")) -> list[Written]:
    """The letters of a decision, but none to a person who must never be written to again.

    `answers` is the participant whose mail brought it, and the Message-ID of that mail: receipts for it are answers to it.
    """
    alliance = decision.alliance
    return [
        _written(alliance, send, post, now, answers[1] if send.to == answers[0] and not send.at else "")
        for send in decision.sends
        if alliance.participant(send.to).address and not _person(alliance, send).suppressed
    ]


def _person(alliance: Alliance, send: Send) -> Person:
    address = send.at or alliance.participant(send.to).address
    return alliance.people.get(address) or Person(address)


def _written(alliance: Alliance, send: Send, post: Post, now: datetime, answers: str) -> Written:
    p, person = alliance.participant(send.to), _person(alliance, send)
    named = [q.name for q in alliance.participants if q.name]
    team = len(alliance.participants) > TWO
    language = send.language
    others = [q.name for q in alliance.participants if q.number != send.to and q.name]
    partner = phrase(language, "team") if team else joined(others, language)
    names = phrase(language, "team") if team else joined(named, language)
    if send.at:  # whoever reads it there may be a stranger
        partner, names, named = "", p.name, [p.name]
    zone = zone_of(person, post.house.zone)
    said = post.render(
        send.letter,
        me=p.name,
        partner=partner,
        names=names,
        language=language,
        zone=zone,
        contact=post.contact,
        service=post.service,
        team=team,
    )
    doors, letter = post.doors, (alliance.id, send.number)
    ids = () if send.at else _thread(alliance, p, send.number, doors)
    if answers and send.letter.role is Role.RECEIPT:
        ids = (*ids, answers)
    message_id, bounces = doors.message_id(*letter), doors.bounce_address(*letter)
    subject = doors.titled(said.subject, *letter)
    raw = mail.write(
        mail.Letter(
            kind=kind_of(send.letter),
            from_name=_from(post.service, names, language) if len(named) > 1 else post.service,
            from_address=doors.from_address(*letter),
            reply_to=doors.reply_address(*letter),
            to_address=person.address,
            to_name="" if send.at else p.full_name,
            subject=subject,
            date=send.due or now,  # nobody shall read from it when the other wrote
            message_id=message_id,
            in_reply_to=ids[-1] if ids else "",
            references=ids,
            text=said.text,
            html=said.html,
            attachments=post.papers(alliance, send.letter, zone_named(alliance.zone) or zone)
            if send.letter.encloses
            else (),
            one_click=post.page(*letter),
            list_unsubscribe="" if send.letter.role in _ASKED_FOR else doors.titled("STOP", *letter),
            complaints=bounces if bounces != doors.front else "",
            language=language,
            flow=alliance.flow.partition("@")[0],
        )
    )
    about, words = send.about, said.words
    return Written(
        send.number,
        send.to,
        about,
        person.address,
        bounces,
        message_id,
        subject,
        words,
        raw,
        question=send.letter.role is Role.QUESTION,
        due=send.due,
    )


def _from(service: str, names: str, language: str) -> str:
    return phrase(language, "from").format(service=service, names=names)


def kind_of(letter: letters.Letter) -> str:
    """The kind of mail, as mail.md section D has them: it decides Auto-Submitted, Precedence and Feedback-ID."""
    if letter.role is Role.RECEIPT:
        return "receipt"
    match letter:
        case letters.Invitation() | letters.InvitationReminder() | letters.TeamInvitation() | letters.TeamNewcomer():
            return "invitation"
        case letters.Nudge() | letters.Rest():
            return "nudge"
        case letters.DraftLetter() | letters.DraftChanged() | letters.ChangeAsk() | letters.TeamDraft():
            return "draft"
        case letters.Final() | letters.Show():
            return "final"
        case letters.Checkin() | letters.TeamCheckin():
            return "checkin"
        case letters.Digest() | letters.TeamDigest():
            return "digest"
    return "prompt"


def _thread(alliance: Alliance, p: Participant, number: int, doors: Doors) -> tuple[str, ...]:
    """The Message-IDs of this person's own earlier letters; nobody else's are ever named (T68)."""
    return tuple(doors.message_id(alliance.id, n) for n in p.thread if n < number)
