"""A real Postfix on loopback, in a folder of its own, with the lines of config/postfix as operators get them.

It takes mail at a public port and hands it over by LMTP, and carries our letters on to `carrier`. What stands here beside the
samples is only what every installation has anyway, and what makes it quick.
"""

import os
import re
import shutil
import signal
import smtplib
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from browser import lacking

SAMPLES = Path(__file__).parents[2] / "config" / "postfix"
_MAIN = """
compatibility_level = 3.6
queue_directory = {d}/queue
data_directory = {d}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {d}/log
maillog_file_prefixes = {d}
multi_instance_enable = yes
multi_instance_name = postfix-test
myhostname = mx.example.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
relayhost = [127.0.0.1]:{carrier}
smtp_host_lookup = native
disable_dns_lookups = yes
in_flow_delay = 0
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
service_throttle_time = 1s
"""
_MASTER = """
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 1 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
lmtp      unix  - - n - - lmtp
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd -o max_use=1000000000 -o max_idle=1d
"""


@dataclass
class Postfix:
    """A running Postfix: its public port, and the one for our letters."""

    folder: Path
    port: int
    submission: int

    def run(self, command: str, *arguments: str) -> str:
        """One of its own programs, on this instance."""
        done = subprocess.run(
            [command, "-c", self.folder / "etc", *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout

    def start(self) -> None:
        self.run("postfix", "start")

    def stop(self) -> None:
        """End it as `postfix stop` does, which waits for its log for ever when that hangs; then it is killed."""
        master = int((self.folder / "queue/pid/master.pid").read_text())
        with suppress(ProcessLookupError):
            os.kill(master, signal.SIGTERM)
            if not wait_for(lambda: _is_gone(master), 10):
                os.killpg(master, signal.SIGKILL)

    def set(self, *settings: str) -> None:
        """Change settings ("name = value") of the running instance."""
        self.run("postconf", "-e", *settings)
        self.run("postfix", "reload")

    @property
    def queued(self) -> int:
        """How many messages it still has to deliver or to give up."""
        folders = (self.folder / "queue" / name for name in ("maildrop", "incoming", "active", "deferred"))
        return sum(1 for folder in folders for path in folder.rglob("*") if path.is_file())

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def hand_in(self, sender: str, to: str, raw: bytes) -> None:
        """Hand a mail to its public port, as another server does: who gets no answer calls again."""
        for left in (2, 1, 0):
            try:
                with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
                    client.sendmail(sender, [to], raw)
            except (TimeoutError, smtplib.SMTPServerDisconnected) as error:
                if left:
                    continue
                error.add_note(self.log)
                raise
            return


@contextmanager
def postfix(
    folder: Path,
    carrier: int,
    lmtp: int,
    free_port: Callable[[], int],
    domain: str,
    more: dict[str, str] | None = None,
    milter: int = 0,
) -> Iterator[Postfix]:
    """Run one until the block ends. `more` is what a test adds to main.cf ("main") and master.cf ("master").

    With the port of an OpenDKIM in `milter` that one signs our letters.
    """
    if not shutil.which("postfix"):
        lacking("Postfix is not installed")
    if os.geteuid() != 0:
        lacking("Postfix changes its user, which takes root")
    made, more = Postfix(folder, free_port(), free_port()), more or {}
    for name in ("etc", "queue", "data"):
        (folder / name).mkdir(parents=True)
    folder.chmod(0o755)
    shutil.chown(folder / "data", "postfix")
    main = (SAMPLES / "main.cf").read_text("utf-8").replace("alliance.example.org", domain).replace(":8024", f":{lmtp}")
    master = (SAMPLES / "master.cf").read_text("utf-8").replace("127.0.0.1:10025", f"127.0.0.1:{made.submission}")
    master = re.sub(r"^smtp {2,}inet", f"127.0.0.1:{made.port} inet", master, flags=re.MULTILINE)
    master = re.sub(r"^(\S+ +inet +\S +\S +)y", r"\1n", master, flags=re.MULTILINE)  # no chroot: nobody has filled one
    if milter:
        master = re.sub(r"^#(  -o \S*milter)", r"\1", master, flags=re.MULTILINE).replace(":8891", f":{milter}")
    (folder / "etc/main.cf").write_text(_MAIN.format(d=folder, carrier=carrier) + main + more.get("main", ""))
    (folder / "etc/master.cf").write_text(master + _MASTER + more.get("master", ""))
    made.start()
    try:
        yield made
    finally:
        made.stop()


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except OSError:
        return True


def wait_for(condition: Callable[[], object], seconds: float = 30) -> bool:
    """Whether it came true in time: other processes are at work, which tell nobody."""
    until = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < until:
        time.sleep(0.02)
    return bool(found)
