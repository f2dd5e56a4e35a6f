"""What the operator decides: one commented TOML file, and the secrets from the environment.

`load` finds every fault of both and raises them together, before a port opens. The values here are frozen; no other
file reads the configuration or the environment. A test holds `config/agent.toml` and `docs/settings.md` to this file.
"""

import difflib
import json
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from math import ceil
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from agent.keys import keys_of, secrets_beside

DEFAULT_PATH = Path("config/agent.toml")
LOCAL_OCTETS = 23  # leaves room for + and a token of 40 in a local part of 64 octets (RFC 5321 section 4.5.3.1.1)
SELECTOR = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"  # one label of a name in the DNS
BUSY_S = 15  # seconds beside the DNS in which what was taken is kept or held anew: twice 5 for the database, and some to decide
LOOPBACK = ("localhost", "127.0.0.1", "::1")
NEEDED = {
    "service.domain": "write the domain whose mail comes here",
    "service.contact": "write the address at which people reach you, the operator",
}


class SettingsError(Exception):
    """What the operator has to mend; `complaints` holds all of it, each with its place and what to do."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


def _domain(text: str) -> str:
    """A host name in lower case (RFC 1123 section 2.1)."""
    label = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    if len(text) > 253 or not re.fullmatch(rf"{label}(\.{label})*", text.lower()):
        raise ValueError('is no domain; write one such as "alliance.example.org" (xn-- form for other scripts)')
    return text.lower()


def _local(text: str) -> str:
    """The part before the @ of the service's own address: it may not look like a reply address, which holds a +."""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9._-]{0,30}[a-z0-9])?", text):
        raise ValueError("may hold small letters, digits, dots, hyphens and underscores, at most 32")
    return text


def _address(text: str) -> str:
    """An address in lower case."""
    local, at, domain = text.rpartition("@")
    if not at or not local or re.search(r"[\s<>@,;]", local):
        raise ValueError('is no address; write one such as "ann@example.org"')
    return f"{local.lower()}@{_domain(domain)}"


def _allowed(text: str) -> str:
    """An address, or @domain for all of a domain."""
    return "@" + _domain(text[1:]) if text.startswith("@") else _address(text)


