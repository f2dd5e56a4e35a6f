"""What the doctor makes of the DNS, asked over a real socket."""

from ipaddress import ip_address

import pytest
import stubdns
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.cli.names import LOOKUPS, verdicts
from agent.dns import Dns
from agent.mail.dkim import Signer

US = "mail.alliance.test"
SENDS = ip_address("9.8.7.6")  # others can reach it, in the eyes of the standard library
SIGNER = Signer(
    "alliance.test", "e2026", Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
)  # the ids of tests hold it


@pytest.fixture
async def stub():
    """A domain with which all is well."""
    async with stubdns.running() as stub:
        stub.zone |= {
            ("alliance.test", "MX"): [f"10 {US}."],
            (US, "A"): [str(SENDS)],
            ("6.7.8.9.in-addr.arpa", "PTR"): [f"{US}."],
        }
        stub.txt("alliance.test", "v=spf1 mx -all")
        stub.txt("_dmarc.alliance.test", "v=DMARC1; p=reject")
        stub.txt(SIGNER.name, SIGNER.record)
        yield stub


async def looked(stub, *, sends=SENDS, takes=True, signers=(SIGNER,)):
    dns = Dns([stub.server], timeout_s=0.3 if stub.down else 20)
    return {v.what: v async for v in verdicts(dns, "alliance.test", signers, sends, takes=takes)}


async def levels(stub, **how):
    return {what: v.level for what, v in (await looked(stub, **how)).items()}


async def test_where_all_is_well_all_is_said_to_be_well(stub):
    found = await looked(stub)

    assert {what: v.level for what, v in found.items()} == dict.fromkeys(("mx", "spf", "dkim", "dmarc", "ptr"), "ok")
    assert not any(v.todo for v in found.values())


async def test_nothing_is_said_of_names_that_are_not_ours_to_have(stub):
    assert set(await levels(stub, sends=None, takes=False, signers=())) == {"spf", "dkim", "dmarc"}


async def test_a_dns_that_does_not_answer_is_told_once(stub):
    stub.down = "silent"

    assert await levels(stub) == {"dns": "fault"}


async def test_without_any_record_each_fault_says_what_to_do(stub):
    stub.zone.clear()
    found = await looked(stub)

    assert {what: v.level for what, v in found.items()} == dict.fromkeys(("mx", "spf", "dkim", "dmarc", "ptr"), "fault")
    assert all(v.todo for v in found.values())


@pytest.mark.parametrize("records", [["0 ."], ["10 nowhere.test."]])
async def test_an_mx_that_leads_nowhere_is_a_fault(stub, records):
    stub.zone["alliance.test", "MX"] = records

    assert (await levels(stub))["mx"] == "fault"


@pytest.mark.parametrize(
    ("record", "level"),
    [
        (SIGNER.record.replace("; ", ";").replace("p=", "p= "), "ok"),
        (SIGNER.record.replace("p=", "t=s; p="), "ok"),
        (SIGNER.record.replace("p=", "t=y; p="), "warning"),
        ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "fault"),
        ("v=DKIM1; p=", "fault"),
        ("something else", "fault"),
    ],
)
async def test_the_record_has_to_be_that_of_our_key(stub, record, level):
    stub.txt(SIGNER.name, record)

    assert (await levels(stub))["dkim"] == level


@pytest.mark.parametrize(
    ("record", "level"),
    [
        ("v=DMARC1; p=quarantine; rua=mailto:a@b.test", "ok"),
        ("v=DMARC1; p=none", "warning"),
        ("v=DMARC1", "warning"),
        ("hello", "fault"),
    ],
)
async def test_what_the_domain_wishes_is_weighed(stub, record, level):
    stub.txt("_dmarc.alliance.test", record)

    assert (await levels(stub))["dmarc"] == level


async def test_a_parent_speaks_for_a_domain_that_says_nothing():
    async with stubdns.running() as stub:
        stub.zone["mx.a.b.test", "A"] = [str(SENDS)]
        stub.txt("_dmarc.b.test", "v=DMARC1; p=reject; sp=none")
        dns = Dns([stub.server], timeout_s=20)
        found = {v.what: v async for v in verdicts(dns, "a.b.test", (), None, takes=False)}

    assert found["dmarc"].level == "warning"


async def test_names_have_to_lead_back(stub):
    stub.zone["6.7.8.9.in-addr.arpa", "PTR"] = ["host-6.provider.test."]
    assert "does not lead back" in (await looked(stub))["ptr"].said

    assert (await looked(stub, sends=ip_address("10.0.0.1")))["ptr"].level == "warning"


# ---------------------------------------------------------------- SPF


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 ip4:9.8.7.6 -all",
        "v=spf1 ip4:9.8.0.0/16 -all",
        "V=SPF1 IP6:2001:db8::/32 A:mail.alliance.test ~all",
        "v=spf1 a:mail.alliance.test/24 -all",
        "v=spf1 mx/24 ?all",
        "v=spf1 exists:%{i}.x.test ptr include:provider.test -all",
        "v=spf1 redirect=provider.test",
        "v=spf1 -ip4:9.8.7.7 +mx -all",
    ],
)
async def test_a_record_that_lets_us_send_is_well(stub, record):
    stub.txt("alliance.test", record)
    stub.txt("provider.test", "v=spf1 ip4:9.8.7.0/24 ~all")

    assert (await looked(stub))["spf"].level == "ok"


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ("v=spf1 ip4:192.0.2.1 -all", "does not let 9.8.7.6 send"),
        ("v=spf1 -mx +all", "does not let 9.8.7.6 send"),
        ("v=spf1 include:nowhere.test -all", "nowhere.test has no SPF record"),
        ("v=spf1 redirect=nowhere.test", "nowhere.test has no SPF record"),
        ("v=spf1 ip4:9.8.7 -all", "no address at 9.8.7"),
        ("v=spf1 +all", "everybody"),
        ("v=spf1 include:everybody.test -all", "everybody"),
        ("v=spf1 include:alliance.test -all", "look-ups"),
        ("spf1 mx", "has no SPF record"),
    ],
)
async def test_a_record_that_does_not_is_a_fault(stub, record, says):
    stub.txt("alliance.test", record)
    stub.txt("everybody.test", "v=spf1 all")

    found = (await looked(stub))["spf"]

    assert (found.level, says in found.said) == ("fault", True), found


async def test_two_records_are_as_good_as_none(stub):
    stub.zone["alliance.test", "TXT"] = ['"v=spf1 mx -all"', '"v=spf1 a -all"']

    assert "2 SPF records" in (await looked(stub))["spf"].said


async def test_the_look_ups_of_all_that_is_included_are_counted(stub):
    stub.txt("alliance.test", "v=spf1 " + " ".join(f"include:p{n}.test" for n in range(3)) + " mx -all")
    for n in range(3):
        stub.txt(f"p{n}.test", "v=spf1 a:a.test a:b.test ~all")
    assert f"{LOOKUPS} of {LOOKUPS}" in (await looked(stub))["spf"].said

    stub.txt("p0.test", "v=spf1 a:a.test a:b.test a:c.test ~all")
    assert (await looked(stub))["spf"].said == "alliance.test needs 11 look-ups"
