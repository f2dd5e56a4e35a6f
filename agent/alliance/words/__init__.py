"""What a person's words mean, in the state they are in: text in, a value out, and nothing is ever raised.

One reader for each thing that we ask. All of them work on the new text of a reply, without its quotes.
"""

from agent.alliance.words.address import read_address
from agent.alliance.words.answer import is_care, read_answer
from agent.alliance.words.bank import (
    Named,
    Saving,
    asks_for_bank,
    read_person,
    read_relationships,
    read_savings,
    read_whom,
)
from agent.alliance.words.checkin import read_checkin
from agent.alliance.words.choice import read_choice
from agent.alliance.words.code import read_code
from agent.alliance.words.consent import read_consent
from agent.alliance.words.invitation import read_approval, read_invitation
from agent.alliance.words.languages import (
    ENGLISH,
    called,
    joined,
    language_of,
    locale_of,
    phrase,
    say_day,
    say_rhythm,
    say_rule,
    say_savings,
    spoken,
    wished_language,
)
from agent.alliance.words.passing import read_in_confidence, read_passing
from agent.alliance.words.relation import is_about_child, read_age, read_kind, read_relation
from agent.alliance.words.renewal import read_renewal
from agent.alliance.words.rhythm import read_rhythm, slower
from agent.alliance.words.schedule import MeetingReading, read_meeting, read_schedule
from agent.alliance.words.slip import read_pass_on, read_slip
from agent.alliance.words.start import first_name, read_people, read_setup, read_start
from agent.alliance.words.sure import is_erasure, read_mine
from agent.alliance.words.team import Objection, Way, read_ballot, read_objections, read_sort, read_way
from agent.alliance.words.team import said as said_of_page
from agent.alliance.words.three import read_three
from agent.alliance.words.trial import read_span
from agent.alliance.words.values import (
    AnswerReading,
    ApprovalReading,
    Change,
    CheckinReading,
    ChoiceReading,
    Command,
    ConsentReading,
    InvitationReading,
    Pick,
    RelationReading,
    SetupReading,
    SlipReading,
    Span,
    StartReading,
)
from agent.alliance.words.zone import read_zone

__all__ = [
    "ENGLISH",
    "AnswerReading",
    "ApprovalReading",
    "Change",
    "CheckinReading",
    "ChoiceReading",
    "Command",
    "ConsentReading",
    "InvitationReading",
    "MeetingReading",
    "Named",
    "Objection",
    "Pick",
    "RelationReading",
    "Saving",
    "SetupReading",
    "SlipReading",
    "Span",
    "StartReading",
    "Way",
    "asks_for_bank",
    "called",
    "first_name",
    "is_about_child",
    "is_care",
    "is_erasure",
    "joined",
    "language_of",
    "locale_of",
    "phrase",
    "read_address",
    "read_age",
    "read_answer",
    "read_approval",
    "read_ballot",
    "read_checkin",
    "read_choice",
    "read_code",
    "read_consent",
    "read_in_confidence",
    "read_invitation",
    "read_kind",
    "read_meeting",
    "read_mine",
    "read_objections",
    "read_pass_on",
    "read_passing",
    "read_people",
    "read_person",
    "read_relation",
    "read_relationships",
    "read_renewal",
    "read_rhythm",
    "read_savings",
    "read_schedule",
    "read_setup",
    "read_slip",
    "read_sort",
    "read_span",
    "read_start",
    "read_three",
    "read_way",
    "read_whom",
    "read_zone",
    "said_of_page",
    "say_day",
    "say_rhythm",
    "say_rule",
    "say_savings",
    "slower",
    "spoken",
    "wished_language",
]
