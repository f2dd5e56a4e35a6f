"""Other mail servers, each set up to accept as fast as it can while every mail is on the disk before its 250.

Each is started when its command is found on PATH, on loopback and in a folder of its own, and takes all mail for one address.
What they do with a mail afterwards is left out as far as they let us: what counts is taking it.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from stage import OURS, ROOT, Server

sys.path += [str(ROOT / "tests"), str(ROOT / "tests/components")]

from ports import free_port

# Haraka leaves to plugins what becomes of a mail; its own `queue/test` does the same as this, without the flush.
_HARAKA = """\
const fs = require('node:fs')

exports.hook_rcpt = (next) => next(OK)

exports.hook_queue = (next, connection) => {
    const file = fs.createWriteStream(`kept/${connection.transaction.uuid}`, { flush: true })
    file.on('error', () => next(DENYSOFT))
    file.on('close', () => next(OK))
    connection.transaction.message_stream.pipe(file)
}
"""
# Salmon's `handlers.queue` does the same, and cannot be loaded without the one that also writes every mail into the log.
_SALMON = """\
from salmon.queue import Queue
from salmon.routing import nolocking, route, stateless
from salmon.server import LMTPReceiver

receiver = LMTPReceiver("127.0.0.1", {port})
receiver.listen(100)  # it asks for 5, and loses most of 50 that come at once
kept = Queue("kept")

@route("(to)@(host)", to=".+", host=".+")
@stateless
@nolocking
def START(message, to, host):
    kept.push(message)
"""
_MAILMAN = """\
[paths.here]
var_dir: {folder}/var

[mta]
incoming: mailman.mta.null.NullMTA
lmtp_port: {port}
"""


@contextmanager
def postfix(folder: Path) -> Iterator[Server]:
    """A Postfix that keeps in its queue and throws away from there; it works as several processes."""
    from postfix import postfix as running  # noqa: PLC0415 - the tests' own, which need more than the benches

    # Without a log: its servers wait for ever where its own process for the log has not started.
    settings = (
        "maillog_file =",
        "relayhost =",
        "default_transport = discard:",
        "smtpd_client_connection_count_limit = 1000",
    )
    more = {"main": "".join(f"{setting}\n" for setting in settings)}
    with running(folder, 25, 24, free_port, "alliance.invalid", more) as server:
        yield Server(server.submission, int((folder / "queue/pid/master.pid").read_text()))


@contextmanager
def haraka(folder: Path) -> Iterator[Server]:
    """A Haraka that writes each mail to a file of its own and flushes it; in one process, where it is the quickest."""
    port = free_port()
    subprocess.run(["haraka", "-i", str(folder)], check=True, stdout=subprocess.DEVNULL)
    (folder / "config/smtp.ini").write_text(f"listen=127.0.0.1:{port}\nnodes=0\n")
    (folder / "config/log.ini").write_text("[main]\nlevel=error\n")
    (folder / "config/plugins").write_text("keep\n")
    (folder / "plugins/keep.js").write_text(_HARAKA)
    (folder / "kept").mkdir()
    with _running(folder, port, "haraka", "-c", str(folder)) as pid:
        yield Server(port, pid)


@contextmanager
def salmon(folder: Path) -> Iterator[Server]:
    """Salmon's LMTP server, which keeps in a maildir."""
    port = free_port()
    (folder / "config").mkdir()
    (folder / "config/settings.py").write_text(_SALMON.format(port=port))
    (folder / "config/boot.py").touch()
    with _running(folder, port, "salmon", "start", "--no-daemon") as pid:
        yield Server(port, pid, "LHLO")


@contextmanager
def mailman(folder: Path) -> Iterator[Server]:
    """Mailman's LMTP runner alone, which keeps in the queue of one list; its `runner` lies beside its command."""
    port, config, command = free_port(), folder / "mailman.cfg", str(shutil.which("mailman"))
    config.write_text(_MAILMAN.format(folder=folder, port=port))
    create = [command, "-C", str(config), "--run-as-root", "create", OURS]
    subprocess.run(create, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    with _running(folder, port, str(Path(command).with_name("runner")), "-C", str(config), "--runner", "lmtp") as pid:
        yield Server(port, pid, "LHLO")


def started(stack: ExitStack) -> tuple[dict[str, Server], list[str]]:
    """Start every peer that is installed, until `stack` is left; and say which ones are not."""
    servers, missing = {}, []
    for start in (postfix, haraka, salmon, mailman):
        name = start.__name__
        if not shutil.which(name):
            missing.append(f"{name.title()} (not installed)")
        elif start is postfix and os.geteuid() != 0:
            missing.append("Postfix (takes root)")
        else:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=name))
            servers[name.title()] = stack.enter_context(start(Path(folder)))
    return servers, missing


@contextmanager
def _running(folder: Path, port: int, *command: str) -> Iterator[int]:
    """Run this in its folder until the block ends; its process id once it listens. What it says is kept in `log`."""
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as child,
    ):
        try:
            while not _listens(port):
                if child.poll() is not None:
                    raise SystemExit(f"{command[0]} ended: {(folder / 'log').read_text()}")
                time.sleep(0.1)
            yield child.pid
        finally:
            child.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
