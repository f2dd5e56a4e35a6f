"""`alliance dkim`: a key where there is none, and records as one puts them into the DNS."""

import re
import stat

import dns.zone
import pytest

from agent.mail.dkim import signer_of

YEAR = re.compile(r"dkim-([ae]\d{4})\.pem")


@pytest.fixture
def made(run, config):
    """What it said the first time, and the key's file."""
    result = run("dkim")
    return result, next(config.parent.glob("dkim-*.pem"))


def test_it_makes_a_key_for_its_owner_alone(made):
    result, file = made

    assert result.code == 0
    assert f"Made {file}" in result.out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert signer_of("x.test", "a", file.read_bytes()).record in result.out


def test_a_key_that_is_there_is_never_touched(run, made):
    result, file = made
    before = file.read_bytes()

    again = run("dkim")

    assert file.read_bytes() == before
    assert "is there, and stays as it is" in again.out
    assert again.out.splitlines()[1:] == result.out.splitlines()[1:]


def test_what_it_says_to_write_into_the_settings_can_be_read(run, config, made):
    written = next(line for line in made[0].out.splitlines() if line.startswith("keys = "))
    config.write_text(f"{config.read_text('utf-8')}\n[dkim]\n{written}\n", "utf-8")

    found = run("dkim").out

    assert "Letters are signed with" in found
    assert "keys = " not in found


def test_a_second_key_stands_beside_the_first(run, config, made):
    written = next(line for line in made[0].out.splitlines() if line.startswith("keys = "))
    config.write_text(f"{config.read_text('utf-8')}\n[dkim]\n{written}\n", "utf-8")

    found = run("dkim", "--ed25519").out

    assert "k=ed25519" in found
    assert "k=rsa" in found
    assert {name[0] for name in YEAR.findall(found.partition("keys = ")[2])} == {"a", "e"}


def test_the_lines_of_a_zone_file_are_just_that(run, made):
    text = run("dkim", "--zone").out
    zone = dns.zone.from_text(f"$ORIGIN .\n$TTL 60\n{text}", origin=".", relativize=False, check_origin=False)
    [record] = [r for name, _, r in zone.iterate_rdatas("TXT") if "_domainkey" in str(name)]

    assert b"".join(record.strings).decode() == signer_of("x", "a", made[1].read_bytes()).record
    assert all(len(piece) <= 255 for piece in record.strings)
    assert {str(r) for _, _, r in zone.iterate_rdatas("MX")} == {"10 mail.alliance.example.org."}


@pytest.mark.parametrize("name", ["A 1", "../x", "ä", ""])
def test_a_name_that_the_dns_cannot_have_is_told(run, config, name):
    result = run("dkim", "--selector", name or "-")

    assert result.code == 2
    assert not list(config.parent.rglob("*.pem"))


def test_a_folder_that_cannot_be_written_is_told(run, config):
    config.with_name("dkim-b1.pem").symlink_to(config.parent / "nowhere" / "x")

    result = run("dkim", "--selector", "b1")

    assert result.code == 2
    assert "dkim-b1.pem" in result.err


def test_a_relay_elsewhere_is_named_and_to_be_asked(run, config):
    config.write_text(config.read_text("utf-8").replace("[relay]\n", '[relay]\nhost = "smtp.provider.test"\n'), "utf-8")

    assert "v=spf1 a:smtp.provider.test ~all" in run("dkim").out
