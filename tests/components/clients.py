"""Real mail programs that reply to a letter without a person: each is given the letter and what is typed, and gives a mail.

The person's editor is a script that types above the quote, below it, or between its lines; a stand-in for sendmail keeps
what is sent. A program that wants a terminal gets one, and is answered when it has shown what it waits for.
"""

import fcntl
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 90  # seconds for any one thing that a program does; they need less than two

EDITOR = f"""#!{sys.executable}
import os, re, sys
with open(sys.argv[-1], encoding="utf-8") as file:
    text = file.read()
head = re.match(r"(?:(?:#|[\\w-]+:).*\\n(?:[ \\t].*\\n)*)*(?:-*\\n)?", text)[0]
lines = text[len(head):].split("\\n")
typed = os.environ["TYPED"].split("\\n")
marked = [n for n, line in enumerate(lines) if line.startswith(">")]
asks = [n for n in marked if lines[n].rstrip().endswith("?")] or marked[len(marked) // 2:]
if os.environ["PLACE"] == "top":
    at, typed = next((n for n, line in enumerate(lines) if line.strip()), 0), [*typed, ""]
elif os.environ["PLACE"] == "bottom":
    at, typed = marked[-1] + 1, ["", *typed]
else:
    at, typed = asks[-1] + 1, ["", *typed, ""]
lines[at:at] = typed
with open(sys.argv[-1], "w", encoding="utf-8") as file:
    file.write(head + "\\n".join(lines))
"""
SENDMAIL = '#!/bin/sh\ncat > "$SENT"\n'


@dataclass(frozen=True)
class Desk:
    """Where somebody sits: a home of their own, the letter that they answer, and what they are about to type where."""

    home: Path
    letter: bytes  # with LF, as programs keep it
    address: str
    typed: str
    place: str  # top, bottom, between

    @property
    def editor(self) -> Path:
        return self.home / "editor"

    @property
    def sendmail(self) -> Path:
        return self.home / "sendmail"

    @property
    def env(self) -> dict[str, str]:
        known = {"HOME": str(self.home), "EDITOR": str(self.editor), "VISUAL": str(self.editor), "TERM": "xterm"}
        known |= {"TYPED": self.typed, "PLACE": self.place, "SENT": str(self.home / "sent"), "LC_ALL": "C.UTF-8"}
        return known | {"PATH": f"{os.environ['PATH']}:/usr/bin/mh", "TZ": "Europe/Berlin"}

    def write(self, name: str, text: str) -> Path:
        """A file in this home, such as the settings of a program; nobody else may read it."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(0o700)
        return path

    def maildir(self, name: str) -> Path:
        """The letter in a maildir."""
        for folder in ("cur", "new", "tmp"):
            (self.home / name / folder).mkdir(parents=True)
        (self.home / name / "cur" / "1.letter.test:2,S").write_bytes(self.letter)
        return self.home / name

    def mbox(self) -> Path:
        """The letter in an mbox."""
        path = self.home / "mbox"
        path.write_bytes(b"From alliance@example.org Mon Mar  2 10:00:00 2026\n" + self.letter + b"\n")
        return path

    def run(self, *command: str | Path, says: str = "") -> bytes:
        """Run a program to its end, with this on its standard input."""
        done = subprocess.run(
            command,
            input=says.encode(),
            env=self.env,
            cwd=self.home,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, (done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout


def sit_down(home: Path, letter: bytes, address: str, typed: str, place: str) -> Desk:
    """A new home with an editor and a sendmail in it."""
    home.mkdir(parents=True)
    desk = Desk(home, letter.replace(b"\r\n", b"\n"), address, typed, place)
    desk.write("editor", EDITOR)
    desk.write("sendmail", SENDMAIL)
    return desk


def on_terminal(desk: Desk, *command: str | Path, says: Sequence[tuple[bytes, bytes]] = ()) -> None:
    """Run a program on a terminal until it has sent its mail. `says`: what to type once it has shown this, in order."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    pipe = desk.home / "pipe"
    os.mkfifo(pipe)
    mail = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # what the stand-in for sendmail writes; its end is the mail's
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=desk.env | {"SENT": str(pipe)},
        cwd=desk.home,
    )
    os.close(theirs)
    shown, sent, waits, listens = b"", b"", list(says), [mail, ours]
    while ready := select.select(listens, [], [], PATIENCE)[0]:
        if mail in ready:
            said = os.read(mail, 65536)
            sent += said
            if sent and not said:
                break
        if ours in ready:
            try:
                shown += os.read(ours, 65536)
            except OSError:  # it has ended
                listens = [mail]
            if waits and waits[0][0] in shown:
                os.write(ours, waits.pop(0)[1])
                shown = b""
    os.close(ours)  # which hangs up on it
    os.close(mail)
    process.wait(PATIENCE)
    assert sent, shown[-2000:]
    (desk.home / "sent").write_bytes(sent)


# ---------------------------------------------------------------- the programs


def mutt(desk: Desk, program: str = "mutt") -> None:
    """Mutt, with a signature."""
    desk.write("signature", "Jonas Berg\n+49 30 5550 007\n")
    rc = desk.write(
        "rc",
        f'set folder="{desk.home}" sendmail="{desk.sendmail}" editor="{desk.editor}" signature="{desk.home}/signature"\n'
        f'set from="{desk.address}" realname="Jonas Berg" use_from=yes edit_headers=no fast_reply=yes include=yes copy=no\n'
        "set move=no quit=yes abort_unmodified=no confirmappend=no beep=no sleep_time=0 wait_key=no charset=utf-8\n",
    )
    keys = 'push "<reply><send-message><quit>"'
    on_terminal(desk, program, "-n", "-F", rc, "-f", desk.maildir("Mail"), "-e", keys)


