"""Which flow a first mail begins: one file for two people, one for a team."""

from dataclasses import dataclass

from agent.alliance.event import Started
from agent.alliance.flow import FlowFile
from agent.alliance.words import read_start


@dataclass(frozen=True, slots=True)
class Shelf:
    """The flow files that new alliances may follow. Running ones keep the content that they began with (decision 29)."""

    pair: FlowFile
    team: FlowFile

    @property
    def files(self) -> tuple[FlowFile, ...]:
        """All of them."""
        return self.pair, self.team

    def holding(self, file: FlowFile) -> "Shelf":
        """The same with this file for as many people as it is for."""
        return Shelf(self.pair, file) if file.flow.is_team else Shelf(file, self.team)

    def for_start(self, event: Started) -> FlowFile:
        """The file for the mail that begins an alliance."""
        reading = read_start(event.subject, event.text)
        others = {a.casefold() for a in reading.addresses} - {event.address.casefold()}
        return self.team if reading.team or len(others) > 1 else self.pair
