"""The operator's file and secrets: what is read, and every fault told at once."""

import itertools
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.keys import bytes_of
from agent.settings import Settings, SettingsError, _Tables, load, server_of, shipped

ROOT = Path(__file__).parents[1]
KEY = "00112233445566778899aabbccddeeff" * 2
NEEDED = '[service]\ndomain = "Alliance.Example.org"\ncontact = "Op@Example.org"\n'
# Settings for which there is no default.
REQUIRED = {"service.domain", "service.contact"}


@pytest.fixture
def read(tmp_path):
    """Read a file with this text and these secrets."""

    def read(text: str, **environ: str) -> Settings:
        path = tmp_path / "agent.toml"
        path.write_text(text)
        return load(path, {"ALLIANCE_KEY": KEY} | environ)

    return read


@pytest.fixture
def complaints(read):
    """The complaints about such a file."""

    def complaints(text: str, **environ: str) -> str:
        with pytest.raises(SettingsError) as raised:
            read(text, **environ)
        return "\n".join(raised.value.complaints)

    return complaints


def every_setting() -> dict[str, object]:
    """Each setting by its key path, and its default."""
    return {
        f"{section}.{name}": field.default
        for section, table in _Tables.model_fields.items()
        for name, field in table.annotation.model_fields.items()
    }


def test_two_lines_are_enough(read):
    found = read(NEEDED)

    assert found.service.domain == "alliance.example.org"
    assert found.service.contact == "op@example.org"
    assert found.keys == (bytes.fromhex(KEY),)
    assert found.database.url == "sqlite:alliance.db"


def test_the_secrets_are_never_shown(read):
    found = read(NEEDED + '[relay]\nuser = "ann"', ALLIANCE_RELAY_PASSWORD="hunter2")

    assert found.relay_password == "hunter2"
    assert "hunter2" not in repr(found)
    assert "\\x11" not in repr(found)


def test_every_complaint_is_made_at_once_with_its_key_path(complaints):
    text = """
    [service]
    domian = "x.org"
    contact = "nobody"
    zone = "Europe/Berln"
    quiet_hours = [21, 25]
    allow = ["@example.org", "what"]
    [inbound]
    port = "25"
    protocol = "http"
    tls_certificate = "/nowhere/cert.pem"
    [relay]
    user = "ann"
    host = "mail.example.org"
    [database]
    url = "postgresql://ann:secret@host/db"
    [flows]
    folder = "/nowhere"
    [extra]
    """

    told = complaints(text, ALLIANCE_KEY="short").splitlines()

    assert sorted(line.split(": ")[0] for line in told) == sorted(
        [
            "ALLIANCE_KEY",
            "database.url",
            "extra",
            "flows.folder",
            "inbound.port",
            "inbound.protocol",
            "inbound.tls_certificate",
            "inbound.tls_certificate, inbound.tls_key",
            "relay.tls",
            "relay.user",
            "service.allow.1",
            "service.contact",
            "service.domain",
            "service.domian",
            "service.quiet_hours.1",
            "service.zone",
        ]
    )
    assert "did you mean service.domain?" in "\n".join(told)
    assert "Europe/Berlin" in "\n".join(told)
    assert "secret" not in "\n".join(told)


@pytest.mark.parametrize(
    "tables",
    ["[database]\nlease_s = 1", "[database]\nlease_s = 19", "[database]\nlease_s = 70\n[dns]\ntimeout_s = 55.5"],
)
def test_a_lease_is_longer_than_what_is_done_meanwhile(complaints, tables):
    told = complaints(NEEDED + tables)

    assert told.startswith("database.lease_s: ")
    assert "dns.timeout_s" in told


def test_a_secret_in_the_file_is_shown_its_place(complaints):
    assert "ALLIANCE_RELAY_PASSWORD" in complaints(NEEDED + '[relay]\npassword = "x"')


def test_a_missing_file_and_a_missing_key_are_told_together(tmp_path):
    with pytest.raises(SettingsError) as raised:
        load(None, {"ALLIANCE_CONFIG": str(tmp_path / "none.toml")})

    assert [line.split(": ")[0] for line in raised.value.complaints] == ["ALLIANCE_KEY", str(tmp_path / "none.toml")]


@pytest.mark.parametrize("text", ["[service", "\xff", "service = 3"])
def test_a_broken_file_is_a_complaint(complaints, text):
    assert complaints(text)


