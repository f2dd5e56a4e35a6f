"""Who wrote it, in the whole house: real signatures, a real DNS on loopback, a real database, and what people get."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import stubdns
from pair import JONAS, MAYA, Pair
from signer import Signer

from agent.alliance.model import Phase
from agent.mail.authentic import Verdict
from agent.mail.envelope import Envelope
from agent.rehearsal.mailbox import Mail
from agent.rehearsal.script import Person
from agent.settings import Dns, Trust
from agent.store import inbox, proofs
from agent.ways import judge_of

ANSWER = "I hope we stay friends, and that we find out who decides what."
BORDER = "mx.alliance.test"


@pytest.fixture
async def dns() -> AsyncIterator[stubdns.StubDns]:
    async with stubdns.running() as stub:
        yield stub


class Checked:
    """A pair in a house that checks: Maya's domain signs and rejects forgeries, Jonas's does nothing of it."""

    def __init__(self, pair: Pair, dns: stubdns.StubDns, border: str = "") -> None:
        self.pair, self.dns, self.signer, self.count = pair, dns, Signer("example.org"), 0
        for name, (record,) in self.signer.records.items():
            dns.txt(name, record)
        service = pair.play.service
        trust = Trust(require="aligned", authserv_id=border)
        servers = Dns(servers=(f"127.0.0.1:{dns.port}",), timeout_s=0.3)
        service.settings = service.settings.model_copy(update={"trust": trust, "dns": servers})
        service.intake.judge = judge_of(service.settings)
        pair.play.clock.at = datetime.now(UTC)  # when dkimpy stamps what it signs

    async def says(
        self, person: Person, text: str, to: Mail | None = None, *, signed: bool | None = None, head: str = ""
    ) -> list[Mail]:
        """A reply to the newest mail; it is signed if the person's domain does."""
        self.count += 1
        to = to or self.pair.last(person)
        address = str(message_from_bytes(to.raw, policy=policy.default)["Reply-To"])
        raw = (
            f"From: {person.name} <{person.address}>\r\nTo: {address}\r\nSubject: Re: {to.subject}\r\n"
            f"Message-ID: <{self.count}@{person.key}.test>\r\n\r\n{text}\r\n"
        ).encode()
        if signed if signed is not None else person == MAYA:
            raw = self.signer.sign(raw)
        return await self.pair.hands_in(person.address, address, head.encode() + raw)

    async def verdicts(self) -> list[str]:
        """What was found of the newest kept message, as it is kept."""
        async with self.pair.play.service.database.transaction() as c:
            [newest] = await inbox.listing(c, None, 1)
            kept = await inbox.get(c, newest.id)
        assert kept is not None
        return [kept.outcome, kept.verdict]


@pytest.fixture
async def house(pair: Pair, dns: stubdns.StubDns) -> Checked:
    found = Checked(pair, dns)
    await pair.play.settle()  # the clock has jumped, and nudges come
    return found


async def answer(pair: Pair, number: int) -> str:
    found = (await pair.alliance()).answer(number, "hopes")
    return found.text if found else ""


async def test_signed_mail_is_taken_and_what_proved_it_is_kept_with_it(house: Checked) -> None:
    await house.says(MAYA, ANSWER)

    assert await answer(house.pair, 1) == ANSWER
    outcome, verdict = await house.verdicts()
    assert outcome == "replied"
    assert '"finding":"aligned"' in verdict
    assert "sel._domainkey.example.org" in verdict


async def test_a_domain_that_does_nothing_is_taken_at_its_word_for_an_answer_and_asked_a_number_for_an_act(
    house: Checked,
) -> None:
    await house.says(JONAS, ANSWER)
    assert await answer(house.pair, 2) == ANSWER

    [asked] = await house.says(JONAS, "CLOSE")
    assert asked.subject == "A number, to be sure it is you"
    assert (await house.pair.alliance()).phase == Phase.ASKING
    number = asked.text.split("nothing else: ")[1].split()[0]

    await house.says(JONAS, number)

    alliance = await house.pair.alliance()
    assert (alliance.phase, alliance.ended) == (Phase.ENDED, "closed")
    async with house.pair.play.service.database.transaction() as c:
        dump = repr(await c.fetch("SELECT document FROM alliances"))
    assert number not in dump, "a number stands in no row"


