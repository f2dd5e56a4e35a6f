"""`alliance rehearse` as somebody starts it: the address it prints, the page behind it, and what Ctrl-C leaves."""

import asyncio
import re
import shutil
import signal
import sys
from contextlib import asynccontextmanager

from agent.settings import shipped


@asynccontextmanager
async def opened(folder, *words):
    """The command as a process of its own; yields it with the address that it printed."""
    command = [sys.executable, "-m", "agent.cli", "rehearse", "--port", "0", "--folder", str(folder), *words]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(30):
            line = (await process.stdout.readline()).decode()
        yield process, re.fullmatch(r"Open http://(?P<host>[^/]+):(?P<port>\d+)(?P<path>/\S*)\n", line)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def ask(port, path, method="GET"):
    """The answer's first line and its content."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    return answer.partition("\r\n")[0], answer


async def test_the_page_is_there_and_ctrl_c_leaves_the_folder(tmp_path):
    async with opened(tmp_path / "out") as (process, at):
        assert at["host"] == "127.0.0.1"
        assert at["path"] == "/"
        assert "200 OK" in (await ask(at["port"], "/"))[0]
        for _ in range(3):
            assert "303" in (await ask(at["port"], "/do/step", "POST"))[0]
        assert " letters of " in (await ask(at["port"], "/letters/"))[1]
        assert "sandbox;" in (await ask(at["port"], "/letters/001-setup_partner.light.html"))[1]
        assert "404" in (await ask(at["port"], "/letters/nothing.html"))[0]
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            out, err = await process.communicate()
        assert process.returncode == 0
        assert err == b""
        assert "begin with index.txt" in out.decode()
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"index.txt", "alliance.db", "alliance.log", "001-from-maya-jonas-and-me.eml"} <= names


async def test_beyond_this_machine_it_needs_the_token_that_the_terminal_shows(tmp_path):
    async with opened(tmp_path / "out", "--host", "0.0.0.0") as (_, at):
        assert len(at["path"]) > 30
        assert "404" in (await ask(at["port"], "/"))[0]
        assert "200 OK" in (await ask(at["port"], at["path"]))[0]


async def test_a_flow_and_letters_of_one_s_own_are_played(tmp_path):
    flow = tmp_path / "flows" / "mine.toml"
    flow.parent.mkdir()
    content = (shipped("flows") / "one_to_one.toml").read_text("utf-8")
    flow.write_text(content, "utf-8")
    (flow.parent / "other.toml").write_text(content, "utf-8")
    shutil.copytree(shipped("templates"), tmp_path / "letters")
    letter = tmp_path / "letters" / "en" / "setup_why.txt"
    letter.write_text(letter.read_text("utf-8").replace("Thank you", "Many thanks"), "utf-8")
    async with opened(tmp_path / "out", "--flow", str(flow), "--templates", str(tmp_path / "letters")) as (_, at):
        await ask(at["port"], "/do/step", "POST")
        _, page = await ask(at["port"], "/")
        assert "Many thanks" in page
        assert re.findall(r"<option(?: selected)?>(mine|other)</option>", page) == ["mine", "other"]


def test_a_flow_that_is_not_there_is_told(run, tmp_path):
    said = run("rehearse", "--flow", tmp_path / "none.toml", "--folder", tmp_path / "out")

    assert said.code == 2
    assert "none.toml" in said.err
