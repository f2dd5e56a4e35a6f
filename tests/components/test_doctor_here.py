"""`alliance doctor` with Postfix around the service, set up by the samples and the records that it shows."""

import asyncio
import os
import re
import sys
from pathlib import Path

import stubdns
from ports import free_port
from postfix import postfix
from test_postfix import DOMAIN

from agent.mail.dkim import signer_of
from agent.rehearsal.play import KEY


async def command(config: Path, *words: str) -> tuple[int, str]:
    """Run a command with these settings; its code and what it said."""
    environ = dict(os.environ) | {"ALLIANCE_CONFIG": str(config), "ALLIANCE_KEY": KEY.hex()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "agent.cli", *words),
        env=environ,
        cwd=config.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert b"Traceback" not in err, err.decode()
    return process.returncode or 0, out.decode()


def wrong(out: str) -> list[str]:
    """What is no ok, but for what a test's machine cannot have."""
    return [
        line for line in out.splitlines() if re.match(r"warning|fault", line) and not re.search(r"ptr |port 25", line)
    ]


async def test_with_postfix_and_the_records_that_it_shows_all_is_well(folder: Path) -> None:
    lmtp, config = free_port(), folder / "agent.toml"
    async with stubdns.running() as stub:
        with postfix(folder / "p", 1, lmtp, free_port, DOMAIN) as mta:
            text = f"""
                [service]
                domain = "{DOMAIN}"
                contact = "operator@example.org"
                [inbound]
                protocol = "lmtp"
                port = {lmtp}
                [relay]
                port = {mta.submission}
                [dns]
                servers = ["127.0.0.1:{stub.port}"]
            """
            config.write_text(text, "utf-8")
            _, said = await command(config, "dkim", "--selector", "a1")
            config.write_text(
                text + "[dkim]\n" + next(line for line in said.splitlines() if line.startswith("keys = ")), "utf-8"
            )
            signer = signer_of(DOMAIN, "a1", (folder / "dkim-a1.pem").read_bytes())
            stub.zone |= {(DOMAIN, "MX"): [f"10 mail.{DOMAIN}."], (f"mail.{DOMAIN}", "A"): ["127.0.0.1"]}
            for name, record in (
                (signer.name, signer.record),
                (DOMAIN, "v=spf1 mx -all"),
                (f"_dmarc.{DOMAIN}", "v=DMARC1; p=reject"),
            ):
                stub.txt(name, record)
            serving = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "agent.cli", "serve"),
                env=dict(os.environ) | {"ALLIANCE_CONFIG": str(config), "ALLIANCE_KEY": KEY.hex()},
                cwd=folder,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                assert serving.stderr
                while b"listening on port" not in (line := await serving.stderr.readline()):
                    assert line
                code, out = await command(config, "doctor", "--wait", "60")
            finally:
                serving.terminate()
                await serving.communicate()

    assert code == 0, out
    assert not wrong(out), out
    for word in ("door", "relay", "letter", "signature", "clock"):
        assert re.search(rf"^ok +{word}", out, re.MULTILINE), out