@pytest.mark.row("T15")
async def test_a_forged_mail_is_not_used_and_maya_hears_of_it_once(house: Checked) -> None:
    [told] = await house.says(MAYA, "I want all of it.", signed=False)

    assert told.person == MAYA
    assert told.subject == "An email in your name that I did not use"
    assert "I want all of it" not in told.text
    assert await answer(house.pair, 1) == ""
    assert await house.says(MAYA, "Really all of it.", house.pair.last(MAYA, "hopes"), signed=False) == []


@pytest.mark.row("T15", "T17")
@pytest.mark.parametrize("head", ["\r\n", " \r\n\r\n", "\t", "From: nobody\r\n", "From:\r\n"])
async def test_nothing_on_top_hides_a_forgery(house: Checked, head: str) -> None:
    await house.says(MAYA, "I want all of it.", signed=False, head=head)

    assert await answer(house.pair, 1) == ""


@pytest.mark.row("T15", "T53")
@pytest.mark.parametrize("top", ["", "\r\n", "From: nobody\r\n"])
async def test_a_first_mail_that_is_forged_is_answered_to_nobody(house: Checked, top: str) -> None:
    front = house.pair.play.service.doors.front
    head = f"{top}From: {MAYA.address}\r\nTo: {front}\r\nSubject: Ana and me\r\n\r\n"
    raw = f"{head}Ana (ana@example.com) and I".encode()

    assert await house.pair.hands_in(MAYA.address, front, raw) == []
    assert (await house.verdicts())[0] in ("forged", "no sender")


@pytest.mark.row("T16")
async def test_our_borders_word_counts_where_it_is_configured(pair: Pair, dns: stubdns.StubDns) -> None:
    house = Checked(pair, dns, BORDER)
    await pair.play.settle()
    said = f"Authentication-Results: {BORDER}; dmarc=pass header.from=example.org\r\n"
    hop = f"Received: from x by {BORDER}; now\r\n"

    await house.says(MAYA, "I hope.", signed=False, head=said + hop)
    assert await answer(pair, 1) == "I hope."

    [told] = await house.says(MAYA, "I take all.", pair.last(MAYA), signed=False, head=hop + said + said)
    assert "did not use" in told.subject


@pytest.mark.row("T16", "T33")
@pytest.mark.parametrize("first", ["dmarc=fail header.from=example.org", "", "list-bounces@evil.test"])
async def test_a_copy_that_somebody_else_hands_in_first_keeps_no_true_mail_out(
    pair: Pair, dns: stubdns.StubDns, first: str
) -> None:
    """Who was sent a copy of it has every octet, but for what our border says of it and who the envelope says it is from."""
    Checked(pair, dns, BORDER)
    await pair.play.settle()
    to = str(message_from_bytes(pair.last(MAYA).raw, policy=policy.default)["Reply-To"])
    raw = f"From: {MAYA.address}\r\nTo: {to}\r\nCc: eve@evil.test\r\nSubject: Re: x\r\n\r\nI hope.\r\n".encode()
    true = f"Authentication-Results: {BORDER}; dmarc=pass header.from=example.org\r\n".encode() + raw

    if "=" not in first:
        await pair.hands_in(first, to, true)
    else:
        await pair.hands_in("eve@evil.test", to, f"Authentication-Results: {BORDER}; {first}\r\n".encode() + raw)
    assert await answer(pair, 1) == ""
    for hop in (b"", b"Received: by somebody; again\r\n"):
        await pair.hands_in(MAYA.address, to, true.replace(b"\r\n", b"\r\n" + hop, 1))

    assert [a.text for a in (await pair.alliance()).answers if a.prompt == "hopes"] == ["I hope."]


