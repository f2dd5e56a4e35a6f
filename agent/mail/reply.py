"""What a mail server answered: the outcome of trying to send a letter."""

from dataclasses import dataclass

LOST = 0  # not a code of SMTP: the letter was handed over whole, and then nothing was heard


@dataclass(frozen=True, slots=True)
class Reply:
    """What a mail server answered (RFC 5321 section 4.2), or what happened instead of an answer. Exactly one of these holds."""

    code: int
    text: str

    @property
    def is_accepted(self) -> bool:
        """Whether the letter is the server's from now on."""
        return 200 <= self.code < 300

    @property
    def is_permanent(self) -> bool:
        """Whether trying again cannot help."""
        return self.code >= 500

    @property
    def is_unknown(self) -> bool:
        """Whether the letter may have been accepted: the line broke after the final dot and before the answer."""
        return self.code == LOST

    @property
    def is_transient(self) -> bool:
        """Whether the letter was certainly not accepted, and may be later."""
        return not (self.is_accepted or self.is_permanent or self.is_unknown)
