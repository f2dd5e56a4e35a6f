"""Waiting for new mail, against a server of a few lines, since a real one tells at a moment that nobody can choose."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from agent.imap.connection import Account, Connection, Trouble, opened

LONG_S = 50.0


class Server:
    """It lets everybody in, and answers IDLE with these octets and later with those."""

    def __init__(self, at_once: bytes, later: bytes = b"") -> None:
        self.at_once, self.later = at_once, later

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n")
        tag = b""
        while line := await reader.readline():
            verb = line.split()[-1].upper() if line.strip().upper() == b"DONE" else line.split()[1].upper()
            if verb == b"IDLE":
                tag = line.split()[0]
                writer.write(self.at_once)
                await writer.drain()
                writer.write(self.later)
            elif verb == b"DONE":
                writer.write(tag + b" OK done\r\n")
            else:
                told = {
                    b"SELECT": b"* 0 EXISTS\r\n* OK [UIDVALIDITY 1] v\r\n",
                    b"CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\n",
                }
                writer.write(told.get(verb, b"") + line.split()[0] + b" OK done\r\n")
            if verb == b"LOGOUT":
                break
        writer.close()


async def connected(stack: AsyncExitStack, server: Server) -> Connection:
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    stack.push_async_callback(listening.wait_closed)
    stack.callback(listening.close)
    port = listening.sockets[0].getsockname()[1]
    connection = await opened(Account("127.0.0.1", port, "ann", "secret", security="none"))
    stack.push_async_callback(connection.close)
    return connection


@pytest.mark.row("T36")
@pytest.mark.parametrize(
    ("at_once", "later"),
    [
        (b"+ idling\r\n* 1 EXISTS\r\n", b""),  # in one segment, which a buffer swallows whole
        (b"+ idling\r\n", b"* 1 EXISTS\r\n"),
    ],
)
async def test_what_is_told_on_the_way_into_idle_ends_the_wait(at_once, later):
    async with AsyncExitStack() as stack, asyncio.timeout(LONG_S / 2):
        connection = await connected(stack, Server(at_once, later))

        await connection.wait(LONG_S)

        await connection.wait(LONG_S)  # and the line is good for more


async def test_a_silent_server_is_waited_for_as_long_as_was_said():
    async with AsyncExitStack() as stack:
        connection = await connected(stack, Server(b"+ idling\r\n"))
        loop = asyncio.get_running_loop()
        begun = loop.time()

        await connection.wait(0.2)

        assert loop.time() - begun >= 0.2


async def test_what_is_told_before_the_go_on_is_a_lost_line_and_no_refusal():
    """A refusal would be waited out for minutes, while new mail lies there."""
    async with AsyncExitStack() as stack:
        connection = await connected(stack, Server(b"* 1 EXISTS\r\n+ idling\r\n"))

        with pytest.raises(Trouble) as raised:
            await connection.wait(LONG_S)

        assert raised.value.reason == "lost"
        assert not raised.value.is_lasting