@pytest.mark.row("T25", "T33")
async def test_a_copy_of_a_mail_whose_signature_broke_on_its_way_keeps_it_not_out(
    pair: Pair, dns: stubdns.StubDns
) -> None:
    """Her provider writes a line below what it has signed, so that SPF alone speaks for her, and Eve has a copy."""
    house = Checked(pair, dns, BORDER)
    await pair.play.settle()
    to = str(message_from_bytes(pair.last(MAYA).raw, policy=policy.default)["Reply-To"])
    head = f"From: {MAYA.address}\r\nTo: {to}\r\nCc: eve@evil.test\r\nSubject: Re: x\r\n\r\n"
    raw = house.signer.sign(f"{head}I hope.\r\n".encode()) + b"\r\n-- \r\nSent by a provider\r\n"
    said = f"Authentication-Results: {BORDER}; dkim=fail header.d=example.org; ".encode()

    await pair.hands_in("eve@evil.test", to, said + b"dmarc=fail header.from=example.org\r\n" + raw)
    assert await answer(pair, 1) == ""
    for _ in range(2):
        true = b"spf=pass smtp.mailfrom=maya@example.org; dmarc=pass header.from=example.org\r\n"
        await pair.hands_in(MAYA.address, to, said + true + raw)

    assert [a.text for a in (await pair.alliance()).answers if a.prompt == "hopes"] == ["I hope."]


@pytest.mark.row("T24")
@pytest.mark.parametrize("down", ["silent", "broken"])
async def test_with_the_dns_down_answers_are_taken_and_acts_wait(house: Checked, down: str) -> None:
    house.dns.down = down

    await house.says(MAYA, ANSWER)
    assert await answer(house.pair, 1) == ANSWER

    [asked] = await house.says(MAYA, "CLOSE")
    assert asked.subject == "A number, to be sure it is you"
    assert (await house.pair.alliance()).phase == Phase.ASKING


async def test_a_second_look_finds_what_the_first_found(house: Checked) -> None:
    service = house.pair.play.service
    await house.says(JONAS, ANSWER)
    async with service.database.transaction() as c:
        [newest] = await inbox.listing(c, None, 1)
        await inbox.rerun(c, newest.id)
        await inbox.judge(c, [(newest.id, '{"finding":"forged","why":"then","sender":"jonas@example.net","keys":{}}')])
    asked = len(house.dns.asked)

    await house.pair.play.settle()

    assert len(house.dns.asked) == asked
    assert (await house.verdicts())[0] == "forged"


@pytest.mark.row("T8", "T26")
async def test_another_address_of_hers_is_hers_everywhere_once_she_said_so(house: Checked) -> None:
    work = Person("maya", "Maya Lind", "m@work.example", MAYA.zone)
    prompt = house.pair.last(MAYA)
    [told] = await house.says(work, ANSWER, prompt, signed=False)
    assert told.subject == "An email that I did not use", "it may be anybody's"
    assert ANSWER not in told.text
    hers, house.signer = house.signer, Signer("work.example", dmarc="")
    for name, (record,) in house.signer.records.items():
        house.dns.txt(name, record)
    [asked] = await house.says(work, ANSWER, prompt, signed=True)
    assert asked.subject == "Was this you?"

    theirs, house.signer = house.signer, hers
    await house.says(MAYA, "This is also me", asked)
    assert await answer(house.pair, 1) == ANSWER

    [asked] = await house.says(work, "And that we laugh.", prompt, signed=False)
    assert asked.subject == "Was this you?", "hers, and yet nothing proves who wrote it"
    house.signer = theirs
    await house.says(work, "And that we sing.", prompt, signed=True)
    assert await answer(house.pair, 1) == "And that we sing."


@pytest.mark.row("T3", "T65")
@pytest.mark.parametrize(
    "body", ["I hope for canbody.", "", "-----BEGIN PGP MESSAGE-----\r\n\r\nx\r\n-----END PGP MESSAGE-----"]
)
async def test_whoever_answers_anothers_letter_hears_that_it_was_used_for_nothing(house: Checked, body: str) -> None:
    told = await house.says(JONAS, body, house.pair.last(MAYA))

    [his] = [m for m in told if m.person == JONAS]
    assert his.subject == "An email that I did not use"
    assert "one of my letters to Maya" in his.text
    assert not any("canbody" in m.seen for m in told)
    assert "canbody" not in repr(await house.pair.alliance())