def _zone(text: str) -> str:
    """An IANA zone."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        close = difflib.get_close_matches(text, available_timezones(), 1, 0.4)
        raise ValueError(f'is no IANA time zone; did you mean "{close[0] if close else "Europe/Berlin"}"?') from None
    return text


def _database(text: str) -> str:
    """An address of a database, without a password."""
    if not re.match(r"sqlite:.|postgres(ql)?://.", text):
        raise ValueError('must begin with "sqlite:" and a file, or "postgresql://" and a server')
    if re.match(r"\w+://[^/@]*:[^/@]+@", text) or "password=" in text:
        raise ValueError("holds a password; take it out and give it as PGPASSWORD, where ALLIANCE_KEY is")
    return text


def _server(text: str) -> str:
    """The address of a name server, with its port if that is not the usual one."""
    try:
        server_of(text)
    except ValueError:
        raise ValueError('is no server; write its IP address, such as "192.0.2.1" or "[2001:db8::1]:5353"') from None
    return text


def server_of(text: str) -> tuple[str, int]:
    """The address and the port of a name server; raises ValueError when it is no IP address."""
    try:
        return str(ip_address(text)), 53
    except ValueError:
        parts = urlsplit(f"//{text}")
        return str(ip_address(parts.hostname or "")), parts.port or 53


def _folder(text: str) -> str:
    """A folder that is there; "" is the shipped one."""
    if text and not Path(text).is_dir():
        raise ValueError(f"there is no folder {text}; make it, or leave this out for those that are shipped")
    return text


def _file(text: str) -> str:
    """A file that can be read; "" is none."""
    if not text:
        return text
    try:
        Path(text).open("rb").close()
    except OSError as error:
        raise ValueError(f"cannot read {text} ({error.strerror}); mend the path or the permissions") from None
    return text


def _secret_file(text: str) -> str:
    """A file that can be read, and not by everybody."""
    if stat.S_IMODE(Path(_file(text)).stat().st_mode) & 0o037:
        raise ValueError(f"others can read or change {text}; run: chmod 600 {text}")
    return text


def _site(text: str) -> str:
    """Where pages are reached from outside, without a slash at its end; "" is nowhere."""
    if text and not re.fullmatch(r"(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:\d{1,5})?/?", text):
        raise ValueError('is no site; write one such as "https://alliance.example.org"')
    return text.rstrip("/")


Address = Annotated[str, AfterValidator(_address)]
Domain = Annotated[str, AfterValidator(_domain)]
Count = Annotated[int, Field(ge=1)]
Days = Annotated[int, Field(ge=0, le=3650)]
Port = Annotated[int, Field(ge=1, le=65535)]
Hour = Annotated[int, Field(ge=0, le=23)]
Folder = Annotated[str, AfterValidator(_folder)]
File = Annotated[str, AfterValidator(_file)]
KeyFile = Annotated[str, AfterValidator(_secret_file)]
Selector = Annotated[str, Field(pattern=rf"^{SELECTOR}$")]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]  # goes into header lines


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Service(_Section):
    """Who we are to the people, and who may start."""

    domain: Domain
    contact: Address
    name: Name = "Alliance"
    local: Annotated[str, AfterValidator(_local)] = "alliance"
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    quiet_hours: tuple[Hour, Hour] = (21, 8)
    allow: tuple[Annotated[str, AfterValidator(_allowed)], ...] = ()
    starts_per_day: Count = 5
    invitations_per_address: Count = 2

    def lists(self, address: str) -> bool:
        """Whether the allow-list names this address or its domain."""
        address = address.lower()
        return address in self.allow or "@" + address.rpartition("@")[2] in self.allow


class Database(_Section):
    """Where everything is kept."""

    url: Annotated[str, AfterValidator(_database)] = "sqlite:alliance.db"
    lease_s: Count = 300  # longer than the failover of a database takes


class Inbound(_Section):
    """The port at which mail arrives, and its limits. With a certificate, STARTTLS is offered."""

    protocol: Literal["smtp", "lmtp"] = "smtp"
    host: str = "127.0.0.1"
    port: Port = 2525
    max_size: Annotated[int, Field(ge=65536)] = 26_214_400  # 25 MiB, as large as the great providers send
    max_recipients: Annotated[int, Field(ge=100)] = 100  # RFC 5321 section 4.5.3.1.8 asks for no less
    max_connections: Count = 1000
    max_connections_per_client: Count = 50  # what Postfix allows one client
    timeout_s: Count = 300  # RFC 5321 section 4.5.3.2.7
    tls_certificate: File = ""
    tls_key: File = ""


class Mailbox(_Section):
    """An ordinary mailbox from which mail is read, instead of the port; "" for the address means none."""

    address: Annotated[str, AfterValidator(lambda text: text and _address(text))] = ""
    host: str = ""
    port: Port = 993
    tls: Literal["none", "starttls", "implicit"] = "implicit"
    user: str = ""  # "" for the address
    token_command: tuple[str, ...] = ()
    folder: Annotated[str, Field(min_length=1)] = "INBOX"
    plus: bool = False
    alone: bool = False
    move_to: str = ""
    poll_s: Annotated[int, Field(ge=1, le=1500)] = 60  # servers end an IDLE after half an hour (RFC 2177)


class Relay(_Section):
    """The mail server that carries our letters on."""

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Port = 25
    tls: Literal["none", "starttls", "implicit"] = "none"
    user: str = ""
    connections: Count = 4
    timeout_s: Count = 300  # RFC 5321 section 4.5.3.2


class Dkim(_Section):
    """The keys that sign our letters: a file each, by selector. None leaves it to the relay."""

    keys: dict[Selector, KeyFile] = {}


class Web(_Section):
    """The pages that people's mail programs and browsers reach; "" for the URL means that there are none."""

    url: Annotated[str, AfterValidator(_site)] = ""
    host: str = "127.0.0.1"
    port: Port = 8080


class Watched(_Section):
    """Where the operator's own programs ask how it goes; 0 for the port means nowhere."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 0


class Dns(_Section):
    """Whom to ask for the keys and the wishes of the domains that mail comes from."""

    servers: tuple[Annotated[str, AfterValidator(_server)], ...] = ()
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 5.0


class Trust(_Section):
    """When it is sure who wrote a mail, and who may start an alliance by one (decision 23)."""

    require: Literal["aligned", "registered"] = "aligned"
    authserv_id: Annotated[str, AfterValidator(lambda text: text and _domain(text))] = ""
    start: Literal["listed", "aligned", "code"] = "listed"


class Coach(_Section):
    """The operator's own coach, named with the tools."""

    name: Annotated[str, Field(max_length=64)] = ""
    links: tuple[str, ...] = ()


class Flows(_Section):
    """The folder of the flow files; "" for those that are shipped."""

    pair: str = "one_to_one"
    """The file that a new alliance of two follows."""
    team: str = "team"
    """The file that a new alliance of three or more follows."""
    bank: str = "trust_bank"
    """The file that a new trust bank follows."""

    folder: Folder = ""