def neomutt(desk: Desk) -> None:
    """NeoMutt, which parted from it."""
    mutt(desk, "neomutt")


def s_nail(desk: Desk) -> None:
    """S-nail, the mailx of many systems."""
    settings = f'set v15-compat mta={desk.sendmail} mta-no-default-arguments from="Jonas Berg <{desk.address}>"\n'
    rc = desk.write("rc", f'{settings}set quote indentprefix="> " sendwait\n')
    s_nail = ("s-nail", "-#", "-S", "v15-compat", "-f", desk.mbox())
    desk.run("env", f"MAILRC={rc}", *s_nail, says="reply 1\n~e\n~.\nxit\n")


def mblaze(desk: Desk) -> None:
    """Mblaze's mrep."""
    desk.write(".mblaze/profile", f"Local-Mailbox: Jonas Berg <{desk.address}>\nSendmail: {desk.sendmail}\n")
    (letter,) = (desk.maildir("Mail") / "cur").iterdir()
    desk.run("mseq", "-S", says=f"{letter}\n")
    desk.run("mrep", "1", says="s\n")


def nmh(desk: Desk) -> None:
    """MH's repl, which quotes a message as it lies on the disk: its parts, its encoding and all."""
    desk.write("Mail/inbox/1", desk.letter.decode())
    desk.write(".mh_profile", f"Path: Mail\nLocal-Mailbox: Jonas Berg <{desk.address}>\n")
    mts = desk.write("mts.conf", f"mts: sendmail/pipe\nsendmail: {desk.sendmail}\n")
    repl = ("repl", "-format", "-filter", "mhl.reply", "-editor", desk.editor, "1")
    desk.run("env", f"MHMTSCONF={mts}", *repl, says="send\n")


def notmuch(desk: Desk) -> None:
    """Notmuch, which writes the quote and leaves the rest to others."""
    user = f"[user]\nname=Jonas Berg\nprimary_email={desk.address}\n"
    desk.write(".notmuch-config", f"[database]\npath={desk.maildir('Mail')}\n{user}[new]\ntags=inbox\n")
    desk.run("notmuch", "new", "--quiet")
    draft = desk.write("draft", desk.run("notmuch", "reply", "*").decode())
    desk.run(desk.editor, draft)
    desk.run(desk.sendmail, says=draft.read_text("utf-8"))


def emacs(desk: Desk) -> None:
    """Rmail in Emacs, which shows the HTML as text and quotes what it shows."""
    lisp = desk.write(
        "go.el",
        f"""(setq user-mail-address "{desk.address}" user-full-name "Jonas Berg" sendmail-program "{desk.sendmail}"
      send-mail-function 'sendmail-send-it message-send-mail-function 'message-send-mail-with-sendmail
      mail-user-agent 'message-user-agent rmail-file-name "{desk.home}/RMAIL")
(require 'rmail) (require 'message)
(rmail "{desk.mbox()}") (rmail-reply t) (message-yank-original) (message-goto-body)
(let ((file "{desk.home}/draft"))
  (write-region (point) (point-max) file)
  (call-process "{desk.editor}" nil nil nil file)
  (delete-region (point) (point-max))
  (insert-file-contents file))
(message-send)
""",
    )
    desk.run("emacs", "--batch", "--no-site-file", "--load", lisp)


def alpine(desk: Desk) -> None:
    """Alpine, which quotes the HTML half as it shows it, below a block of headers."""
    features = (
        "enable-alternate-editor-implicitly,enable-alternate-editor-cmd,include-header-in-reply,include-text-in-reply"
    )
    features += ",quit-without-confirm,send-without-confirm,expunge-without-confirm-everywhere"
    rc = f"personal-name=Jonas Berg\nuser-domain=example.org\nalt-addresses={desk.address}\n"
    rc += f"customized-hdrs=From: Jonas Berg <{desk.address}>\nsendmail-path={desk.sendmail} -t\neditor={desk.editor}\n"
    rc += f'inbox-path={desk.mbox()}\ndefault-fcc=""\nfeature-list={features}\nlast-version-used=6.26\n'
    (desk.home / "mail").mkdir()
    on_terminal(desk, "alpine", "-p", desk.write("rc", rc), "-I", "I,R", says=[(b"editor done", b"\x18")])


def aerc(desk: Desk) -> None:
    """Aerc."""
    source = desk.maildir("Mail/INBOX").parent
    account = f"[jonas]\nsource=maildir://{source}\nfrom=Jonas Berg <{desk.address}>\noutgoing={desk.sendmail}\n"
    desk.write(".config/aerc/accounts.conf", f"{account}default=INBOX\n").chmod(0o600)
    desk.write(".config/aerc/aerc.conf", f"[compose]\neditor={desk.editor}\n")
    on_terminal(desk, "aerc", says=[(b"Alliance", b":reply -q\r"), (b"Send this email", b"y")])


CLIENTS: dict[str, Callable[[Desk], None]] = {
    "mutt": mutt,
    "neomutt": neomutt,
    "s-nail": s_nail,
    "mrep": mblaze,
    "mhparam": nmh,
    "notmuch": notmuch,
    "emacs": emacs,
    "alpine": alpine,
    "aerc": aerc,
}  # by a command that is there where the program is


def is_installed(command: str) -> bool:
    """Whether the program is on this machine; MH keeps its own apart."""
    return shutil.which(command, path=f"{os.environ['PATH']}:/usr/bin/mh") is not None


def replied(command: str, desk: Desk) -> bytes:
    """What the program sent."""
    CLIENTS[command](desk)
    return (desk.home / "sent").read_bytes()