@pytest.mark.row("T3", "T53")
async def test_who_writes_in_the_name_of_somebody_whose_domain_signs_has_nobody_written_to(house: Checked) -> None:
    told = await house.says(MAYA, "I hope.", house.pair.last(JONAS), signed=False)

    assert told == []


@pytest.mark.row("T26")
async def test_a_new_address_is_not_even_asked_before_it_is_sure_who_wants_it(house: Checked) -> None:
    [asked] = await house.says(JONAS, "My new address is jonas@new.example")

    assert asked.subject == "A number, to be sure it is you"
    assert "jonas@new.example" in asked.text
    async with house.pair.play.service.database.transaction() as c:
        assert await c.fetch("SELECT 1 FROM outbox WHERE rcpt = 'jonas@new.example'") == []


@pytest.mark.row("T25")
async def test_an_old_genuine_mail_that_is_sent_again_does_nothing(house: Checked) -> None:
    prompt = house.pair.last(MAYA)
    to = str(message_from_bytes(prompt.raw, policy=policy.default)["Reply-To"])
    raw = house.signer.sign(
        f"From: {MAYA.address}\r\nTo: {to}\r\nSubject: Re: x\r\nMessage-ID: <1@example.org>\r\n\r\nFirst.\r\n".encode()
    )
    await house.pair.hands_in(MAYA.address, to, raw)
    await house.says(MAYA, "Second.", prompt)

    for again in (raw, b"Received: from evil by x; now\r\n" + raw, b"Authentication-Results: x; none\r\n" + raw):
        assert await house.pair.hands_in("evil@evil.test", to, again) == []

    assert await answer(house.pair, 1) == "Second."


@pytest.mark.row("T25")
@pytest.mark.parametrize("more", ["", "To: {to}\r\n", "Cc: {to}\r\n"])
async def test_a_genuine_mail_to_somebody_else_is_no_act_here(house: Checked, more: str) -> None:
    to = str(message_from_bytes(house.pair.last(MAYA).raw, policy=policy.default)["Reply-To"])
    other = f"From: {MAYA.address}\r\nTo: shop@shop.test\r\nSubject: Tonight\r\nDate: now\r\n\r\nCLOSE\r\n"
    raw = more.format(to=to).encode() + house.signer.sign(other.encode())

    [asked] = await house.pair.hands_in("evil@evil.test", to, raw)

    assert asked.subject == "A number, to be sure it is you"
    assert (await house.pair.alliance()).phase == Phase.ASKING


@pytest.mark.row("T53")
async def test_no_dns_is_asked_for_mail_to_nobody_and_from_strangers(house: Checked) -> None:
    service = house.pair.play.service
    raw = b"From: eve@evil.test\r\n\r\nhello"

    for to in (f"nobody@{service.doors.domain}", service.doors.front):
        await service.keep([Envelope("eve@evil.test", to, raw, "127.0.0.1")])
    await house.pair.play.settle()

    assert house.dns.asked == []


@pytest.mark.row("T24", "T32")
async def test_a_mail_on_which_the_check_breaks_is_held_and_asked_about(house: Checked) -> None:
    service, judge = house.pair.play.service, house.pair.play.service.intake.judge
    prompt = house.pair.last(MAYA)

    async def breaks(raw: bytes, at: datetime):
        if b"poison" in raw:
            raise ZeroDivisionError
        return await judge(raw, at)

    service.intake.judge = breaks
    [asked] = await house.says(MAYA, "poison, but words.", prompt)

    assert await answer(house.pair, 1) == ""
    assert (await house.verdicts())[1] == ""
    assert asked.subject == "A number, to be sure it is you"
    await house.says(MAYA, asked.text.split("nothing else: ")[1].split()[0], asked)
    assert await answer(house.pair, 1) == "poison, but words."


@pytest.mark.row("T17")
async def test_what_was_found_of_another_author_is_no_word_for_this_one(house: Checked) -> None:
    async def of_another(_raw: bytes, _at: datetime) -> Verdict:
        return Verdict("aligned", "", "eve@evil.test")

    house.pair.play.service.intake.judge = of_another
    [asked] = await house.says(MAYA, ANSWER)

    assert await answer(house.pair, 1) == ""
    assert asked.subject == "A number, to be sure it is you"


