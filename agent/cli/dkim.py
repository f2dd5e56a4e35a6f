"""`alliance dkim`: makes the keys that sign letters, and says what to put into the DNS for letters to arrive."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from agent.cli.common import complain, complaining, settings

if TYPE_CHECKING:
    from agent.mail.dkim import Signer
    from agent.settings import Settings

STRING = 255  # octets of one string in a TXT record (RFC 1035 section 3.3.14)


class Record(NamedTuple):
    """One record to put into the DNS, and what it is for."""

    name: str
    kind: str
    value: str
    why: str

    @property
    def line(self) -> str:
        """The record as a zone file has it, long text in pieces."""
        if self.kind != "TXT":
            return f"{self.name}.  IN {self.kind}  {self.value}."
        pieces = [self.value[i : i + STRING] for i in range(0, len(self.value), STRING)]
        text = "\n    ".join(f'"{piece}"' for piece in pieces)
        return f"{self.name}.  IN TXT  " + (text if len(pieces) == 1 else f"(\n    {text} )")


def dkim(
    selector: Annotated[
        str, typer.Option(metavar="NAME", help="Which key: the first part of its name in the DNS.")
    ] = "",
    ed25519: Annotated[bool, typer.Option("--ed25519", help="Make a short key, beside one of RSA.")] = False,
    zone: Annotated[bool, typer.Option("--zone", help="As the lines of a zone file, and nothing else.")] = False,
) -> None:
    """Make a key that signs letters, and say what goes into the DNS. A key that is there stays."""
    from datetime import UTC, datetime

    from agent.settings import SELECTOR, path_of

    with complaining():
        chosen = settings()
        this_year = f"{'e' if ed25519 else 'a'}{datetime.now(UTC):%Y}"
        name = selector or (this_year if ed25519 else next(iter(chosen.dkim.keys), this_year))
        if not re.fullmatch(SELECTOR, name):
            complain((f"{name!r} is no name for a key; small letters, digits and hyphens are, such as a2026",))
        file = Path(chosen.dkim.keys.get(name) or path_of(None, os.environ).with_name(f"dkim-{name}.pem"))
        made = not file.exists() and _made(file, ed25519=ed25519)
        signers = [_signer(chosen, n, Path(f)) for n, f in ({name: str(file)} | chosen.dkim.keys).items()]
    records = [*map(_key_record, signers), *_others(chosen)]
    if zone:
        typer.echo("\n".join(record.line for record in records))
        return
    typer.echo(f"Made {file}, readable by you alone." if made else f"{file} is there, and stays as it is.")
    if chosen.mailbox.address:
        typer.echo(
            "Your letters go out through a mailbox, whose provider mostly signs them: see `alliance doctor` first."
        )
    _tell(records)
    _next(chosen, name, file)


def _made(file: Path, *, ed25519: bool) -> bool:
    """Make a key where there is none; an existing one is never touched."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    from agent.mail.dkim import RSA_BITS

    key = Ed25519PrivateKey.generate() if ed25519 else generate_private_key(65537, RSA_BITS)
    try:
        hidden = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        complain((f"{file}: {error.strerror}; make the folder, or run this as who may write there",))
    with os.fdopen(hidden, "wb") as opened:
        opened.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return True


def _signer(chosen: "Settings", selector: str, file: Path) -> "Signer":
    from agent.mail.dkim import signer_of

    try:
        return signer_of(chosen.service.domain, selector, file.read_bytes())
    except (OSError, ValueError) as error:
        complain((f"{file} {error}",))


def _key_record(signer: "Signer") -> Record:
    return Record(signer.name, "TXT", signer.record, "DKIM: with this key others check our signature")


def _others(chosen: "Settings") -> list[Record]:
    """What else the domain needs, as far as it can be told from here."""
    from agent.settings import LOOPBACK

    domain, relay = chosen.service.domain, chosen.relay.host
    if relay in LOOPBACK:
        spf, why = "v=spf1 mx -all", "SPF: letters come from the servers that take its mail"
    else:
        spf, why = (
            f"v=spf1 a:{relay} ~all",
            f"SPF: ask who runs {relay} whether it is another text, mostly with include:",
        )
    found = [
        Record(domain, "TXT", spf, why),
        Record(f"_dmarc.{domain}", "TXT", "v=DMARC1; p=none", "DMARC: p=reject once `alliance doctor` finds no fault"),
    ]
    if chosen.mailbox.address:
        return found
    host = f"mail.{domain}"
    return [*found, Record(domain, "MX", f"10 {host}", f"MX: instead of {host} the name of your mail server")]


def _tell(records: list[Record]) -> None:
    """One record after the other, its value on a line of its own, to be copied whole."""
    typer.echo("\nPut these into the DNS. `alliance dkim --zone` writes them as lines of a zone file.")
    for number, record in enumerate(records, 1):
        typer.echo(f"\n{number}  {record.why}")
        typer.echo(f"   Name   {record.name}\n   Type   {record.kind}\n   Value  {record.value}")


def _next(chosen: "Settings", selector: str, file: Path) -> None:
    from agent.settings import path_of

    if selector in chosen.dkim.keys:
        typer.echo(f"\nLetters are signed with {selector}. `alliance doctor` says whether the DNS has it.")
        return
    both = ", ".join(f'{n} = "{f}"' for n, f in (chosen.dkim.keys | {selector: str(file.resolve())}).items())
    where = path_of(None, os.environ)
    typer.echo(f"\nWhen the DNS has it, write this under [dkim] in {where}, and restart:\n\nkeys = {{ {both} }}")
    typer.echo("\n`alliance doctor` says whether all of it is right.")
