"""A real OpenDKIM: as a milter with the lines of config/opendkim, or asked what it thinks of some letters."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from browser import lacking

from agent.mail.dkim import Signer

_BORDER = """
Syslog no
Mode v
Socket inet:{port}@127.0.0.1
UserID opendkim
AuthservID {id}
AlwaysAddARHeader yes
RemoveARFrom {id}
InternalHosts {d}/nobody
PeerList {d}/nobody
ExternalIgnoreList {d}/nobody
On-BadSignature accept
TestPublicKeys {d}/keys
"""
SAMPLE = Path(__file__).parents[2] / "config" / "opendkim" / "opendkim.conf"


def installed() -> None:
    """Skip the test where it is missing."""
    if not shutil.which("opendkim"):
        lacking("OpenDKIM is not installed")


def opinions(folder: Path, letters: Sequence[bytes], signers: Sequence[Signer]) -> list[list[str]]:
    """What it says of the signatures of each letter: pass, fail, ... The keys are told, so that no DNS is asked."""
    (folder / "keys").write_text("".join(f"{s.name} {s.record}\n" for s in signers))
    (folder / "verify.conf").write_text(f"Syslog no\nMode v\nTestPublicKeys {folder}/keys\n")
    files = [folder / f"{n}.eml" for n in range(len(letters))]
    for file, raw in zip(files, letters, strict=True):
        file.write_bytes(raw)
    command = ["opendkim", "-x", str(folder / "verify.conf"), "-vv", "-t", ",".join(map(str, files))]
    said = subprocess.run(command, capture_output=True, check=False, text=True)
    blocks = said.stdout.split("### INSHEADER")[1:]
    return [re.findall(r"^\s*dkim=(\w+)", block, re.MULTILINE) for block in blocks]


@contextmanager
def opendkim(folder: Path, port: int, domain: str, selector: str, pem: bytes) -> Iterator[None]:
    """Run it as the sample says, but with this domain, key and port, in a folder of its own."""
    installed()
    key = folder / "key.pem"
    key.touch(0o600)
    key.write_bytes(pem)
    shutil.chown(folder, "opendkim")
    shutil.chown(key, "opendkim")
    text = SAMPLE.read_text("utf-8").replace("alliance.example.org", domain).replace("a2026", selector)
    for name, value in {
        "KeyFile": key,
        "Socket": f"inet:{port}@127.0.0.1",
        "PidFile": folder / "pid",
        "Syslog": "no",
        "RequireSafeKeys": "no",  # everybody may write beside the folders of tests
    }.items():
        text = re.sub(rf"^{name} .*$", f"{name} {value}", text, flags=re.MULTILINE)
    (folder / "opendkim.conf").write_text(text)
    with _running(folder, port):
        yield


@contextmanager
def verifying(
    folder: Path, port: int, authserv_id: str, records: Mapping[str, tuple[str, ...] | None]
) -> Iterator[None]:
    """Run it as a border: it says of each mail what its signature is worth, and takes away who claims to be it."""
    installed()
    keys = "".join(f"{name} {value[0]}\n" for name, value in records.items() if value and "_domainkey" in name)
    (folder / "keys").write_text(keys)
    (folder / "nobody").write_text("")  # not even this machine is inside
    (folder / "opendkim.conf").write_text(_BORDER.format(d=folder, port=port, id=authserv_id))
    with _running(folder, port):
        yield


@contextmanager
def _running(folder: Path, port: int) -> Iterator[None]:
    if os.geteuid() != 0:
        lacking("OpenDKIM changes its user, which takes root")
    process = subprocess.Popen(["opendkim", "-f", "-x", folder / "opendkim.conf"])
    try:
        for _ in range(200):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "it said why and ended"
            time.sleep(0.02)  # it is another process that starts
        yield
    finally:
        process.terminate()
        process.wait()