class Templates(_Section):
    """The folder of the templates; "" for those that are shipped."""

    folder: Folder = ""


class Care(_Section):
    """What is there for people who write of fear or harm: local help lines by kind of relationship, "any" for all."""

    help_lines: dict[str, tuple[Line, ...]] = {}


class Keep(_Section):
    """How long bytes are kept that are no longer needed. 0 erases them the same day."""

    raw_days: Days = 30
    letters_days: Days = 7


class Log(_Section):
    """What is logged, and how it looks."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "console"] = "json"


class _Tables(BaseModel):
    """The tables of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Service
    database: Database = Database()
    inbound: Inbound = Inbound()
    mailbox: Mailbox = Mailbox()
    relay: Relay = Relay()
    trust: Trust = Trust()
    dkim: Dkim = Dkim()
    web: Web = Web()
    health: Watched = Watched()
    dns: Dns = Dns()
    coach: Coach = Coach()
    flows: Flows = Flows()
    templates: Templates = Templates()
    care: Care = Care()
    keep: Keep = Keep()
    log: Log = Log()


class Settings(_Tables):
    """The file and the secrets. `keys` seal the reply addresses, newest first; all of them open."""

    keys: tuple[bytes, ...] = Field(repr=False, min_length=1)
    relay_password: str = Field(default="", repr=False)
    mailbox_password: str = Field(default="", repr=False)

    def may_ask(self, address: str) -> bool:
        """Whether a first mail from here is read at all; who wrote it is found out later (decision 23)."""
        return self.trust.start != "listed" or self.service.lists(address)

    @property
    def flows_folder(self) -> Path:
        """Where the flow files are."""
        return Path(self.flows.folder) if self.flows.folder else shipped("flows")

    @property
    def templates_folders(self) -> tuple[Path, ...]:
        """Where the templates are: a file in the operator's folder takes the place of the shipped one."""
        own = (Path(self.templates.folder),) if self.templates.folder else ()
        return (shipped("templates"), *own)

    def paper(self, name: str) -> Path:
        """The template of a printed page."""
        return next(path for f in reversed(self.templates_folders) if (path := f / "papers" / name).exists())


