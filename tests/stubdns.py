"""A real DNS server on loopback, over UDP and TCP, for a zone that a test writes down."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass
class StubDns:
    """Names with their records: {("good.test", "TXT"): ['"v=spf1 -all"']}. What is asked is noted."""

    zone: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    down: str = ""  # silent: no answer at all; broken: SERVFAIL
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def server(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def txt(self, name: str, text: str) -> None:
        """Have this text at this name, in pieces as the DNS wants it."""
        pieces = [text[i : i + 200] for i in range(0, len(text), 200)]
        self.zone[name, "TXT"] = [" ".join('"' + p.replace('"', '\\"') + '"' for p in pieces)]

    def answer(self, wire: bytes, *, tcp: bool) -> bytes | None:
        query = dns.message.from_wire(wire)
        (question,) = query.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if self.down == "silent":
            return None
        reply = dns.message.make_response(query)
        if self.down:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif records := self.zone.get((name, kind)):
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        elif not any(n == name for n, _ in self.zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        said = reply.to_wire(max_size=65535)
        if len(said) > 512 and not tcp:
            reply.answer.clear()
            reply.flags |= dns.flags.TC
            said = reply.to_wire()
        return said


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, stub: StubDns) -> None:
        self.stub = stub

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if said := self.stub.answer(data, tcp=False):
            self.transport.sendto(said, addr)


@asynccontextmanager
async def running() -> AsyncIterator[StubDns]:
    """Answer questions until the block ends."""
    stub = StubDns()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int.from_bytes(await reader.readexactly(2), "big")
        if said := stub.answer(await reader.readexactly(size), tcp=True):
            writer.write(len(said).to_bytes(2, "big") + said)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    stub.port = server.sockets[0].getsockname()[1]  # of UDP few ports are taken, of TCP any may be
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", stub.port))
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Udp(stub), sock=udp)
        try:
            yield stub
        finally:
            server.close()
            await server.wait_closed()
            transport.close()
