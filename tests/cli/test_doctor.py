"""`alliance doctor` as a process of its own: real servers around it, one verdict a line, and what to do."""

import asyncio
import json
import os
import sys
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import stubdns
from aiosmtplib import SMTP

from agent.mail.dkim import signer_of
from agent.rehearsal.play import DOMAIN
from agent.service import opened
from agent.settings import load
from agent.smtp.inbound import Inbound
from agent.web.server import listen, public, serving
from agent.web.unsubscribe import application


@dataclass
class World:
    """A relay that brings our letters back to our door, the DNS, and the settings that name both."""

    config: Path
    stub: stubdns.StubDns
    relay: Inbound = field(init=False)
    at: timedelta = timedelta()  # how far the relay's clock is off
    does: str = "bring"  # bring it back, swallow it, report on it, change it

    async def start(self) -> None:
        self.relay = Inbound(accepts=lambda *_: True, keep=self.keep, hostname="relay.test")
        port = await self.relay.start()
        text = self.config.read_text("utf-8").replace("port = 1\n", f"port = {port}\n")
        self.config.write_text(f'{text}[dns]\nservers = ["127.0.0.1:{self.stub.port}"]\ntimeout_s = 20\n', "utf-8")
        self.stub.zone |= {(DOMAIN, "MX"): ["10 mail.test."], ("mail.test", "A"): ["127.0.0.9"]}
        self.stub.txt(DOMAIN, "v=spf1 mx -all")
        self.stub.txt(f"_dmarc.{DOMAIN}", "v=DMARC1; p=reject")

    async def keep(self, envelopes) -> None:
        door = tomllib.loads(self.config.read_text("utf-8"))["inbound"]["port"]
        for e in envelopes:
            trace = f"Received: from us by relay.test; {format_datetime(datetime.now(UTC) + self.at)}\r\n".encode()
            raw = e.raw.replace(b"Alliance", b"Someone", 1) if self.does == "change" else e.raw
            mail = (e.mail_from, e.rcpt_to, trace + raw)
            if self.does == "report":
                mail = ("", e.mail_from, b"From: <mailer-daemon@relay.test>\r\nSubject: Undelivered\r\n\r\nNo.\r\n")
            if self.does != "swallow":
                async with SMTP(hostname="127.0.0.1", port=door, start_tls=False, timeout=10) as client:
                    await client.sendmail(mail[0], [mail[1]], mail[2])

    async def command(self, *words: str) -> tuple[int, str]:
        """Run a command; its code and what it said."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "agent.cli", *words), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await process.communicate()
        assert b"Traceback" not in err, err.decode()
        return process.returncode or 0, out.decode()

    async def doctor(self, *words: str) -> tuple[int, dict[str, tuple[str, str]]]:
        """Its code, and each verdict with what it said and what to do."""
        code, out = await self.command("doctor", "--json", *words)
        return code, {v["what"]: (v["level"], v["said"] + " | " + v["todo"]) for v in json.loads(out)}

    async def signs(self) -> None:
        """Make a key, and put it into the settings and the DNS."""
        _, out = await self.command("dkim", "--selector", "a1")
        written = next(line for line in out.splitlines() if line.startswith("keys = "))
        self.config.write_text(f"{self.config.read_text('utf-8')}\n[dkim]\n{written}\n", "utf-8")
        signer = signer_of(DOMAIN, "a1", self.config.with_name("dkim-a1.pem").read_bytes())
        self.stub.txt(signer.name, signer.record)


@pytest.fixture
async def world(config):
    async with stubdns.running() as stub:
        made = World(config, stub)
        await made.start()
        yield made
        await made.relay.stop()


async def test_a_signed_letter_goes_out_and_comes_back(world):
    await world.signs()

    code, found = await world.doctor("--wait", "20")

    assert code == 0
    assert {what for what, (level, _) in found.items() if level == "ok"} == {
        "settings", "secrets", "mx", "spf", "dkim", "dmarc", "relay", "letter", "signature", "clock",
    }  # fmt: skip
    assert found["database"][0] == "warning", "there was none yet"
    assert found["door"] == ("warning", found["door"][1])
    assert "run `alliance serve`" in found["door"][1]


async def test_it_is_told_line_by_line_with_what_to_do(world):
    code, out = await world.command("doctor", "--wait", "0")

    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("ok       settings   ")
    assert "warning  door       nobody listened at" in out
    assert lines[lines.index(next(line for line in lines if "door" in line)) + 1].strip() == "-> run `alliance serve`"
    assert lines[-1].endswith("warnings.")


async def test_a_letter_that_proves_nothing_is_a_fault(world):
    code, found = await world.doctor("--wait", "20")

    assert code == 1
    assert found["signature"][0] == "fault"
    assert "alliance dkim" in found["signature"][1]


async def test_a_letter_that_was_changed_on_the_way_and_clocks_that_differ_are_faults(world):
    await world.signs()
    world.does, world.at = "change", timedelta(hours=1)

    _, found = await world.doctor("--wait", "20")

    assert found["signature"][0] == found["clock"][0] == "fault"
    assert "no server may change the letter" in found["signature"][1]
    assert "NTP" in found["clock"][1]


@pytest.mark.parametrize(
    ("does", "says"), [("swallow", "did not come back within 1 seconds"), ("report", "a report came back")]
)
async def test_a_letter_that_does_not_come_back_is_a_fault(world, does, says):
    world.does = does

    code, found = await world.doctor("--wait", "1" if does == "swallow" else "20")

    assert code == 1
    assert says in found["letter"][1]


async def test_servers_that_are_not_there_are_faults(world):
    await world.relay.stop()
    world.config.write_text(f'{world.config.read_text("utf-8")}\n[web]\nurl = "http://127.0.0.1:9"\n', "utf-8")

    code, found = await world.doctor("--wait", "1")

    assert code == 1
    assert "no connection to the relay" in found["relay"][1]
    assert found["web"][0] == "fault"
    assert "letter" not in found


async def test_without_the_database_no_letter_is_written_and_secrets_are_looked_at(world):
    file = world.config.with_name("secrets")
    file.write_text("ALLIANCE_KEY=x\n", "utf-8")
    file.chmod(0o644)
    text = world.config.read_text("utf-8")
    url = tomllib.loads(text)["database"]["url"]
    world.config.write_text(text.replace(url, "postgresql://nobody@127.0.0.1:1/none"), "utf-8")

    code, found = await world.doctor("--wait", "20")

    assert code == 1
    assert found["secrets"] == ("fault", f"others can read or change {file} | run: chmod 600 {file}")
    assert found["database"][0] == "fault"
    assert "relay" not in found


async def test_keys_that_are_not_those_of_the_database_are_a_fault_and_no_letter_is_written(world, monkeypatch):
    async with opened(load(world.config, os.environ)):
        pass
    monkeypatch.setenv("ALLIANCE_KEY", "ab" * 32)

    code, found = await world.doctor("--wait", "20")

    assert code == 1
    assert found["keys"][0] == "fault"
    assert "alliance drop-keys" in found["keys"][1]
    assert "relay" not in found


async def test_the_page_for_one_click_is_looked_at_from_outside(world):
    with listen("127.0.0.1", 0) as listening:
        site = f"http://127.0.0.1:{listening.getsockname()[1]}"
        world.config.write_text(f'{world.config.read_text("utf-8")}\n[web]\nurl = "{site}"\n', "utf-8")
        async with serving(public(application(lambda _: asyncio.sleep(0, result=True)), site), listening):
            assert (await world.doctor("--wait", "0"))[1]["web"][0] == "ok"


# ---------------------------------------------------------------- before anything is asked


def test_each_fault_of_the_settings_is_a_verdict(run, config):
    text = config.read_text("utf-8").replace("operator@example.org", "nobody")
    config.write_text(f"{text}\n[flows]\npair = 3\n", "utf-8")

    said = run("doctor")

    assert said.code == 1
    assert [line.split()[:2] for line in said.out.splitlines()[:2]] == [["fault", "settings"]] * 2
    assert said.out.rstrip().endswith("2 faults, 0 warnings.")


def test_a_flow_or_a_key_that_is_none_is_told_before_anything_else(run, config):
    key = config.with_name("k.pem")
    key.touch(0o600)
    config.write_text(
        f'{config.read_text("utf-8")}\n[flows]\npair = "none"\n[dkim]\nkeys = {{ a = "{key}" }}\n', "utf-8"
    )

    said = run("doctor")

    assert said.code == 1
    assert "none.toml" in said.out
    assert "dkim.keys.a" in said.out
    assert "database" not in said.out
