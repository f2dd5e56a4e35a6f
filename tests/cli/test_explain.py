"""What an operator is shown of how one mail was read."""

import asyncio
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.rehearsal.mailbox import newest
from agent.rehearsal.play import rehearsing
from agent.rehearsal.script import Person

MAYA = Person("maya", "Maya Lind", "maya@example.org", ZoneInfo("Europe/Berlin"))
JONAS = Person("jonas", "Jonas Berg", "jonas@example.org", ZoneInfo("Europe/Berlin"))
OVEN = "Written by the oven\nLind & Berg Bakery · bread since May"
LETTER = """From: Alliance <alliance@example.org>
Subject: 3 of 12

What is good feedback to you?

When, where, how straight?
"""
REPLY = """From: Jonas Berg <jonas@example.org>
Subject: Re: 3 of 12
In-Reply-To: <one@example.org>

Straight, please.

Sent from my iPhone

On Mon, 2 Mar 2026 at 10:02, Alliance <alliance@example.org> wrote:
> What is good feedback to you?
>
> When, where, how straight?
"""


def written(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder / name


def test_what_was_kept_is_shown_and_what_was_cut_with_its_reason(run, folder):
    said = run("explain", written(folder, "mail.eml", REPLY), "--letter", written(folder, "letter.eml", LETTER))

    assert said.code == 0
    assert said.out.startswith("kind: reply")
    assert "kept:\n    Straight, please.\n\ncut, mobile footer:\n    Sent from my iPhone\n" in said.out
    assert "cut, attribution:\n    On Mon, 2 Mar" in said.out
    assert "cut, ours:\n    > What is good feedback to you?\n    >\n    > When," in said.out


def test_without_our_letter_its_quote_is_only_a_quote(run, folder):
    said = run("explain", written(folder, "mail.eml", REPLY))

    assert "kept:\n    Straight, please.\n" in said.out
    assert "cut, quote:\n    > What is good" in said.out


def test_doubts_about_a_yes_are_told(run, folder):
    halves = (
        "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nYes\n--b\nContent-Type: text/html\n\nNo\n--b--\n"
    )

    assert "different things" in run("explain", written(folder, "halves.eml", halves)).out
    assert "quote marks" in run("explain", written(folder, "quote.eml", "Subject: x\n\n> I agree\n")).out
    assert (
        "without words: empty\n\nkept:\n    (nothing)" in run("explain", written(folder, "empty.eml", "A: b\n\n")).out
    )


def test_a_mail_cannot_write_to_the_terminal(run, folder):
    said = run("explain", written(folder, "mail.eml", "Subject: x\n\n\x1b]0;hm\x07words\n"))

    assert "\x1b" not in said.out
    assert "words" in said.out


def test_a_file_that_is_not_there_is_told(run, folder):
    said = run("explain", folder / "none.eml")

    assert said.code == 2
    assert "No such file" in said.err


def test_a_row_is_read_against_the_letter_that_it_answers_and_only_with_reveal(run, used):
    rows = run("inbox", "list", "--state", "all", "--limit", 500, "--json").json
    row = next(r["number"] for r in rows if "letter" in r["to"])

    assert run("explain", f"inbox:{row}").code == 1
    said = run("explain", f"inbox:{row}", "--reveal")
    assert said.code == 0, said.err
    assert "kept:\n    " in said.out
    assert "cut, ours:" in said.out
    assert f'"inbox": {row}' in said.err
    assert run("explain", "inbox:99999", "--reveal").code == 1


def test_a_signature_that_was_learned_from_earlier_answers_is_shown_as_such(run, config):
    async def live() -> None:
        async with rehearsing((MAYA, JONAS), config.parent / "alliance.db", lambda _: None) as play:
            await play.write(MAYA, "Jonas and me", "Jonas Berg (jonas@example.org) and I open a bakery in May.")
            texts = ("Jonas is the one I call.", "SEND", f"Fun.\n\n{OVEN}", f"Early.\n\n{OVEN}", f"Straight.\n\n{OVEN}")
            for text in texts:
                await play.reply(newest(play.mails, MAYA, ""), text)
                if text == "SEND":
                    await play.reply(newest(play.mails, JONAS, ""), "Yes, gladly")

    asyncio.run(live())
    rows = [r["number"] for r in run("inbox", "list", "--state", "all", "--json").json]
    third, second = (run("explain", f"inbox:{row}", "--reveal").out for row in sorted(rows)[:-3:-1])

    assert "kept:\n    Straight.\n" in third
    assert "cut, signature, the same as below earlier answers:\n    Written by the oven\n    Lind & Berg" in third
    assert "kept:\n    Early.\n    \n    Written by the oven\n" in second
