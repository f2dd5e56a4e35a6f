"""The DNS, asked over a real socket: records, a sure no, and that nobody could say."""

import socket

import pytest
import stubdns

from agent.dns import Answer, Dns


@pytest.fixture
async def stub():
    async with stubdns.running() as stub:
        yield stub


@pytest.fixture
def dns(stub):
    return Dns([stub.server], timeout_s=0.5)


async def test_records_are_text(stub, dns):
    stub.zone["good.test", "MX"] = ["10 mail.good.test.", "20 other.good.test."]
    stub.zone["mail.good.test", "A"] = ["192.0.2.10"]
    stub.zone["10.2.0.192.in-addr.arpa", "PTR"] = ["mail.good.test."]

    assert set((await dns.look("good.test", "MX")).records) == {"10 mail.good.test", "20 other.good.test"}
    assert (await dns.look("mail.good.test", "A")).records == ("192.0.2.10",)
    assert (await dns.look("192.0.2.10", "PTR")).records == ("mail.good.test",)


async def test_a_key_in_pieces_is_whole_again_though_it_takes_a_second_way_to_ask(stub, dns):
    key = "v=DKIM1; k=rsa; p=" + "A" * 700
    stub.txt("sel._domainkey.good.test", key)

    assert await dns.look("sel._domainkey.good.test", "TXT") == Answer((key,))
    assert len(stub.asked) == 2, "the answer over UDP was cut short"


async def test_an_answer_is_remembered_while_it_holds(stub, dns):
    stub.txt("good.test", "v=spf1 -all")

    assert await dns.look("good.test", "TXT") == await dns.look("good.test", "TXT")
    assert len(stub.asked) == 1


async def test_that_there_is_none_is_a_sure_answer(stub, dns):
    stub.txt("good.test", "v=spf1 -all")

    assert await dns.look("nobody.test", "TXT") == Answer()
    assert await dns.look("good.test", "MX") == Answer()


@pytest.mark.parametrize("name", ["a..test", "a" * 64 + ".test", "x." * 130, "\ud800.test", "ümlaut\n.test"])
@pytest.mark.parametrize("kind", ["TXT", "PTR"])
async def test_a_name_that_cannot_be_has_no_record(dns, name, kind):
    assert await dns.look(name, kind) == Answer()


@pytest.mark.parametrize(("down", "trouble"), [("silent", "timeout"), ("broken", "refused")])
@pytest.mark.row("T24")
async def test_that_nobody_could_say_is_no_answer(stub, dns, down, trouble):
    stub.txt("good.test", "v=spf1 -all")
    stub.down = down

    assert await dns.look("good.test", "TXT") == Answer(trouble=trouble)

    stub.down = ""
    assert (await dns.look("good.test", "TXT")).records, "it is asked again and not remembered"


async def test_a_server_that_is_not_there_is_no_answer():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]

    assert (await Dns([("127.0.0.1", port)], timeout_s=0.5).look("good.test", "TXT")).trouble