async def test_proofs_are_kept_for_a_yes_alone(house: Checked) -> None:
    await house.says(MAYA, ANSWER)
    service, alliance = house.pair.play.service, await house.pair.alliance()

    async with service.database.transaction() as c:
        assert await proofs.of_alliance(c, alliance.id, service.doors.keys) == []


# ---------------------------------------------------------------- addresses that are over, and names that claim


@pytest.mark.row("T5", "T6")
async def test_an_address_that_is_over_is_answered_once_and_to_the_registered_address_alone(pair: Pair) -> None:
    prompt = pair.last(MAYA)
    to = str(message_from_bytes(prompt.raw, policy=policy.default)["Reply-To"])
    await pair.says(JONAS, "STOP")

    for n in range(3):
        raw = f"From: {MAYA.address}\r\nTo: {to}\r\nMessage-ID: <{n}@x>\r\n\r\nI hope. {n}\r\n".encode()
        told = await pair.hands_in(MAYA.address, to, raw)
        assert [m.person for m in told] == ([MAYA] if n == 0 else [])
    raw = f"From: eve@evil.test\r\nTo: {to}\r\nMessage-ID: <9@x>\r\n\r\nI hope.\r\n".encode()
    assert await pair.hands_in("eve@evil.test", to, raw) == []

    assert await answer(pair, 1) == ""
    pair.play.clock.at += timedelta(days=31)
    await pair.play.settle()
    assert await pair.play.alliances() == [], "after a month nothing is left"
    raw = f"From: {MAYA.address}\r\nTo: {to}\r\nMessage-ID: <10@x>\r\n\r\nAnybody there?\r\n".encode()
    assert await pair.hands_in(MAYA.address, to, raw) == []
    assert (await pair.inbox())[-1] == ("done", "unknown")


@pytest.mark.row("T7")
async def test_a_reminders_address_and_the_first_letters_lead_to_one_answer(pair: Pair) -> None:
    first = pair.last(MAYA)
    pair.play.clock.at += timedelta(days=4)
    await pair.play.settle()
    nudge = pair.last(MAYA)
    assert nudge is not first

    await pair.play.reply(nudge, "I hope we laugh.")
    await pair.play.reply(first, "I hope we stay friends.")

    alliance = await pair.alliance()
    assert {a.prompt for a in alliance.answers if a.participant == 1} <= {"why", "hopes"}
    found = alliance.answer(1, "hopes")
    assert found is not None
    assert found.text == "I hope we stay friends."


@pytest.mark.row("T22")
async def test_a_display_name_is_nobodys_identity(pair: Pair) -> None:
    to = str(message_from_bytes(pair.last(MAYA).raw, policy=policy.default)["Reply-To"])
    for name in ("Jonas Berg", "Eve of the bank", "jonas@example.net"):
        raw = f'From: "{name}" <{MAYA.address}>\r\nTo: {to}\r\nMessage-ID: <{len(name)}@x>\r\n\r\n{ANSWER}\r\n'.encode()
        await pair.hands_in(MAYA.address, to, raw)

    alliance = await pair.alliance()
    assert [p.name for p in alliance.participants] == ["Maya", "Jonas"]
    assert not any(a.participant == 2 for a in alliance.answers)
    letters = [m for m in pair.play.mails if m.person == JONAS and not m.mine]
    assert all("Eve of the bank" not in m.seen for m in letters)


@pytest.mark.row("T75")
async def test_the_same_two_in_two_alliances_are_two_conversations(pair: Pair) -> None:
    await pair.play.write(JONAS, "Maya and me", "Maya Lind (maya@example.org) and I plan a trip. Jonas")
    await pair.says(JONAS, "A new one", "already have")
    alliances = await pair.play.alliances()
    assert len(alliances) == 2
    prompt = pair.last(MAYA, "hopes and worries")

    await pair.play.reply(prompt, "The oven worries me.")

    after = {a.id: repr(a) for a in await pair.play.alliances()}
    first = next(a.id for a in alliances if a.participants[0].name == "Maya")
    assert "The oven worries me." in after.pop(first)
    assert all("The oven worries me." not in words for words in after.values())