def test_keys_are_rotated_newest_first_in_hex_or_base64(read):
    base64 = "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8="

    found = read(NEEDED, ALLIANCE_KEY=f"{'ff' * 32}, {base64}, {base64.replace('/', '_').rstrip('=')}")

    assert found.keys == (b"\xff" * 32, bytes.fromhex(KEY), bytes.fromhex(KEY))


def test_a_bad_key_is_named_by_its_place_and_never_quoted(complaints):
    told = complaints(NEEDED, ALLIANCE_KEY=f"{KEY},beefbeef,not a key!")

    assert "key 2 has 4 bytes" in told
    assert "key 3 is neither" in told
    assert "beefbeef" not in told
    assert "not a key!" not in told


@settings(max_examples=50)
@given(st.text())
def test_reading_a_key_never_raises(word):
    assert bytes_of(word) is None or isinstance(bytes_of(word), bytes)


@settings(max_examples=30)
@given(st.sampled_from(sorted(every_setting())), st.none() | st.integers() | st.booleans() | st.text(max_size=20))
def test_any_value_is_taken_or_told_with_its_place(tmp_path_factory, name, value):
    section, key = name.split(".")
    path = tmp_path_factory.mktemp("any") / "agent.toml"
    text = {None: "[]", True: "true", False: "false"}.get(value) or (
        f"{value}" if isinstance(value, int) else '"' + "".join(rf"\U{ord(c):08x}" for c in value) + '"'
    )
    path.write_text(f"{section}.{key} = {text}\n")

    with pytest.raises(SettingsError) as raised:  # the domain or the contact is missing at least
        load(path, {"ALLIANCE_KEY": KEY})

    places = {line.split(": ")[0] for line in raised.value.complaints}
    assert all(place.startswith((name, "service.", "inbound.tls", "relay.", "mailbox.", str(path))) for place in places)


def test_a_password_without_its_user_is_told(complaints):
    assert "relay.user" in complaints(NEEDED, ALLIANCE_RELAY_PASSWORD="x")


MAILBOX = """[service]
contact = "op@example.org"
[mailbox]
address = "Office@Firm.example"
host = "imap.firm.example"
"""


def test_the_address_of_the_mailbox_is_that_of_the_service(read):
    found = read(MAILBOX + '[relay]\nuser = "office"\ntls = "implicit"', ALLIANCE_MAILBOX_PASSWORD="hunter2")

    assert (found.service.domain, found.service.local) == ("firm.example", "office")
    assert found.mailbox.address == "office@firm.example"
    assert found.mailbox_password == found.relay_password == "hunter2"
    assert "hunter2" not in repr(found)


def test_what_is_wrong_with_a_mailbox_is_told_with_its_place(complaints):
    text = """[service]
    domain = "firm.example"
    local = "office"
    contact = "office.of.the.whole.firm@firm.example"
    [mailbox]
    address = "office.of.the.whole.firm@firm.example"
    plus = true
    tls = "none"
    host = "imap.firm.example"
    """

    told = complaints(text).splitlines()

    assert sorted(line.split(": ")[0] for line in told) == [
        "mailbox.address",
        "mailbox.plus",
        "mailbox.tls",
        "service.contact",
        "service.domain",
        "service.local",
    ]
    assert "mailbox.host: is missing" in complaints(MAILBOX.replace("host", "#host"))


def test_secrets_may_stand_in_a_file_of_their_own_and_the_environment_is_stronger(tmp_path):
    path = tmp_path / "agent.toml"
    path.write_text(NEEDED + '[relay]\nuser = "ann"')
    (tmp_path / "secrets").write_text(f"ALLIANCE_KEY={KEY}\nALLIANCE_RELAY_PASSWORD=old=1\nPATH=x\n")

    assert load(path, {}).relay_password == "old=1"
    assert load(path, {"ALLIANCE_RELAY_PASSWORD": "new"}).relay_password == "new"
    assert load(path, {}).keys == (bytes.fromhex(KEY),)


def test_equal_quiet_hours_are_allowed_and_mean_none(read):
    assert read(NEEDED + "quiet_hours = [0, 0]").service.quiet_hours == (0, 0)


