"""Lines out of people's own words: whose they are, whom they bind, and what changes do to them."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from talk import FLOW, Talk

from agent.alliance import draft as page
from agent.alliance.model import Answer, Line, Participant

MAYA, JONAS = Participant(1, "maya@example.org", "Maya"), Participant(2, "jonas@example.org", "Jonas")
PEOPLE = (MAYA, JONAS)
NOW = datetime(2026, 3, 2, tzinfo=UTC)

PROMISES = [
    "I do the books every Friday.", "I'll open the shop by five.", "I will call you when I am late.",
    "I promise to ring Jonas on Mondays.", "My part is the oven.", "You can count on me to be there.",
    "Count on me for the early shift.", "I can promise the books, every Friday.", "I am there when you need me.",
    "I will help if you ask.", "I'd rather say it at once.", "I ask Jonas how he is once a day.",
    "I will show you the numbers each month.", "I’ll tell you the same day.", "I won't shout at you.",
    "I will tell you the same day when I am worried.", "I will show you the numbers.", "When you are late, I start.",
    "I help when you are stuck.", "Jonas can count on me.", "Maya does the books.", "Jonas, I do the books.",
    "I do the books, Jonas.", "I clean up after you.", "I bring you coffee.", "I tell you honestly what I think.",
    "I keep you posted.", "I respect your time.", "I'll water your plants.", "I want to help you more.",
    "When I need help, I will ask you.", "I will let you know when I am late.", "I promise you the books.",
    "I won't judge you.", "If you are sick, I cover for you.", "When you talk, I listen.", "I'd like to support you.",
    "I listen to you without a phone.", "I will be there for you when you need me.", "I stand by you.",
    "I will help you clean.", "I bring anything you need.", "When we fight, I take a walk.",
    "I open the shop by five, six days a week.", "I call you before nine.", "I ask you how you are.",
    "I'll ask before I buy anything.", "I will never shout at you, not even when you are late.", "I cook, clean and shop.",
    "I get up early.", "I do as you ask.", "I'll text you if I am late.", "Whatever you tell me, I keep to myself.",
    "I pay you back on Fridays.", "I'll forgive you.", "I write to you every week.", "You have my word.",
    "I will meet you halfway.", "I wake you up at six.", "On Fridays I do the books.", "Every Friday I do the books.",
    "Usually I cook.", "In the morning I open the shop.", "I see you on Sundays.", "I will always truly cherish you.",
    "I get up earlier than you.", "I love your cooking.", "I won't ask you why.", "I'll teach you German.",
    "I help you to pay the rent.", "I am kind to you.", "I won't tell anyone else.", "Before work I clean.",
    "As agreed, I cook.", "You can rely on me for the rent.", "Jonas, you can count on me.",
    "I take my turn without being asked.", "I listen when you tell me something.", "If you feel sad, I come.",
    "I won't hide things from you.", "I give you my keys.", "I'll check in with you on Mondays.",
    "I will take your side in public.", "I'll say sorry to you.", "I tell you what I need.", "I tell you when I need help.",
    "I do not interrupt you.", "I promise to be honest with you.", "To be honest, I cook.",
    "I'll give you feedback the same day.", "I will share my calendar with you.", "I answer your texts within a day.",
    "I'll remember your birthday.", "I will back you up in front of others.", "I ask for help when I am stuck.",
    "I speak to you directly, not behind your back.", "I try to see it your way.", "I say sorry and take the blame.",
    "I think before I speak.", "Well, I do the books.", "I call suppliers when they are late.", "I promise I pay.",
    "I find it hard to take the lead, and I do.", "I need to sleep before I decide.", "I want to be on time.",
    "If I break something, I say so.", "I will always have your back.", "My phone is off after nine.", "I open when your train is late.", "I pay when your rent is due.",
]  # fmt: skip
REQUESTS = [
    "You open the shop by five.", "I would like you to open by five.", "I'd like to count on you to open by five.",
    "Please open by five.", "I want Jonas to open by five.", "Jonas opens by five.", "Jonas will pay the rent.",
    "I need you to say it early.", "I cook and you clean.", "I cook, you clean.", "I do the books while you open.",
    "I cook; Jonas cleans.", "Your part is the rent.", "Open by five, please.", "I count on Jonas for the rent.",
    "I expect that you call.", "I hope you call when you are late.", "Could you open on Sundays?",
    "It would help if you opened early.", "The shop is opened by Jonas.", "When I stop joking, you ask what is up.",
    "If I am late, Jonas starts.", "We share the shop and Jonas pays.", "I’d like you to ask.", "I ask you to be on time.",
    "Tell me the same day.", "Let me know early.", "Don't shout.", "What I wish for is that you rest.",
    "I would love for you to rest.", "And you rest on Sundays.", "Yours: the rent.", "I rely on you for the mornings.",
    "Jonas's job is the rent.", "It is you who opens.", "Then Jonas locks up.", "When you are late you call me.",
    "If you are late you bring cake.", "If I am late, call me.", "Our books are done by you.", "Let's have Jonas pay.",
    "I trust you to clean every day.", "My rule is Jonas pays.", "I think Jonas should pay.", "I cook; the cleaning is yours.",
    "I'll cook if you clean.", "My partner pays the rent.", "I'd like to hear it from you.", "If I am late call me.",
    "When the shop is quiet, clean the oven.", "Whenever I shout, leave the room.", "Open the shop by five.", "Be on time.",
    "Improvise the menu.", "Don't call after nine.", "The rent is on you.", "We agree that you pay.",
    "We agreed Jonas handles payroll.", "I leave the cleaning to you.", "I'd rather you paid.", "I'm sure you'll help.",
    "I cook and so do you.", "Call me daily.", "I cook, and please clean.", "He pays the rent.", "Her part is the rent.",
    "They open by five.", "The other one cleans.", "you'll clean on mondays", "u clean", "jonas pays",
    "Jonas's cleaning on Mondays.", "The cleaning is Jonas'.", "I insist on you paying.", "I put you in charge of rent.",
    "We leave the rent with you.", "Thank you for paying the rent, and you clean.", "I am often late, so call.",
    "I do the books. you open.", "I hope to hear more from you.", "I want honesty.", "I'd like more help.",
    "No calls after nine.", "Somebody should open on Sundays.", "I make you pay.", "I let you decide.", "I remind you to pay.",
    "As you are the cook, you cook.", "I like it when you sing.", "I'd love it if you sang.", "Your turn is Monday.",
    "I think your job is the rent.", "I will rest once you have paid.", "I'll stay unless you shout.",
    "I make sure you remember.", "Rent: you.", "The rent, Jonas.", "It is up to you to pay.",
    "Would it be possible to open by five?", "In the evening lock the door.", "My wife does the dishes.",
    "I expect, every Friday, the books from you.", "I get the keys from you at five.", "When you feel sad tell me.",
    "Our deal: Jonas drives.", "My deal - you drive.", "We eat at six and you cook.", "Let Jonas pay.",
    "I do the books as long as you open.", "I will be kind if you call me daily.", "While you cook, I rest.",
    "I'll be there, you'll bring the cake.", "I, Maya, promise that Jonas pays.", "I guarantee Jonas' punctuality.",
    "I volunteer you for the rota.", "I sign you up for Sundays.", "I appoint you cook.", "I am counting on you.",
    "I'm expecting you at eight.", "I look forward to your cake.", "My wish: open by five.", "I have one request: be on time.",
    "My wish is that the rent is paid.", "I ask for punctuality.", "I would be grateful if the rent were paid.",
    "I feel safe when you tell me early.", "I feel loved when you cook.", "I pay half and the rest is Jonas'.",
    "We split the work: I cook, Jonas the dishes.", "I cook on Mondays and Jonas on Tuesdays.",
    "I cook on Mondays, on Tuesdays Jonas.", "I pledge on behalf of Jonas to open.", "On Jonas's behalf I promise to open.",
    "I speak for Jonas: the rent is paid by the first.", "We, that is Jonas, open the shop.", "We open the shop (Jonas does).",
    "We open at five (you).", "When you're late, cake.", "If Jonas is late: cake for all.",
    "If anything breaks we call and Jonas fixes it.", "Everyone but me cleans.", "Someone else cleans.",
    "I'll do it with Jonas paying.", "I cook dinner you cook lunch.", "I dinner you lunch.", "I have you vacuum.",
    "I make you vacuum.", "I support you paying.", "I love that you cook.", "I need your help with the oven.",
    "Would love help with the oven.", "What about opening earlier?", "Perhaps open earlier.", "Kindly open by five.",
    "Pls open by five.", "Opening by five would be great.", "I call you if you don't call.", "Always say what I missed.",
    "Never go to bed angry.", "Let me rest.", "The rent is for you to pay.", "That's your job.", "It's on Jonas.",
    "Cleaning: Jonas", "Jonas - the oven", "I cook (you clean).", "I cook / you clean.", "I do X, while Jonas does Y.",
    "We both know that cleaning is on you.", "We rely on your cooking.", "We trust Jonas with the money.",
    "We'd like you to drive.", "Our driver is Jonas.", "My driver is you.",
    "My promise: you will never be alone with the dishes.", "Both of us rest, you on Sundays.", "Let's say you pay.",
    "Let's agree: you drive.", "Let's make it Jonas's job.", "I am happy as soon as you pay.",
    "I keep quiet once Jonas has apologised.", "I forgive you when you pay me back.", "When I cook Jonas cleans.",
    "When I cook, Jonas cleans.", "If we run late, Jonas locks up.", "Because I cook, you clean.",
    "Since Jonas is early, he opens.", "I open early and she closes.", "As long as you pay, I stay.", "Text me before noon.",
    "Take care of yourself.", "He opens by five.", "I ask that the rent is paid by you.",
    "I cook, and your brother cleans the oven.", "I rest if your mother cooks.", "I do the books, by your rules.",
    "I say your door should stay open.", "I know your phone is off after nine.",
]  # fmt: skip
OURS = [
    "We take an hour apart.", "When we disagree, we talk.", "Let's eat together.", "Both of us rest on Sundays.",
    "If it gets late, we stop.", "You and I talk on Fridays.", "We stop joking when one of us is upset.",
    "We go when you are ready.", "We eat at your place on Fridays.", "We start the day with coffee, and then plan.",
    "We stop, sit down and talk it through the same day.", "We take an hour apart, then talk the same day.",
    "If it gets late, the shop closes.", "Eat with each other on Fridays.", "Nobody shouts.",
    "We call each other when we are late.", "We respect each other and ask before we spend.", "Both Jonas and I pay rent.",
    "Jonas and Maya pay half each.", "We each do our own dishes.", "We share the chores.", "We tell each other the truth.",
    "When one of us is tired, we stop.", "We speak up early.", "Our rule is that we talk first.",
    "Two rules: we talk, we rest.",
]  # fmt: skip
NEITHER = [
    "Thank you for your help.", "Thank you for opening by five.", "One cooks, the other cleans.", "The books, every Friday.",
    "Honesty.", "Doing the books every Friday.", "Thank you, Jonas.",
]  # fmt: skip
BEFORE = [  # courtesies, frames and subordinate clauses that change nothing about what follows
    "Thank you, ", "Please, ", "To be honest, ", "If I may say so, ", "When I am tired, ", "As we said, ", "Because I care, ",
    "Whenever it gets late, ", "With respect, ", "Dear Jonas, ", "And ", "Well, ", "I think ", "I hope ", "Thanks for the bread, and ",
    "Thank you for your help, but ", "If it rains ", "When I am late ", "When the shop is full, ", "Since you ask, ", "On Mondays, ",
    "As I cook, ", "I would say: ", "Honestly, ", "Before we start, ", "Sorry, ", "Once a week, ", "If you don't mind, ", "Jonas, ",
    "I cook; ", "We agreed: ", "So ", "In my view, ", "Just so we are clear: ", "Kindly, ", "I do the books. ",
]  # fmt: skip


def uncapitalised(sentence: str) -> str:
    return sentence if re.match(r"(?:I\b|Jonas|Maya)", sentence) else sentence[0].lower() + sentence[1:]


def lines(text: str) -> list[Line]:
    return list(page.exchange_lines("count", MAYA, Answer(1, "P03", text, "", NOW, "inbox:1"), PEOPLE))


@pytest.mark.row("F23", "I3")
@pytest.mark.parametrize("sentence", REQUESTS)
def test_what_binds_the_other_is_a_request(sentence: str) -> None:
    [line] = lines(sentence)

    assert (line.asked_of, line.owner) == (2, 0)


@pytest.mark.row("F23")
@pytest.mark.parametrize("sentence", PROMISES)
def test_what_one_does_oneself_is_ones_promise(sentence: str) -> None:
    [line] = lines(sentence)

    assert (line.asked_of, line.owner) == (0, 1)


@pytest.mark.parametrize("sentence", OURS)
def test_a_we_line_is_shared(sentence: str) -> None:
    [line] = lines(sentence)

    assert (line.asked_of, line.owner) == (0, 0)


@pytest.mark.parametrize("sentence", NEITHER)
def test_what_says_of_nobody_what_they_do_is_no_request(sentence: str) -> None:
    [line] = lines(sentence)

    assert line.asked_of == 0


@pytest.mark.row("F23", "I3")
@given(st.lists(st.sampled_from(BEFORE), min_size=1, max_size=2, unique=True), st.sampled_from(REQUESTS))
@settings(max_examples=300, deadline=None)
def test_nothing_put_before_a_request_makes_it_a_promise_or_shared(before: list[str], request: str) -> None:
    said = uncapitalised("".join([before[0], *map(uncapitalised, before[1:]), uncapitalised(request)]))

    assert page.asks_of(said[0].upper() + said[1:], MAYA, PEOPLE) == 2


@pytest.mark.row("F23", "I3")
@given(st.sampled_from(PROMISES + OURS + NEITHER), st.sampled_from([" and ", "; ", ", ", " - ", ", while ", ": "]))
@settings(max_examples=100, deadline=None)
def test_nothing_hides_behind_a_promise_or_a_thank_you(own: str, between: str) -> None:
    assert page.asks_of(own.rstrip(".") + between + "you pay the rent.", MAYA, PEOPLE) == 2


@pytest.mark.row("F23", "I3")
@given(st.sampled_from(REQUESTS))
def test_who_is_asked_is_known_by_any_name(sentence: str) -> None:
    will = Participant(2, "will@example.org", "Will")

    assert page.asks_of(re.sub("[Jj]onas", "Will", sentence), MAYA, (MAYA, will)) == 2
    assert page.asks_of(sentence.replace("Jonas", "my partner"), MAYA, PEOPLE) == 2
    assert page.asks_of(sentence.replace("Jonas", "jonas").replace("'", "’"), MAYA, PEOPLE) == 2


def test_a_name_that_is_a_word_too_is_a_name_with_a_capital() -> None:
    people = (MAYA, Participant(2, "will@example.org", "Will"))

    assert page.asks_of("I will do the books.", MAYA, people) == 0
    assert page.asks_of("Will does the books.", MAYA, people) == 2


@pytest.mark.row("F23", "decision 2")
@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("Open in May and pay ourselves by October.", 0),
        ("Breathe, then talk.", 0),
        ("Never go to bed angry.", 0),
        ("Honesty, craft and rest.", 0),
        ("More listening, less solving.", 0),
        ("I want honesty.", 0),
        ("When I am loud, leave the room.", 2),
        ("If I am late, call me.", 2),
        ("Please open by five.", 2),
        ("Our books are done by you.", 2),
        ("When you are late you call me.", 2),
    ],
)
def test_where_a_we_was_asked_for_a_verb_alone_means_both_unless_it_is_about_me(sentence: str, asked: int) -> None:
    assert page.asks_of(sentence, MAYA, PEOPLE, "shared") == asked


@pytest.mark.row("decision 2")
@pytest.mark.parametrize(
    "sentence", ["Text me before noon.", "Please call, never write.", "Ask me first, then be straight."]
)
def test_how_to_reach_me_is_nobody_elses_promise(sentence: str) -> None:
    assert page.asks_of(sentence, MAYA, PEOPLE, "personal") == 0


@pytest.mark.row("F23", "decision 1")
@given(
    st.lists(st.sampled_from(PROMISES + REQUESTS + OURS + NEITHER), min_size=1, max_size=5),
    st.sampled_from([" ", "\n", "\n\n", "\n- "]),
)
@settings(max_examples=60, deadline=None)
def test_in_any_mixture_no_promise_holds_words_that_bind_the_other(said: list[str], between: str) -> None:
    found = lines(between.join(said))

    own = " ".join(line.text for line in found if line.owner == 1)
    assert not any(re.search(rf"(?<!\w){re.escape(request)}", own) for request in REQUESTS)
    assert sorted(re.findall(r"\w+", " ".join(said).casefold())) == sorted(
        re.findall(r"\w+", " ".join(line.text for line in found).casefold())
    )


@pytest.mark.parametrize("text", ["", "-", " \n ", "…", "•"])
def test_no_words_make_no_line(text: str) -> None:
    assert [line.text for line in lines(text) if re.search(r"\w", line.text)] == []


@pytest.mark.row("decision 1")
@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("  we eat together ", "We eat together."),
        ("- we eat\n  together", "We eat together."),
        ("Really?", "Really?"),
        ("“As ever”", "“As ever”"),
        ("ça va", "Ça va."),
        ("", ""),
    ],
)
def test_a_line_is_trimmed_and_given_a_capital_and_a_full_stop(typed: str, stands: str) -> None:
    assert page.tidy(typed) == stands


@given(st.text(max_size=200))
@settings(max_examples=100)
def test_tidying_twice_is_tidying_once_and_keeps_the_words(text: str) -> None:
    once = page.tidy(text)

    assert page.tidy(once) == once
    assert page.plain(once) == page.plain(text)


def test_sentences_end_at_full_stops_lists_and_blank_lines_not_at_wrapped_lines() -> None:
    assert list(page.sentences("I do\nthe books. You open.\n- We rest\n\nAnd so on")) == [
        "I do the books.",
        "You open.",
        "- We rest",
        "And so on",
    ]


@pytest.mark.row("decision 2")
def test_equal_answers_are_equal_but_for_case_space_and_stops() -> None:
    assert page.same("Open in May. ", "open in may")
    assert not page.same("Open in May", "Open in June")


@pytest.mark.row("decision 6")
def test_the_page_is_nfc_with_line_feeds_and_ends_with_the_notice() -> None:
    text = Talk().drafted().alliance.draft.text

    assert text.startswith("Maya and Jonas\n\nWHY WE ARE DOING THIS\n1. ")
    assert text.endswith(FLOW.flow.words.notice + "\n")


@pytest.mark.row("F27")
def test_two_equal_pages_do_not_differ() -> None:
    talk = Talk().drafted()
    found = talk.alliance.draft.lines

    assert page.difference(FLOW.flow, talk.alliance, found, found, 1) == ()


# ---------------------------------------------------------------- changes


def number_of(talk: Talk, words: str) -> int:
    return next(n for n, line in enumerate(talk.alliance.draft.lines, 1) if words in line.text)


def line_with(talk: Talk, words: str) -> Line:
    return next(line for line in talk.alliance.draft.lines if words in line.text)


@pytest.mark.row("F23", "I3")
@pytest.mark.parametrize(
    "sentence", ["When you are late you call me.", "If I am late, call me.", "Let's have Jonas pay."]
)
def test_a_changed_or_added_line_that_binds_the_other_asks_it_of_them(sentence: str) -> None:
    talk = Talk().drafted()
    n = number_of(talk, "We both say what we see")
    talk.says(1, f"make {n} say {sentence}").says(1, f"add: {sentence}", "draft:2")

    found = [line for line in talk.alliance.draft.lines if line.text == sentence]
    assert [(line.owner, line.asked_of) for line in found] == [(0, 2), (0, 2)]


@pytest.mark.row("F23", "I3", "decision 5")
def test_a_promise_its_owner_took_back_is_only_asked_for_again_whichever_draft_is_answered() -> None:
    talk = Talk().drafted()
    n = number_of(talk, "I do the books")
    talk.says(2, f"change {n} to The books are done by somebody on Fridays.", "draft:1")
    talk.says(1, f"drop {n}", "draft:2").says(2, f"KEEP {n}", "draft:2")

    line = line_with(talk, "I do the books")
    assert (line.owner, line.asked_of, line.by) == (0, 1, (2,))
    assert len(talk.alliance.drafts) == 4


@pytest.mark.row("F23", "I3", "decision 5")
def test_a_promise_its_owner_put_otherwise_since_is_only_asked_for_in_its_old_words() -> None:
    talk = Talk().drafted()
    n = number_of(talk, "I do the books")
    talk.says(2, f"change {n} to Do the books daily.", "draft:1").says(
        1, f"make {n} say I do the books monthly.", "draft:2"
    )
    assert line_with(talk, "monthly").owner == 1

    talk.says(2, f"KEEP {n}", "draft:2")
    line = line_with(talk, "every Friday")
    assert (line.owner, line.asked_of) == (0, 1)


@pytest.mark.row("A17")
def test_ones_own_promise_is_kept_as_it_was() -> None:
    talk = Talk().drafted()
    n = number_of(talk, "I do the books")
    talk.says(2, f"change {n} to Do the books daily.", "draft:1").says(1, f"KEEP {n}", "draft:2")

    assert line_with(talk, "every Friday").owner == 1


@pytest.mark.row("A17")
def test_keep_of_a_line_that_stands_as_it_was_makes_no_new_draft() -> None:
    talk = Talk().drafted()
    n = number_of(talk, "I do the books")
    talk.says(2, f"leave {n} open", "draft:1").says(1, f"KEEP {n}", "draft:2").says(2, f"KEEP {n}", "draft:2")

    assert len(talk.alliance.drafts) == 3
    assert line_with(talk, "every Friday").owner == 1


@pytest.mark.row("decision 5")
def test_every_third_change_opens_a_line_and_new_words_settle_it_again() -> None:
    talk = Talk().drafted()
    n, found = number_of(talk, "We both say what we see"), []
    for i in range(1, 8):
        talk.says(1 + i % 2, f"make {n} say We take turns {i} times", f"draft:{i}")
        found.append(line_with(talk, "We take turns").open)
        n = number_of(talk, "We take turns")

    assert found == [False, False, True, False, False, True, False]


@pytest.mark.row("decision 5")
def test_what_all_agreed_to_is_counted_from_anew() -> None:
    talk = Talk().drafted()
    n = number_of(talk, "We both say what we see")
    talk.says(1, f"make {n} say We take one turn", "draft:1").says(2, f"make {n} say We take two turns", "draft:2")
    talk.says(1, "AGREE", "draft:3").says(2, "AGREE", "draft:3").says(1, f"make {n} say We take three turns", "draft:3")

    assert not line_with(talk, "three turns").open


@pytest.mark.row("decision 2")
def test_how_to_reach_me_may_be_put_otherwise_and_stays_mine() -> None:
    talk = Talk().drafted()
    n = number_of(talk, "Text before noon. I am no use")
    talk.says(2, f"make {n} say Text me before eleven", "draft:1")

    line = line_with(talk, "before eleven")
    assert (line.owner, line.asked_of) == (2, 0)


@pytest.mark.row("F23", "decision 2", "I3")
def test_you_pay_said_by_each_to_the_other_is_two_requests() -> None:
    talk = Talk().joined().part()
    talk.says(1, "NEXT", "reveal:knowing").says(2, "NEXT", "reveal:knowing")
    for who in (1, 2):
        talk.says(who, "You pay the rent.", "prompt:P06").answers(who)
    for part in ("purpose", "promises", "trust"):
        talk.says(1, "NEXT", f"reveal:{part}").says(2, "NEXT", f"reveal:{part}").part()

    asked = [(line.by, line.asked_of) for line in talk.alliance.draft.lines if "pay the rent" in line.text]
    assert asked == [((1,), 2), ((2,), 1)]


@pytest.mark.row("F23", "I3")
def test_who_is_asked_and_says_it_in_own_words_has_promised_it() -> None:
    talk = Talk().drafted()
    assert line_with(talk, "ask me what is up").asked_of == 1
    talk.says(1, f"make {number_of(talk, 'ask me what is up')} say I ask what is up when the jokes stop", "draft:1")

    taken = line_with(talk, "I ask what is up")
    assert (taken.owner, taken.asked_of) == (1, 0)


@pytest.mark.row("F23", "I3")
def test_who_is_asked_and_asks_in_return_has_promised_nothing() -> None:
    talk = Talk().drafted()
    n = number_of(talk, "ask me what is up")
    talk.says(1, f"make {n} say You tell me what is up when the jokes stop", "draft:1")

    asked = line_with(talk, "You tell me what is up")
    assert (asked.owner, asked.asked_of) == (0, 2)


@pytest.mark.row("F23", "I3")
def test_a_request_among_shared_lines_stays_one_when_it_is_turned_round() -> None:
    talk = Talk().joined().part()
    talk.says(1, "NEXT", "reveal:knowing").says(2, "NEXT", "reveal:knowing").part()
    talk.says(1, "NEXT", "reveal:purpose").says(2, "NEXT", "reveal:purpose").answers(1, until="P04")
    talk.says(1, "When I am loud, leave the room.", "prompt:P04").part()
    for part in ("promises", "trust"):
        talk.says(1, "NEXT", f"reveal:{part}").says(2, "NEXT", f"reveal:{part}").part()
    assert line_with(talk, "leave the room").asked_of == 2
    talk.says(2, f"make {number_of(talk, 'leave the room')} say When I am late, call me", "draft:1")

    turned = line_with(talk, "When I am late, call me")
    assert (turned.owner, turned.asked_of) == (0, 1)


def test_the_first_line_is_changed_like_any_other() -> None:
    talk = Talk().drafted()
    gone = talk.alliance.draft.lines[0].text
    talk.says(1, "drop 1", "draft:1")

    assert gone not in [line.text for line in talk.alliance.draft.lines]


@pytest.mark.row("F22", "I6")
def test_a_line_that_both_chose_leads_to_the_reply_in_which_it_was_written() -> None:
    talk = Talk().joined().part().says(1, "NEXT", "reveal:knowing").says(2, "NEXT", "reveal:knowing").part()
    talk.says(1, "2A", "reveal:purpose").says(2, "2A", "reveal:purpose")
    for part in ("purpose", "promises", "trust"):
        talk.says(1, "NEXT", f"reveal:{part}").says(2, "NEXT", f"reveal:{part}").part()

    both = [line for line in talk.alliance.draft.lines if line.by == (1, 2) and line.section == "being"]
    said = {cause: text for cause, _, text in talk.heard}
    assert [[said[cause] for cause in line.source] for line in both] == [["We both say what we see.", "2A", "2A"]]


@pytest.mark.row("F23")
def test_a_promise_after_a_request_is_a_line_of_its_own() -> None:
    found = lines("You open the shop by five. I do the books.")

    assert [(line.text, line.owner, line.asked_of) for line in found] == [
        ("You open the shop by five.", 0, 2),
        ("I do the books.", 1, 0),
    ]
