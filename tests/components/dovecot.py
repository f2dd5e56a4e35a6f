"""A real Dovecot on loopback, in a folder of its own, with the lines of config/dovecot as operators get them.

IMAP, LMTP for what others send, and submission. What stands here beside the sample is where things are on this machine, and
what the sample leaves out: OAuth2, and a server that sends.
"""

import base64
import hmac
import json
import os
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from browser import lacking
from imapclient import IMAPClient

PASSWORD = "correct-horse"
HOST = "localhost"
SAMPLE = Path(__file__).parents[2] / "config/dovecot/local.conf"
_CONF = """
protocols = imap lmtp submission
base_dir = {d}/run
state_dir = {d}/run
log_path = {d}/log
listen = 127.0.0.1
ssl_cert = <{d}/cert.pem
ssl_key = <{d}/key.pem
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
mail_max_userip_connections = 100
first_valid_uid = 1
recipient_delimiter = {delimiter}
hostname = mail.example.test
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {d}/oauth2.conf
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service submission-login {{
  inet_listener submission {{
    port = {submission}
  }}
}}
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
"""
_JWT_KEY = b"whoever has this makes tokens, here only"
_OAUTH2 = """
introspection_mode = local
username_attribute = sub
local_validation_key_dict = fs:posix:prefix={d}/keys/
"""


@dataclass
class Dovecot:
    """A running server. Its certificate is its own, so who asks it must know that."""

    folder: Path
    ports: dict[str, int]
    process: "subprocess.Popen[bytes]" = field(init=False)

    @property
    def certificate(self) -> Path:
        return self.folder / "cert.pem"

    def start(self) -> None:
        """Start it, again where children of one that was killed still have its ports."""
        command = ["dovecot", "-F", "-c", self.folder / "dovecot.conf"]
        self.process = subprocess.Popen(command, start_new_session=True)
        until = time.monotonic() + 90
        while not all(map(_answers, self.ports.values())) and time.monotonic() < until:
            if self.process.poll() is not None:
                self.process = subprocess.Popen(command, start_new_session=True)
            time.sleep(0.02)  # it is another process that starts

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()

    def kill(self) -> None:
        """End all of its processes at once, as a machine's trouble does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        (self.folder / "run/master.pid").unlink(missing_ok=True)  # as after a boot: by now another may have that number

    def deliver(self, to: str, raw: bytes, sender: str = "someone@example.net") -> None:
        """Hand in a mail as the provider's own MX does."""
        with smtplib.LMTP("127.0.0.1", self.ports["lmtp"], timeout=60) as client:
            client.sendmail(sender, [to], raw)

    def maildir(self, user: str) -> Path:
        """Where this user's mail lies."""
        return self.folder / "mail" / user / "Maildir"

    def client(self, user: str) -> IMAPClient:
        """The owner's own program."""
        trusted = ssl.create_default_context(cafile=self.certificate)
        client = IMAPClient(HOST, self.ports["imaps"], ssl_context=trusted)
        client.login(user, PASSWORD)
        client.select_folder("INBOX")
        return client

    def flags(self, user: str) -> dict[str, bool]:
        """Each mail of the mailbox by its subject, and whether it is marked as read."""
        with self.client(user) as client:
            found = client.fetch(client.search() or [0], ["FLAGS", "ENVELOPE"])
            return {one[b"ENVELOPE"].subject.decode(): rb"\Seen" in one[b"FLAGS"] for one in found.values()}

    def seen(self, user: str) -> list[str]:
        """The subjects of the mails that are marked as read."""
        with self.client(user) as client:
            found = client.fetch(client.search(["SEEN"]) or [0], ["ENVELOPE"])
            return [one[b"ENVELOPE"].subject.decode() for one in found.values()]

    def access_token(self, user: str) -> str:
        """What an OAuth2 server would give this user (RFC 7519)."""
        said = {"sub": user, "exp": 2**32, "iat": 1}
        parts = [base64.urlsafe_b64encode(json.dumps(x).encode()) for x in ({"alg": "HS256", "typ": "JWT"}, said)]
        signed = b".".join(part.rstrip(b"=") for part in parts)
        proof = base64.urlsafe_b64encode(hmac.digest(_JWT_KEY, signed, "sha256")).rstrip(b"=")
        return (signed + b"." + proof).decode()

    def renumber(self, user: str) -> None:
        """Give all mails new numbers and another validity, as a server does that was restored or moved."""
        self.stop()
        for index in self.maildir(user).glob("dovecot*"):
            index.unlink()
        self.start()


@contextmanager
def dovecot(
    folder: Path, relay: int, free_port: Callable[[], int], user: str, delimiter: str = "+", *, idle: bool = True
) -> Iterator[Dovecot]:
    if not shutil.which("dovecot"):
        lacking("Dovecot is not installed")
    if os.geteuid() != 0:
        lacking("Dovecot changes its user, which takes root")
    server = Dovecot(folder, {name: free_port() for name in ("imap", "imaps", "lmtp", "submission")})
    for name in ("mail", "keys/default/HS256"):
        (folder / name).mkdir(parents=True)
    shutil.chown(folder / "mail", "nobody", "nogroup")
    _certify(folder)
    (folder / "keys/default/HS256/default").write_text(base64.b64encode(_JWT_KEY).decode())
    (folder / "oauth2.conf").write_text(_OAUTH2.format(d=folder))
    (folder / "users").write_text(f"{user}:{{PLAIN}}{PASSWORD}\n")
    config = SAMPLE.read_text("utf-8")
    for theirs, ours in {
        "/etc/dovecot/alliance-users": f"{folder}/users",
        "/var/spool/postfix/private/dovecot-lmtp": "postfix",
        "uid=vmail gid=vmail home=/var/vmail/": f"uid=nobody gid=nogroup home={folder}/mail/",
        "user = postfix\n    group = postfix": "user = nobody",
    }.items():
        assert theirs in config
        config = config.replace(theirs, ours)
    config += _CONF.format(d=folder, delimiter=delimiter, relay=relay, **server.ports)
    if not idle:
        config += "imap_capability = IMAP4rev1 LITERAL+ UIDPLUS MOVE\n"
    (folder / "dovecot.conf").write_text(config)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _answers(port: int) -> bool:
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def _certify(folder: Path) -> None:
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
