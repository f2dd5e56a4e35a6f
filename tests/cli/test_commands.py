"""The operator's commands, on real databases."""

import asyncio
import json
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.alliance.samples import samples
from agent.cli.flows import page_of
from agent.files import FLOW, read_flow
from agent.settings import shipped
from agent.store import inbox
from agent.store.database import migrate, open_database

SECRETS = ("if the shop fails I lose a friend", "finally sort out who decides", "Ring me after six")


def test_help_is_there_at_once():
    began = processor_s()
    done = subprocess.run([sys.executable, "-m", "agent.cli", "--help"], capture_output=True, text=True, check=True)

    assert "rehearse" in done.stdout
    assert processor_s() - began < 2  # 0.2 s on an idle machine; heavy imports would take more than this


def processor_s() -> float:
    """Seconds of the processor that programs which this test ran have used: a busy machine makes them wait and not work."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_help_imports_nothing_heavy():
    code = "import sys, agent.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not {"pydantic", "jinja2", "mjml", "transitions", "aiosmtpd", "typst", "rich.table"} & set(
        done.stdout.split()
    )


@pytest.mark.parametrize("command", [["serve"], ["list"], ["start", "a@example.org", "--with", "b@example.org"]])
def test_broken_settings_are_told_all_at_once(run, config, monkeypatch, command):
    config.write_text('[service]\ndomain = "no domain"\nquiet = 3\n[inbound]\nport = "25"\n', "utf-8")
    monkeypatch.setenv("ALLIANCE_KEY", "short")

    said = run(*command)

    assert said.code == 2
    told = [line.partition(":")[0] for line in said.err.splitlines()]
    assert set(told) == {"service.domain", "service.contact", "service.quiet", "inbound.port", "ALLIANCE_KEY"}
    assert "Traceback" not in said.err


def test_a_broken_flow_and_a_broken_template_are_told_together_before_a_port_opens(run, config, tmp_path):
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "one_to_one.toml").write_text("spec = 2\n", "utf-8")
    (tmp_path / "templates").mkdir()
    config.write_text(
        config.read_text("utf-8") + '[flows]\nfolder = "flows"\n[templates]\nfolder = "templates"\n', "utf-8"
    )

    said = run("serve")

    assert said.code == 2
    assert "one_to_one.toml" in said.err
    assert "there is no folder of a language here" in said.err


@pytest.mark.parametrize(
    ("roles", "told"), [("inbound,clocks", "'clocks' is none"), ("worker", "SQLite is for one node")]
)
def test_roles_that_cannot_be_are_told_before_a_port_opens(run, config, roles, told):
    said = run("serve", "--roles", roles)

    assert said.code == 2
    assert told in said.err


# ---------------------------------------------------------------- alliances


def test_an_operator_starts_an_alliance_and_sees_it(run, config):
    said = run(
        "start", "Maya Lind <maya@example.org>", "--with", "Jonas Berg <jonas@example.org>", "--reason", "A bakery."
    )
    number = int(re.search(r"alliance (\d+)", said.out)[1])

    [row] = run("list", "--json").json
    assert (row["id"], row["phase"]) == (number, "setup")
    assert run("list", "MAYA@example.org", "--json").json == [row]
    assert run("list", "jo@example.org", "--json").json == []
    assert run("list", "--before", number, "--json").json == []
    assert run("list", "--before", number + 1).code == 1
    assert run("list", "MAYA@example.org", "--before", number, "--json").json == []
    [letter] = run("outbox", "list", "--json").json
    assert (letter["alliance"], letter["to"], letter["about"]) == (number, "maya@example.org", "why")
    people = run("show", number, "--json").json["participants"]
    assert [p["name"] for p in people] == ["Maya Lind", "Jonas Berg"]


def test_numbers_are_whole_in_a_narrow_window(run, used):
    for command in (["list"], ["outbox", "list", "--state", "sent"]):
        assert str(used) in run(*command, width=60).out


def test_the_password_of_the_database_may_stand_with_the_other_secrets(run, config, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "of the environment")
    config.with_name("secrets").write_text("PGPASSWORD=of the file\n")
    run("list")
    assert os.environ["PGPASSWORD"] == "of the environment"

    monkeypatch.delenv("PGPASSWORD")
    for command in (["list"], ["move", f"sqlite:{config}", "postgresql://nobody@127.0.0.1:1/none"]):
        monkeypatch.delenv("PGPASSWORD", raising=False)
        run(*command)
        assert os.environ["PGPASSWORD"] == "of the file"


def test_an_alliance_is_not_started_for_what_is_no_address(run, config):
    said = run("start", "Maya", "--with", "jonas@example.org")

    assert said.code == 2
    assert "'Maya' is no address" in said.err


def test_no_command_shows_peoples_words_unasked(run, used):
    shown = [
        run("list"),
        run("list", "--json"),
        run("show", used),
        run("show", used, "--json"),
        run("inbox", "list", "--state", "all", "--limit", 500),
        run("inbox", "show", 4),
        run("outbox", "list", "--state", "sent", "--limit", 500),
        run("outbox", "show", used, 4),
        run("stats"),
        run("status"),
    ]

    assert all(said.code == 0 for said in shown)
    for said in shown:
        assert not [words for words in SECRETS if words in said.out + said.err]
        assert not re.search(r"alliance\+[a-z2-7]{40}", said.out + said.err)  # a reply address is a secret


def test_mail_is_listed_page_by_page(run, used):
    def numbers(*how):
        return [row["number"] for row in run("inbox", "list", "--state", "all", *how, "--json").json]

    first, whole = numbers("--limit", 3), numbers("--limit", 500)
    assert len(whole) > 3
    assert first + numbers("--limit", 500, "--before", first[-1]) == whole


def test_letters_are_listed_page_by_page(run, used):
    def listed(*how):
        return [(row["alliance"], row["number"]) for row in run("outbox", "list", *how, "--json").json]

    sent = listed("--state", "sent", "--limit", 500)
    assert all(run("outbox", "rerun", *letter).code == 0 for letter in sent[:4])
    for state, count in (("sent", len(sent) - 4), ("owed", 4)):
        first = listed("--state", state, "--limit", 3)
        rest = listed("--state", state, "--limit", 500, "--before", *first[-1])
        assert first + rest == listed("--state", state, "--limit", 500)
        assert len(first + rest) == count
    assert run("outbox", "list", "--state", "sent", "--before", *sent[0]).code == 1


def test_one_alliance_is_too_few_for_any_figure(run, used):
    rows = run("stats", "--json").json

    assert {(row["flow"], row["kind"]) for row in rows} == {("one_to_one", "business")}
    assert [row["figure"] for row in rows][:3] == ["acceptance", "completion", "days to agreement"]
    assert {(row["value"], row["alliances"]) for row in rows} == {(None, None)}
    assert run("stats").out.count("too few") == len(rows)


def test_five_alliances_give_figures_each_with_its_target_and_what_it_is(run, used, config):
    with sqlite3.connect(config.parent / "alliance.db") as db:  # four more that went the same way
        columns = [name for _, name, *_ in db.execute("PRAGMA table_info(tallies)")][1:]
        for n in range(4):
            db.execute(f"INSERT INTO tallies SELECT alliance_id + {n + 1}, {', '.join(columns)} FROM tallies LIMIT 1")
    db.close()

    said = run("stats").out

    assert said.startswith("one_to_one, business\n")
    assert re.search(r"acceptance\s+100 %\s+5\s+at least 60 %\s+YES, of all who were invited", said)
    assert re.search(r"completion\s+100 %\s+5\s+at least 55 %", said)
    assert "too few" not in run("stats", "--since", "2020-01-01").out
    assert "no alliance yet" in run("stats", "--since", "2099-01-01").out


def test_words_are_shown_with_reveal_and_that_is_logged(run, used):
    said = run("show", used, "--reveal")

    assert SECRETS[0] in said.out
    assert '"event": "revealed"' in said.err
    assert f'"alliance": {used}' in said.err


def test_the_status_says_what_waits_and_for_how_long(run, config):
    run("start", "Maya Lind <maya@example.org>", "--with", "Jonas Berg <jonas@example.org>")

    found = run("status", "--json").json

    assert {"box": "outbox", "state": "owed", "value": 1.0} in found["alliance_waiting"]
    assert {"box": "inbox", "state": "aside", "value": 0.0} in found["alliance_waiting"]
    assert re.search(r"The age of the oldest of these\.\s+outbox owed\s+\d", run("status").out)


def test_what_is_not_there_is_told(run, config):
    for command in (
        ["show", 7],
        ["inbox", "show", 7],
        ["inbox", "rerun", 7],
        ["outbox", "show", 7, 1],
        ["outbox", "drop", 7, 1],
    ):
        said = run(*command)
        assert said.code == 1
        assert "there is none" in said.err
    assert "no alliance yet" in run("list").out


def test_an_export_holds_what_this_participant_may_have(run, used, folder):
    said = run("export", used, "--participant", 2, "--folder", folder, "--reveal")

    assert said.code == 0, said.err
    assert {path.name for path in folder.iterdir()} == {
        "agreement.pdf",
        "agreement.txt",
        "alliance.ics",
        "my-words.json",
        "my-words.txt",
    }
    own = (folder / "my-words.txt").read_text("utf-8")
    assert "PRIVATE I worry that if the shop fails I lose a friend" in own
    assert "Ring me after six" not in own


def test_an_export_is_for_somebody_who_takes_part(run, used):
    assert run("export", used, "--participant", 3, "--reveal").code == 1


def test_an_export_wants_reveal(run, used, folder):
    assert run("export", used, "--folder", folder).code == 1
    assert not folder.exists()


# ---------------------------------------------------------------- boxes


def set_aside(tmp_path):
    """Have one message set aside."""

    async def work():
        database = await open_database(f"sqlite:{tmp_path}/alliance.db")
        await migrate(database)
        now = datetime(2026, 3, 2, tzinfo=UTC)
        async with database.transaction() as c:
            await inbox.put(
                c, [inbox.Arrival("nobody@alliance.example.org", "a@example.org", b"Subject: hm\r\n\r\nwords", now)]
            )
            kept = await inbox.get(c, 1)
            assert kept
            await inbox.set_aside(c, kept.claim, "ValueError")
        await database.close()

    asyncio.run(work())


def test_what_was_set_aside_is_listed_shown_run_again_and_dropped(run, config, tmp_path):
    set_aside(tmp_path)

    [row] = run("inbox", "list", "--json").json
    assert (row["number"], row["state"], row["outcome"]) == (1, "aside", "ValueError")
    assert "words" in run("inbox", "show", 1, "--reveal").out
    assert run("inbox", "rerun", 1).out == "done\n"
    assert run("inbox", "list", "--json").json == []
    assert run("inbox", "list", "--state", "kept", "--json").json[0]["number"] == 1
    assert run("inbox", "drop", 1).out == "done\n"
    assert run("inbox", "drop", 1).code == 1


def test_a_letter_is_sent_again_and_dropped(run, used):
    assert run("outbox", "list", "--json").json == []

    assert run("outbox", "rerun", used, 3).out == "done\n"
    assert [row["number"] for row in run("outbox", "list", "--json").json] == [3]
    assert run("outbox", "drop", used, 3).out == "done\n"
    assert run("outbox", "list", "--json").json == []


# ---------------------------------------------------------------- flows and letters


def test_the_shipped_flows_have_no_fault(run):
    assert run("flow", "check").code == 0


def test_every_fault_of_a_flow_is_told_with_its_line(run, tmp_path):
    text = (shipped("flows") / "one_to_one.toml").read_text("utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('kind = "personal"', 'kind = "secret"', 1).replace("spec = 1", "spec = 2"), "utf-8")

    said = run("flow", "check", path)

    assert said.code == 1
    assert all(re.match(rf"{re.escape(str(path))}:\d+: ", line) for line in said.out.splitlines())
    assert len(said.out.splitlines()) == 2
    [told] = run("flow", "check", path, "--json").json
    assert len(told["faults"]) == 2


@pytest.mark.row("S36")
def test_what_reads_badly_in_a_flow_is_a_warning_with_its_place(run, tmp_path):
    text = (shipped("flows") / "one_to_one.toml").read_text("utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("Answer in your own words.", "You must answer {count} now!"), "utf-8")
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "mine.toml").write_text('language = "de"\n[prompt.P11]\nask = "Du musst antworten."\n', "utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if row == 'id = "P11"')

    said = run("flow", "check", path)

    assert said.code == 0
    assert f"{path}:{line - 1}: part.0.prompt.2: row 7: says 'You must' (a warning)" in said.out
    assert f"{path}:{line - 1}: part.0.prompt.2: row 9: says '!' (a warning)" in said.out
    assert "part.0.prompt.2: there is no slot {count}, so it is shown as it is (a warning)" in said.out
    assert f"{tmp_path}/de/mine.toml:2: prompt.P11: row 7: says 'Du musst' (a warning)" in said.out
    [told] = run("flow", "check", path, "--json").json
    assert told["faults"] == []
    assert len(told["warnings"]) >= 3


def test_a_schema_is_printed_or_written(run, tmp_path):
    assert run("flow", "schema").json == json.loads((shipped("flows") / "flow.schema.json").read_text("utf-8"))
    assert run("flow", "schema", "--translation", "--write", tmp_path / "t.json").code == 0
    assert json.loads((tmp_path / "t.json").read_text("utf-8"))["title"] == "Translation"


def test_the_page_of_diagrams_is_current():
    page = shipped("flows").parent / "docs" / "diagrams.md"

    assert page.read_text("utf-8") == page_of(read_flow(shipped("flows"), FLOW).flow)


def test_a_drawing_is_written_where_one_says(run, tmp_path):
    assert run("flow", "draw", "--write", tmp_path / "d.md").code == 0
    assert run("flow", "draw").out.strip() == (tmp_path / "d.md").read_text("utf-8").strip()


@pytest.mark.row("F58")
def test_the_gallery_is_left_in_a_folder_and_no_letter_has_a_fault(run, folder):
    said = run("preview", "--folder", folder)

    assert said.code == 0, said.out
    assert said.out.splitlines()[-1] == f"{len(samples())} letters, 0 with a fault: {folder / 'index.html'}"
    assert {path.name for path in folder.glob("*.txt")} == {
        path.name.replace(".light.html", ".txt") for path in folder.glob("*.light.html")
    }


def test_a_letter_that_breaks_a_rule_is_named(run, folder, tmp_path):
    templates = Path(shutil.copytree(shipped("templates"), tmp_path / "templates"))
    for half in ("txt", "mjml"):
        path = templates / "en" / f"care.{half}"
        path.write_text(path.read_text().replace("That sounds hard.", "That sounds hard!"))

    said = run("preview", "--folder", folder, "--templates", templates)

    assert said.code == 1
    assert "-care: rule 9: says '!'\n" in said.out


def test_the_list_of_commands_says_each_whole_on_a_line():
    environment = os.environ | {"COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-m", "agent.cli", "--help"], capture_output=True, text=True, check=True, env=environment
    )

    told = done.stdout.partition("Commands:\n")[2].splitlines()
    assert len(told) > 20
    assert not [line for line in told if not line.startswith("  ") or "..." in line or not line.endswith(".")]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["rehearse", "--port", "70000"], "65535"),
        (["rehearse", "--script", "pair", "--folder", "/dev/null/here"], "/dev/null"),
        (["rehearse", "--script", "no-such"], "No such file"),
        (["preview", "--language", "xx"], "xx"),
        (["stats", "--since", "yesterday"], "2026-03-02"),
        (["preview", "--folder", "/dev/null/here"], "/dev/null"),
        (["flow", "check", "no-such.toml"], "No such file"),
    ],
)
def test_what_was_typed_wrongly_is_told_in_a_line_and_not_as_a_traceback(run, command, told):
    said = run(*command)

    assert said.code in (1, 2)
    assert told in said.err + said.out
    assert "Traceback" not in said.err
    assert "Errno" not in said.err + said.out