def test_the_allow_list_names_people_and_whole_domains(read):
    service = read(NEEDED + 'allow = ["Ann@example.org", "@Shop.example"]').service

    assert service.lists("ann@EXAMPLE.org")
    assert service.lists("bo@shop.example")
    assert not service.lists("bo@example.org")
    assert not service.lists("bo@evilshop.example")


def test_name_servers_are_written_with_or_without_their_port(complaints):
    assert server_of("192.0.2.1") == ("192.0.2.1", 53)
    assert server_of("192.0.2.1:5353") == ("192.0.2.1", 5353)
    assert server_of("2001:db8::1") == ("2001:db8::1", 53)
    assert server_of("[2001:db8::1]:5353") == ("2001:db8::1", 5353)
    for wrong in ("dns.example.org", "192.0.2.1:x", "192.0.2:53", ""):
        assert "dns.servers" in complaints(NEEDED + f'[dns]\nservers = ["{wrong}"]')


def test_nobody_is_allowed_by_default(read):
    assert not read(NEEDED).service.lists("ann@example.org")


@pytest.mark.parametrize("name", ["flows", "templates", "config"])
def test_what_is_shipped_is_found(name):
    assert shipped(name).is_dir()


def test_the_shipped_file_lacks_only_what_nobody_else_can_know():
    with pytest.raises(SettingsError) as raised:
        load(ROOT / "config/agent.toml", {"ALLIANCE_KEY": KEY})

    assert {line.split(":")[0] for line in raised.value.complaints} == REQUIRED


def test_the_shipped_file_shows_every_setting_with_its_default():
    text = (ROOT / "config/agent.toml").read_text()
    shown = tomllib.loads(re.sub(r"(?m)^#(?=\w)", "", text))

    found = {f"{section}.{name}": value for section, table in shown.items() for name, value in table.items()}

    expected = {name: list(value) if isinstance(value, tuple) else value for name, value in every_setting().items()}
    assert {k: v for k, v in found.items() if k not in REQUIRED} == {
        k: v for k, v in expected.items() if k not in REQUIRED
    }
    assert set(found) == set(expected)


def test_the_shipped_file_is_accepted_with_all_its_lines(tmp_path):
    path = tmp_path / "agent.toml"
    path.write_text(re.sub(r"(?m)^#(?=\w)", "", (ROOT / "config/agent.toml").read_text()))

    assert load(path, {"ALLIANCE_KEY": KEY}).service.domain == "alliance.example.org"


def test_every_setting_in_the_shipped_file_has_a_sentence():
    lines = (ROOT / "config/agent.toml").read_text().splitlines()

    bare = [line for before, line in itertools.pairwise(lines) if re.match(r"#\w+ =", line) and before[:2] != "# "]

    assert bare == []


def test_every_setting_and_secret_has_a_line_in_the_docs():
    rows = set(re.findall(r"(?m)^\| `([\w.]+)` \|", (ROOT / "docs/settings.md").read_text()))

    assert rows == set(every_setting()) | {
        "ALLIANCE_CONFIG",
        "ALLIANCE_KEY",
        "ALLIANCE_MAILBOX_PASSWORD",
        "ALLIANCE_RELAY_PASSWORD",
    }


def test_a_key_that_signs_is_a_file_that_nobody_else_reads(read, complaints, tmp_path):
    file = tmp_path / "a.pem"
    file.touch(0o600)
    text = f'{NEEDED}[dkim]\nkeys = {{ a2026 = "{file}" }}'

    assert read(text).dkim.keys == {"a2026": str(file)}
    file.chmod(0o644)
    assert f"dkim.keys.a2026: others can read or change {file}; run: chmod 600" in complaints(text)
    assert "cannot read" in complaints(text.replace("a.pem", "b.pem"))
    assert "dkim.keys.A_1" in complaints(text.replace("a2026", "A_1"))


@pytest.mark.parametrize("url", ["https://a.example.org", "https://a.example.org:8443/", "http://localhost:8080"])
def test_a_site_is_one_that_speaks_in_private(read, url):
    assert read(f'{NEEDED}[web]\nurl = "{url}"').web.url == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["http://a.example.org", "a.example.org", "https://a.example.org/x", "https://a b", "x"]
)
def test_what_is_no_site_is_told(complaints, url):
    assert "web.url: is no site" in complaints(f'{NEEDED}[web]\nurl = "{url}"')
