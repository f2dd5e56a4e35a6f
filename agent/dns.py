"""The DNS, as far as mail asks it: one question at a time, with a time limit, and what goes wrong is a value.

That there is no record and that nobody could say are different answers: the first may be relied on, the second never is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.resolver
import dns.reversename
from dns.rdtypes.txtbase import TXTBase

REMEMBERED = 1000  # answers, each for as long as it says itself

Kind = Literal["A", "AAAA", "MX", "NS", "PTR", "TXT"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the DNS said of one name: its records as text, in no order. None of them and no `trouble` is a sure no."""

    records: tuple[str, ...] = ()
    trouble: str = ""  # in one word, why nobody could say: timeout, refused, unreachable


class Dns:
    """A resolver. `servers` are IP addresses with their ports; none are the system's."""

    def __init__(self, servers: Sequence[tuple[str, int]] = (), timeout_s: float = 5.0) -> None:
        """Ask nothing yet."""
        try:
            self._resolver = dns.asyncresolver.Resolver(configure=not servers)
        except (
            dns.resolver.NoResolverConfiguration
        ):  # no server is named anywhere: every answer is that nobody could say
            self._resolver = dns.asyncresolver.Resolver(configure=False)
        if servers:
            self._resolver.nameservers = [dns.nameserver.Do53Nameserver(*server) for server in servers]
        self._resolver.lifetime = timeout_s
        self._resolver.timeout = timeout_s / 2  # so that a second server, or a second try, has its time too
        self._resolver.cache = dns.resolver.LRUCache(REMEMBERED)

    async def look(self, name: str, kind: Kind) -> Answer:
        """The records of this kind at a name; for PTR the name is an IP address. Never raises.

        Long text that the DNS holds in pieces is one piece again, byte for byte as Latin-1 (RFC 6376 section 3.6.2.2).
        """
        try:
            asked = dns.reversename.from_address(name) if kind == "PTR" else dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError, ValueError):
            return Answer()  # no such name can be
        try:
            found = await self._resolver.resolve(asked, kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return Answer()
        except dns.exception.Timeout:
            return Answer(trouble="timeout")
        except dns.exception.DNSException:  # all servers refused, or said nonsense
            return Answer(trouble="refused")
        except OSError:
            return Answer(trouble="unreachable")
        records = tuple(
            b"".join(r.strings).decode("latin-1") if isinstance(r, TXTBase) else r.to_text().rstrip(".") for r in found
        )
        return Answer(records)
