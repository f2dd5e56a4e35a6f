"""What the DNS says of our domain, as those see it who get our letters: the part of `alliance doctor` that asks it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from agent.dns import Dns
    from agent.mail.dkim import Signer

Address = IPv4Address | IPv6Address
LOOKUPS = 10  # of one SPF record with all that it includes (RFC 7208 section 4.6.4)


class Verdict(NamedTuple):
    """One thing that was looked at, and what to do if it is not well."""

    level: Literal["ok", "warning", "fault"]
    what: str
    said: str
    todo: str = ""


async def verdicts(
    dns: "Dns", domain: str, signers: Sequence["Signer"], sends: Address | None, *, takes: bool
) -> AsyncIterator[Verdict]:
    """One verdict after the other.

    `sends` is the address from which letters leave, None when a relay elsewhere sends them. `takes` says whether mail for
    the domain comes to us, and not into somebody's mailbox.
    """
    if trouble := (await dns.look(domain, "MX")).trouble:
        yield Verdict(
            "fault", "dns", f"nobody could say anything about {domain}: {trouble}", "try again, or set dns.servers"
        )
        return
    if takes:
        yield await _mx(dns, domain)
    yield await _spf(dns, domain, sends)
    for signer in signers:
        yield await _dkim(dns, signer)
    if not signers:
        yield Verdict("ok", "dkim", "no key in [dkim]: signing is the relay's task")
    yield await _dmarc(dns, domain)
    if sends:
        yield await _reverse(dns, sends)


async def addresses(dns: "Dns", name: str) -> frozenset[Address]:
    """The addresses of a host; none where nobody could say."""
    found = [*(await dns.look(name, "A")).records, *(await dns.look(name, "AAAA")).records]
    return frozenset(ip_address(text) for text in found)


async def exchangers(dns: "Dns", domain: str) -> list[str]:
    """The hosts that take mail for a domain, the preferred first."""
    pairs = [record.split(" ", 1) for record in (await dns.look(domain, "MX")).records]
    return [host.rstrip(".") for _, host in sorted(pairs, key=lambda pair: int(pair[0]))]


async def _mx(dns: "Dns", domain: str) -> Verdict:
    hosts = await exchangers(dns, domain)
    if not any(hosts):  # none, or the one that says that there is none (RFC 7505)
        return Verdict("fault", "mx", f"{domain} takes no mail", "give it an MX record: `alliance dkim` shows one")
    nowhere = [host for host in hosts if not await addresses(dns, host)]
    if nowhere:
        return Verdict(
            "fault", "mx", f"{', '.join(nowhere)} has no address", "give the host of the MX an A or AAAA record"
        )
    return Verdict("ok", "mx", f"mail for {domain} goes to {', '.join(hosts)}")


async def _dkim(dns: "Dns", signer: "Signer") -> Verdict:
    found = [_tags(record) for record in (await dns.look(signer.name, "TXT")).records]
    if not found:
        todo = "put there what `alliance dkim` shows; it may take an hour until it is seen"
        return Verdict("fault", "dkim", f"there is no {signer.name}", todo)
    ours = _tags(signer.record)
    if len(found) > 1 or found[0].get("p") != ours["p"]:
        todo = "put there what `alliance dkim` shows, and nothing else"
        return Verdict("fault", "dkim", f"{signer.name} holds another key than our file", todo)
    if "y" in found[0].get("t", "").split(":"):
        return Verdict("warning", "dkim", f"{signer.name} says that it is only tried out", "take t=y out of the record")
    return Verdict("ok", "dkim", f"{signer.name} holds our key ({ours['k']})")


async def _dmarc(dns: "Dns", domain: str) -> Verdict:
    labels = domain.split(".")
    for start in range(len(labels) - 1):  # the parents speak for a domain that says nothing itself
        name = ".".join(("_dmarc", *labels[start:]))
        records = [r for r in (await dns.look(name, "TXT")).records if r.startswith("v=DMARC1")]
        if len(records) > 1:
            return Verdict("fault", "dmarc", f"{name} has several records", "leave one")
        if records:
            tags = _tags(records[0])
            wish = tags.get("sp", tags.get("p", "")) if start else tags.get("p", "")
            if wish in ("reject", "quarantine"):
                return Verdict("ok", "dmarc", f"{name} says p={wish}")
            todo = "set p=reject when `alliance doctor` has found no fault for some days"
            return Verdict(
                "warning", "dmarc", f"{name} says p={wish or '?'}: anybody may still write in your name", todo
            )
    return Verdict("fault", "dmarc", f"there is no _dmarc.{domain}", "put there what `alliance dkim` shows")


async def _reverse(dns: "Dns", sends: Address) -> Verdict:
    if not sends.is_global:
        said = f"this machine has the address {sends}, and others see another"
        return Verdict("warning", "ptr", said, "look up the outer address: its name has to lead back to it")
    names = (await dns.look(str(sends), "PTR")).records
    todo = "ask who gave you the address to let it name your mail server, whose name leads back to it"
    if not names:
        return Verdict("fault", "ptr", f"{sends} has no name", todo)
    if not any([sends in await addresses(dns, name) for name in names]):
        return Verdict("fault", "ptr", f"{sends} is named {names[0]}, which does not lead back to it", todo)
    return Verdict("ok", "ptr", f"{sends} and {names[0]} lead to each other")


def _tags(record: str) -> dict[str, str]:
    """The tags of a DKIM or DMARC record, without blanks."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip(): "".join(value.split()) for name, _, value in pairs if name.strip()}