def shipped(name: str) -> Path:
    """The folder of that name that came with the program: inside an installed wheel, else the repository's own."""
    package = Path(__file__).parent
    inside = package / "shipped" / name
    return inside if inside.is_dir() else package.parent / name


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the file and the secrets; SettingsError names every fault of both.

    None for the path means the file that ALLIANCE_CONFIG names, else `config/agent.toml` under the current directory.
    """
    path = path_of(path, environ)
    environ = secrets_beside(path) | dict(environ)
    keys, complaints = keys_of(environ.get("ALLIANCE_KEY", ""))
    try:
        tables = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        complaints.append(
            f"{path}: {error.strerror}; `alliance connect` writes one for a mailbox, or copy the shipped config/agent.toml, or name yours in ALLIANCE_CONFIG"
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        complaints.append(f"{path}: is no TOML: {error}")
    else:
        complaints += _across(tables, environ)
        tables = _mailbox_names_us(tables)
        try:
            # By way of JSON, since only there does strict reading take an array for a tuple.
            read = _Tables.model_validate_json(json.dumps({"service": {}} | tables, default=str))
        except ValidationError as error:
            complaints += _told(error)
    if complaints:
        raise SettingsError(tuple(complaints))
    mailbox, relay = (environ.get(name, "") for name in ("ALLIANCE_MAILBOX_PASSWORD", "ALLIANCE_RELAY_PASSWORD"))
    relay = relay or (mailbox if read.relay.user else "")
    return Settings(**dict(read), keys=keys, relay_password=relay, mailbox_password=mailbox)


def path_of(path: Path | None, environ: Mapping[str, str]) -> Path:
    """The file with the settings: this one, else what ALLIANCE_CONFIG names, else the one under the current directory."""
    return path or Path(environ.get("ALLIANCE_CONFIG") or DEFAULT_PATH)


def _mailbox_names_us(tables: dict[str, Any]) -> dict[str, Any]:
    """With a mailbox, its address is that of the service."""
    mailbox, service = tables.get("mailbox"), tables.get("service", {})
    address = mailbox.get("address") if isinstance(mailbox, dict) else None
    if not (isinstance(address, str) and "@" in address and isinstance(service, dict)):
        return tables
    local, _, domain = address.lower().rpartition("@")
    return tables | {"service": {"domain": domain, "local": local} | service}


def _across(tables: Mapping[str, object], environ: Mapping[str, str]) -> Iterator[str]:
    """Complain of settings that are well by themselves and not together; here, so that no other fault hides them."""
    names = ("relay", "inbound", "mailbox", "service", "trust", "database", "dns")
    relay, inbound, mailbox, service, trust, database, dns = (
        t if isinstance(t := tables.get(name), dict) else {} for name in names
    )
    password = environ.get("ALLIANCE_RELAY_PASSWORD")
    if relay.get("user") and not (password or environ.get("ALLIANCE_MAILBOX_PASSWORD") or mailbox.get("token_command")):
        yield "relay.user: has no password; give it in ALLIANCE_RELAY_PASSWORD"
    if password and not relay.get("user"):
        yield "ALLIANCE_RELAY_PASSWORD: is given without relay.user; name the user, or take the password away"
    if relay.get("user") and relay.get("tls", "none") == "none" and relay.get("host", LOOPBACK[0]) not in LOOPBACK:
        yield 'relay.tls: would send the password in the clear; choose "starttls" or "implicit"'
    if mailbox.get("address"):
        yield from _of_mailbox(mailbox, service, environ)
    if trust.get("authserv_id") and not mailbox.get("address") and inbound.get("protocol", "smtp") == "smtp":
        yield 'trust.authserv_id: anybody may write to an open port; take it out, or let a server before it hand mail in (inbound.protocol "lmtp")'
    if bool(inbound.get("tls_certificate")) != bool(inbound.get("tls_key")):
        yield "inbound.tls_certificate, inbound.tls_key: belong together; give both or none"
    lease, asks = database.get("lease_s", Database().lease_s), dns.get("timeout_s", Dns().timeout_s)
    if isinstance(lease, int) and isinstance(asks, int | float) and lease < asks + BUSY_S:
        yield f"database.lease_s: has to be {BUSY_S} or more above dns.timeout_s, or another node takes mail that is still being read; write at least {ceil(asks + BUSY_S)}"


def _of_mailbox(mailbox: Mapping[str, Any], service: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[str]:
    local = str(mailbox["address"]).rpartition("@")[0]
    if not mailbox.get("host"):
        yield "mailbox.host: is missing; write the IMAP server of the mailbox"
    if not (mailbox.get("token_command") or environ.get("ALLIANCE_MAILBOX_PASSWORD")):
        yield "mailbox.address: has no password; give it in ALLIANCE_MAILBOX_PASSWORD, or write mailbox.token_command"
    if mailbox.get("tls") == "none" and mailbox.get("host") not in LOOPBACK:
        yield 'mailbox.tls: would send the password in the clear; choose "starttls" or "implicit"'
    if mailbox.get("plus") and len(local.encode()) > LOCAL_OCTETS:
        yield f"mailbox.plus: needs an address with at most {LOCAL_OCTETS} characters before the @; take it out"
    if str(mailbox["address"]).lower() == str(service.get("contact")).lower():
        yield "service.contact: is the mailbox itself; write another address, at which people reach you"
    for name in {"domain", "local"} & set(service):
        yield f"service.{name}: stands in mailbox.address; take it out"


def _told(error: ValidationError) -> Iterator[str]:
    """Say each fault with the key path by which the operator finds it, and what to do."""
    for fault in error.errors(include_url=False, include_input=False):
        place = ".".join(str(step) for step in fault["loc"])
        if fault["type"] == "extra_forbidden":
            yield f"{place}: is no setting{_meant(fault['loc'])}"
        elif fault["type"] == "missing":
            yield f"{place}: is missing; {NEEDED.get(place, 'write a value')}"
        elif fault["type"] == "value_error":
            yield f"{place}: {fault['ctx']['error']}"
        else:
            yield f"{place}: {fault['msg'][0].lower()}{fault['msg'][1:]}"


def _meant(loc: tuple[int | str, ...]) -> str:
    """Guess the name that was meant; secrets are shown their place."""
    if "key" in str(loc[-1]) or "password" in str(loc[-1]):
        return "; secrets come from the environment: ALLIANCE_KEY, ALLIANCE_RELAY_PASSWORD, ALLIANCE_MAILBOX_PASSWORD"
    known = _Tables.model_fields
    if len(loc) > 1:
        section = known[str(loc[0])].annotation
        assert isinstance(section, type)
        assert issubclass(section, BaseModel)
        known = section.model_fields
    close = difflib.get_close_matches(str(loc[-1]), known, 1)
    return f"; did you mean {'.'.join((*map(str, loc[:-1]), close[0]))}?" if close else "; take it out"
