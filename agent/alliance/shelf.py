"""Which flow a first mail begins: one file for two people, one for a team, one for somebody alone."""

from dataclasses import dataclass, replace

from agent.alliance.event import Started
from agent.alliance.flow import FlowFile
from agent.alliance.words import asks_for_bank, read_start


@dataclass(frozen=True, slots=True)
class Shelf:
    """The flow files that new alliances may follow. Running ones keep the content that they began with (decision 29)."""

    pair: FlowFile
    team: FlowFile
    bank: FlowFile

    @property
    def files(self) -> tuple[FlowFile, ...]:
        """All of them."""
        return self.pair, self.team, self.bank

    def holding(self, file: FlowFile) -> "Shelf":
        """The same with this file for as many people as it is for."""
        if file.flow.solo:
            return replace(self, bank=file)
        return replace(self, team=file) if file.flow.is_team else replace(self, pair=file)

    def for_start(self, event: Started) -> FlowFile:
        """The file for the mail that begins an alliance."""
        if event.bank or (not event.whom and asks_for_bank(event.subject, event.text)):
            return self.bank
        reading = read_start(event.subject, event.text)
        others = {a.casefold() for a in reading.addresses} - {event.address.casefold()}
        return self.team if reading.team or len(others) > 1 else self.pair