# ---------------------------------------------------------------- SPF (RFC 7208)


async def _spf(dns: "Dns", domain: str, sends: Address | None) -> Verdict:
    walk = _Walk(dns, sends)
    result = await walk.of(domain)
    if walk.trouble:
        return Verdict("fault", "spf", walk.trouble, "one is needed that holds: `alliance dkim` shows a plain one")
    if walk.lookups > LOOKUPS:
        todo = f"include less: beyond {LOOKUPS} it counts as broken"
        return Verdict("fault", "spf", f"{domain} needs {walk.lookups} look-ups", todo)
    if result == "+" and walk.everybody:
        return Verdict("fault", "spf", f"{domain} lets everybody write in its name (+all)", "end it with -all")
    if sends and sends.is_global and result != "+":
        todo = "name the servers that send your letters: mx, a:HOST, ip4:ADDRESS or include:PROVIDER"
        return Verdict("fault", "spf", f"{domain} does not let {sends} send its letters", todo)
    lets = f", and lets {sends} send" if sends and result == "+" else ""
    return Verdict("ok", "spf", f"{domain} has a record with {walk.lookups} of {LOOKUPS} look-ups{lets}")


@dataclass(slots=True)
class _Walk:
    """Goes through a record and all that it includes: how many look-ups that takes, and what it says of one address."""

    dns: "Dns"
    sends: Address | None
    lookups: int = 0
    trouble: str = ""
    everybody: bool = False

    async def of(self, domain: str) -> str:
        """What the record of a domain says of the address: + it may, - ~ ? otherwise; "" when it names it nowhere."""
        records = [r for r in (await self.dns.look(domain, "TXT")).records if r.lower().split(" ")[0] == "v=spf1"]
        if self.lookups > 2 * LOOKUPS:  # enough to tell, also of one that includes itself
            return ""
        if len(records) != 1:
            self.trouble = self.trouble or f"{domain} has {len(records) or 'no'} SPF record{'s' * (len(records) > 1)}"
            return ""
        result, redirect = "", ""
        for term in records[0].lower().split()[1:]:
            qualifier, mechanism = (term[0], term[1:]) if term[0] in "+-~?" else ("+", term)
            if mechanism.startswith("redirect="):
                redirect = mechanism.partition("=")[2]
            elif await self._matches(mechanism, domain) and not result:
                result = qualifier
                self.everybody |= mechanism == "all" and qualifier == "+"
        if redirect and not result:
            self.lookups += 1
            return await self.of(redirect)
        return result

    async def _matches(self, mechanism: str, domain: str) -> bool:
        """Whether this part of a record names our address; parts that hang on the sender (exists, ptr) never do."""
        name, _, value = mechanism.partition(":")
        name, _, bits = name.partition("/")
        value, bits = (
            (value, bits) if name in ("ip4", "ip6") else (value.partition("/")[0], bits or value.partition("/")[2])
        )
        if name in ("a", "mx", "include", "exists", "ptr"):
            self.lookups += 1
        match name:
            case "all":
                return True
            case "include":
                return await self.of(value) == "+"
            case "ip4" | "ip6":
                return self._within([value])
            case "a":
                return self._within(
                    [f"{a}/{bits}" if bits else str(a) for a in await addresses(self.dns, value or domain)]
                )
            case "mx":
                hosts = await exchangers(self.dns, value or domain)
                found = [a for host in hosts for a in await addresses(self.dns, host)]
                return self._within([f"{a}/{bits}" if bits else str(a) for a in found])
        return False

    def _within(self, networks: Sequence[str]) -> bool:
        try:
            return any(self.sends in ip_network(text.split("//")[0], strict=False) for text in networks if self.sends)
        except ValueError:
            self.trouble = self.trouble or f"its SPF record holds no address at {networks[0]}"
            return False
