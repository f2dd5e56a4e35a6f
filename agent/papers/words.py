"""People's words, as paper can hold them."""

import unicodedata


def plain(text: str) -> str:
    """The text composed (NFC), its control characters and halves of characters as spaces; line ends stay."""
    whole = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs") else " " for c in whole)
